//! What a customer searches for, and what that asks of the carrier. Pure.

use garde::Validate;
use ports::carrier::{Near, NumberQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use vocab::{
    Amount, CountryCode,
    telephony::{NumberCapability, NumberType},
};

use super::{OfferError, area_codes};
use crate::web::error::FieldError;

/// How many numbers are shown when nobody says.
const DEFAULT_LIMIT: u32 = 20;
/// How far around a place, in miles, when nobody says (Twilio's own default).
const DEFAULT_MILES: u32 = 25;
/// How many more the carrier is asked for, in case some are taken.
pub(super) const SPARE: u32 = 20;
/// How many the carrier is asked for when we must pick out the area code ourselves.
const WIDE: u32 = 200;

/// What to search for.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(example = json!({"countryCode": "US", "areaCode": "415", "numberType": "LOCAL", "limit": 20}))]
pub struct SearchQuery {
    /// ISO 3166-1 alpha-2.
    #[garde(skip)]
    pub country_code: CountryCode,
    /// Digits, without the country's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(
        pattern = "^[0-9]{1,8}$",
        extensions(("x-message" = json!("must be the digits of an area code, without the country's code: 415"))),
    )]
    #[param(pattern = "^[0-9]{1,8}$")]
    pub area_code: Option<String>,
    /// Digits, letters as on a keypad and `*` for any one digit; 2 to 16 of them, two not `*`. With `+` in front the
    /// number begins so, its country's code included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(
        pattern = "^[+ ]?[0-9A-Za-z*]{2,16}$",
        extensions(("x-message" = json!("must be 2 to 16 digits, letters and `*` for any one digit, `+` in front where the number begins so: 415***PIZZA, +1415"))),
    )]
    #[param(pattern = "^[+ ]?[0-9A-Za-z*]{2,16}$")]
    pub contains: Option<String>,
    /// `latitude,longitude` in degrees, as in `37.78,-122.42`. In the United States and Canada only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(max_length = 50)]
    #[param(max_length = 50)]
    pub near_lat_long: Option<String>,
    /// Miles around `nearLatLong`, 1 to 500; 25 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(minimum = 1, maximum = 500)]
    #[param(minimum = 1, maximum = 500)]
    pub distance: Option<u32>,
    /// `LOCAL` if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub number_type: Option<NumberType>,
    /// Only numbers that can do all of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(skip)]
    #[schema(max_items = 10)]
    #[param(max_items = 10)]
    pub capabilities: Vec<NumberCapability>,
    /// The most to pay a month, not below zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub price_max: Option<Amount>,
    /// Leave out numbers for which the carrier asks for an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub exclude_restricted: Option<bool>,
    /// How many, 1 to 100; 20 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schema(minimum = 1, maximum = 100)]
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

impl SearchQuery {
    /// Everything of a type in a country.
    pub const fn everything(country: CountryCode, number_type: NumberType, limit: u32) -> Self {
        Self {
            country_code: country,
            area_code: None,
            contains: None,
            near_lat_long: None,
            distance: None,
            number_type: Some(number_type),
            capabilities: Vec::new(),
            price_max: None,
            exclude_restricted: None,
            limit: Some(limit),
        }
    }

    /// The same with nothing left unsaid.
    pub(super) fn complete(mut self) -> Self {
        self.number_type = Some(self.number_type());
        self.limit = Some(self.limit());
        if self.near_lat_long.is_some() {
            self.distance = Some(self.distance.unwrap_or(DEFAULT_MILES));
        }
        // The 0 before an area code is dialled at home, and no part of the number; in Italy it is.
        if self.country_code.as_str() != "IT" && !area_codes::is_searchable(self.country_code) {
            let bare = self.area_code.as_deref().and_then(|code| code.strip_prefix('0')).map(str::to_owned);
            self.area_code = bare.filter(|code| !code.is_empty()).or(self.area_code);
        }
        // A `+` that is not percent-encoded is read as a blank.
        self.contains = self.contains.map(|pattern| pattern.replace(' ', "+"));
        self.capabilities.sort_unstable();
        self.capabilities.dedup();
        self
    }

    pub(super) fn number_type(&self) -> NumberType {
        self.number_type.unwrap_or(NumberType::Local)
    }

    pub(super) fn limit(&self) -> u32 {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, 100)
    }

    /// What this asks of the carrier.
    pub(super) fn carrier_query(&self) -> Result<NumberQuery, OfferError> {
        let mut faults = Vec::new();
        let native = area_codes::is_searchable(self.country_code);
        let near = self.near_lat_long.as_deref().map(|text| near(text, self.distance.unwrap_or(DEFAULT_MILES)));
        if matches!(near, Some(None)) {
            let message = "must be latitude,longitude in degrees, as in 37.78,-122.42";
            faults.push(FieldError::new("nearLatLong", message));
        }
        if self.price_max.is_some_and(Amount::is_negative) {
            faults.push(FieldError::new("priceMax", "must not be below zero"));
        }
        if self.distance.is_some() && near.is_none() {
            faults.push(FieldError::new("distance", "goes with nearLatLong only"));
        }
        if near.is_some() && !native {
            // The carrier would leave it unheeded, and numbers from anywhere would pass for near ones.
            let message = "works in the United States and Canada only; elsewhere search by areaCode or contains";
            faults.push(FieldError::new("nearLatLong", message));
        }
        let is_literal = |byte: &u8| !matches!(byte, b'*' | b'+');
        if self.contains.as_ref().is_some_and(|pattern| pattern.bytes().filter(is_literal).count() < 2) {
            faults.push(FieldError::new("contains", "must have at least two digits or letters beside *"));
        }
        if native && self.area_code.as_ref().is_some_and(|code| code.len() != 3) {
            faults.push(FieldError::new("areaCode", "must have three digits in this country, as in 415"));
        }
        if !faults.is_empty() {
            return Err(OfferError::Invalid(faults));
        }
        // Elsewhere the carrier has no filter for area codes: it looks for the digits, and we look where they stand.
        let (area_code, digits) = if native { (self.area_code.clone(), None) } else { (None, self.area_code.clone()) };
        let limit = if digits.is_some() { WIDE } else { self.limit() + SPARE };
        let digits = digits.filter(|digits| digits.len() >= 2);
        Ok(NumberQuery {
            country: self.country_code,
            number_type: self.number_type(),
            area_code,
            contains: self.contains.clone().or(digits),
            near: near.flatten(),
            capabilities: self.capabilities.clone(),
            exclude_restricted: self.exclude_restricted == Some(true),
            limit,
        })
    }
}

fn near(text: &str, miles: u32) -> Option<Near> {
    let (latitude, longitude) = text.split_once(',')?;
    let degrees = |text: &str, most: f64| {
        let text = text.trim();
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
        text.parse::<f64>().ok().filter(|degrees| plain && degrees.abs() <= most)
    };
    Some(Near { latitude: degrees(latitude, 90.0)?, longitude: degrees(longitude, 180.0)?, miles })
}
