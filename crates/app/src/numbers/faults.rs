//! What is wrong with a purchase, gathered over all its parts, so that a buyer is told everything at once.

use super::NumberError;
use crate::web::FieldError;

/// What is wrong with a purchase, over all its parts.
#[derive(Default)]
pub(super) struct Faults {
    pub invalid: Vec<FieldError>,
    pub unsupported: Vec<FieldError>,
}

impl Faults {
    pub(super) fn keep<T>(&mut self, read: Result<T, NumberError>) -> Option<T> {
        match read {
            Ok(read) => return Some(read),
            Err(NumberError::Invalid(faults)) => self.invalid.extend(faults),
            Err(NumberError::Configuration(faults)) => self.unsupported.extend(faults),
            // Options are checked without a look at anything else.
            Err(other) => self.invalid.push(FieldError::new("body", other.to_string())),
        }
        None
    }

    pub(super) fn refuse(self) -> Result<(), NumberError> {
        if !self.invalid.is_empty() {
            return Err(NumberError::Invalid(self.invalid));
        }
        if self.unsupported.is_empty() { Ok(()) } else { Err(NumberError::Configuration(self.unsupported)) }
    }
}
