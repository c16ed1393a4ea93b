//! Pages of a list: by number, or by a cursor that continues after the last row seen.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How many rows a page has when nobody says.
pub const DEFAULT_LIMIT: u32 = 20;
/// How many rows a page has at most.
pub const MAX_LIMIT: u32 = 100;
/// Where a page list stops counting (api-design.md): the total is then marked as capped.
pub const MAX_TOTAL: u64 = 10_000;

/// Which rows of a list are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageRequest {
    /// Page `page` (from 1) of `limit` rows.
    Page {
        /// From 1.
        page: u32,
        /// 1 to [`MAX_LIMIT`].
        limit: u32,
    },
    /// `limit` rows after the cursor.
    After {
        /// Where the last page ended.
        cursor: Cursor,
        /// 1 to [`MAX_LIMIT`].
        limit: u32,
    },
}

impl PageRequest {
    /// How many rows are wanted.
    pub const fn limit(&self) -> u32 {
        match self {
            Self::Page { limit, .. } | Self::After { limit, .. } => *limit,
        }
    }

    /// How many rows come before the page (0 with a cursor).
    pub fn offset(&self) -> u64 {
        match self {
            Self::Page { page, limit } => u64::from(page.saturating_sub(1)) * u64::from(*limit),
            Self::After { .. } => 0,
        }
    }
}

/// The place after which a list continues: lists are ordered by time, then id, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The last row's time.
    pub at: DateTime<Utc>,
    /// The last row's id.
    pub id: Uuid,
}

/// Text that is no cursor of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct MalformedCursor;

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}-{}", self.at.timestamp_micros(), self.id.simple())
    }
}

impl std::str::FromStr for Cursor {
    type Err = MalformedCursor;

    fn from_str(text: &str) -> Result<Self, MalformedCursor> {
        let (micros, id) = text.split_once('-').ok_or(MalformedCursor)?;
        let micros = i64::from_str_radix(micros, 16).map_err(|_| MalformedCursor)?;
        let at = DateTime::from_timestamp_micros(micros).ok_or(MalformedCursor)?;
        let id = Uuid::try_parse(id).map_err(|_| MalformedCursor)?;
        Ok(Self { at, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ambient;

    #[test]
    fn cursor_round_trip() {
        let ambient = Ambient::fixed(1);
        let cursor = Cursor { at: ambient.wall(), id: ambient.uuid() };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert!("zz-1".parse::<Cursor>().is_err());
    }
}
