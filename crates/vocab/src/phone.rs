//! Phone numbers and countries, by Google's numbering data.

use std::{fmt, str::FromStr};

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};

use crate::telephony::NumberType;

/// A phone number as `+` and 2 to 15 digits, the first not 0 (ITU-T E.164).
///
/// The form is checked; whether the number can exist is [`E164::is_valid`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct E164(String);

/// Text that does not have the form of a phone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a phone number in E.164 form, such as +14155552671")]
pub struct MalformedNumber;

impl E164 {
    /// The pattern, for the API document.
    pub const PATTERN: &'static str = r"^\+[1-9][0-9]{1,14}$";

    /// The number with its `+`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number without its `+`.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// Whether the numbering plan of its country has this number.
    pub fn is_valid(&self) -> bool {
        self.parsed().is_some_and(|number| number.is_valid())
    }

    /// The country whose number this is; `None` for shared codes such as +800.
    pub fn country(&self) -> Option<CountryCode> {
        let region = self.parsed()?.get_region_code()?;
        region.as_region_str().as_str().parse().ok()
    }

    /// What the numbering plan says of its kind; `None` where it does not say.
    pub fn number_type(&self) -> Option<NumberType> {
        match self.parsed()?.get_type() {
            PhoneNumberType::FixedLine | PhoneNumberType::FixedLineOrMobile => Some(NumberType::Local),
            PhoneNumberType::Mobile => Some(NumberType::Mobile),
            PhoneNumberType::TollFree => Some(NumberType::TollFree),
            PhoneNumberType::PremiumRate => Some(NumberType::Premium),
            PhoneNumberType::SharedCost => Some(NumberType::SharedCost),
            PhoneNumberType::UAN | PhoneNumberType::VoIP => Some(NumberType::National),
            _ => None,
        }
    }

    /// The number as people of its country write it, such as `(415) 555-2671`.
    pub fn national(&self) -> String {
        self.parsed()
            .map_or_else(|| self.0.clone(), |number| number.format_as(PhoneNumberFormat::National).into_owned())
    }

    /// The area code, where its country has area codes.
    pub fn area_code(&self) -> Option<String> {
        let parsed = self.parsed()?;
        let length = PHONE_NUMBER_UTIL.get_length_of_geographical_area_code(&parsed);
        let national = rlibphonenumber::get_national_significant_number_owned(&parsed);
        (length > 0).then(|| national.chars().take(length).collect())
    }

    fn parsed(&self) -> Option<PhoneNumber> {
        self.0.parse().ok()
    }
}

impl FromStr for E164 {
    type Err = MalformedNumber;

    fn from_str(text: &str) -> Result<Self, MalformedNumber> {
        let digits = text.strip_prefix('+').ok_or(MalformedNumber)?;
        let well_formed =
            (2..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        well_formed.then(|| Self(text.to_owned())).ok_or(MalformedNumber)
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An ISO 3166-1 alpha-2 country code in upper case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CountryCode([u8; 2]);

/// Text that is no country's code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCountry {
    /// It is not two letters.
    #[error("must be a two-letter ISO 3166-1 country code")]
    Form,
    /// Two letters that people use for a country which has others.
    #[error("must be an ISO 3166-1 country code: the United Kingdom is GB")]
    UnitedKingdom,
    /// Two letters that no country has.
    #[error("must be an ISO 3166-1 country code: no country has these two letters")]
    Unassigned,
}

/// The codes that ISO 3166-1 assigns, and those that numbering plans use beside them: Ascension, Tristan da Cunha, Kosovo.
const ASSIGNED: &str = "\
    AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV \
    BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET \
    FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM \
    IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD \
    ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE \
    PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST \
    SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF \
    WS XK YE YT ZA ZM ZW";

impl CountryCode {
    /// The pattern, for the API document.
    pub const PATTERN: &'static str = "^[A-Za-z]{2}$";

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("two ASCII letters")
    }

    /// The code, if a country has it. What a customer or an operator says is held to this: with other letters every
    /// search would be empty and every rule without effect.
    pub fn assigned(self) -> Result<Self, MalformedCountry> {
        match self.as_str() {
            "UK" | "EN" => Err(MalformedCountry::UnitedKingdom),
            code if ASSIGNED.split_ascii_whitespace().any(|known| known == code) => Ok(self),
            _ => Err(MalformedCountry::Unassigned),
        }
    }
}

impl FromStr for CountryCode {
    type Err = MalformedCountry;

    fn from_str(text: &str) -> Result<Self, MalformedCountry> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(MalformedCountry::Form),
        }
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! as_text {
    ($($name:ident $example:literal $read:expr;)+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.as_str()) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let read: fn(&str) -> Result<Self, _> = $read;
                crate::text::read(d, read)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(Self::PATTERN))
                    .examples([$example])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> { std::borrow::Cow::Borrowed(stringify!($name)) }
        }
    )+};
}

as_text! {
    E164 "+14155552671" str::parse;
    CountryCode "US" |text| text.parse().and_then(CountryCode::assigned);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> E164 {
        text.parse().expect("well-formed")
    }

    #[test]
    fn form_is_checked_when_read() {
        for bad in ["", "14155552671", "+0415", "+1", "+1415555267100000", "+1415 555", "+١٢٣٤"] {
            assert!(bad.parse::<E164>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_said_of_a_country_must_be_one() {
        let read = |text: &str| serde_json::from_value::<CountryCode>(text.into()).map_err(|error| error.to_string());
        for (text, code) in [("us", "US"), ("GB", "GB"), ("XK", "XK"), ("cd", "CD")] {
            assert_eq!(read(text).map(|country| country.to_string()).as_deref(), Ok(code));
        }
        for british in ["UK", "uk", "EN"] {
            assert!(read(british).is_err_and(|message| message.contains("GB")), "{british}");
        }
        for nobody in ["ZZ", "XX", "EU", "AA", "U1", "USA", ""] {
            assert!(read(nobody).is_err(), "{nobody}");
        }
    }

    #[test]
    fn the_plan_knows_country_kind_and_area() {
        let number = number("+14155552671");
        assert!(number.is_valid());
        assert_eq!(number.country().map(|c| c.to_string()).as_deref(), Some("US"));
        assert_eq!(number.area_code().as_deref(), Some("415"));
        assert_eq!(number.national(), "(415) 555-2671");
        assert!(!self::number("+10005552671").is_valid());
    }
}
