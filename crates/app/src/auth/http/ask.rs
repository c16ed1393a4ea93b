//! What clients send.

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use vocab::{E164, ExposeSecret, SecretString};

use crate::{
    accounts::Email,
    auth::{AuthError, Login, Registration, model::DeviceInfo, weakness},
    web::ApiError,
};

/// What somebody registers with.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterRequest {
    /// Kept in lower case.
    #[garde(custom(is_email))]
    #[schema(format = Email, max_length = 254, example = "ada@example.com")]
    pub email: String,
    /// At least 8 characters, and not a common one. No rule of composition.
    #[garde(custom(strong(&[&self.email, &self.first_name, &self.last_name])))]
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 256, example = "Test123!")]
    pub password: SecretString,
    /// First name.
    #[garde(skip)]
    #[schema(max_length = 100, example = "Ada")]
    #[schema(
        pattern = r"^[^\x00-\x1F\x7F]*[^\s\x00-\x1F\x7F][^\x00-\x1F\x7F]*$",
        extensions(("x-message" = json!("must be one line of text, and not blank"))),
    )]
    pub first_name: String,
    /// Last name.
    #[garde(skip)]
    #[schema(max_length = 100, example = "Lovelace")]
    #[schema(
        pattern = r"^[^\x00-\x1F\x7F]*[^\s\x00-\x1F\x7F][^\x00-\x1F\x7F]*$",
        extensions(("x-message" = json!("must be one line of text, and not blank"))),
    )]
    pub last_name: String,
    /// The company, for the account.
    #[garde(skip)]
    #[schema(max_length = 200, example = "Analytical Engines Ltd")]
    #[schema(
        pattern = r"^[^\x00-\x1F\x7F]*[^\s\x00-\x1F\x7F][^\x00-\x1F\x7F]*$",
        extensions(("x-message" = json!("must be one line of text, and not blank"))),
    )]
    pub company: Option<String>,
    /// In international form; spaces, dashes, dots and parentheses are dropped.
    #[garde(inner(custom(is_phone)))]
    #[schema(max_length = 40, example = "+14155552671")]
    #[schema(
        pattern = r"^\+[ .()\-]*[1-9]([ .()\-]*[0-9]){1,14}[ .()\-]*$",
        extensions(("x-message" = json!("must be a number in international form, such as +14155552671"))),
    )]
    pub phone: Option<String>,
    /// A name of the IANA time zone database.
    #[garde(inner(custom(is_timezone)))]
    #[schema(max_length = 64, example = "Europe/London")]
    pub timezone: Option<String>,
    /// Whether the operator's terms are accepted. May be left out where there are none.
    #[garde(inner(custom(is_accepted)))]
    pub accept_terms: Option<bool>,
    /// Whether to be told of offers.
    #[garde(skip)]
    pub marketing_consent: Option<bool>,
}

impl TryFrom<RegisterRequest> for Registration {
    type Error = ApiError;

    fn try_from(request: RegisterRequest) -> Result<Self, ApiError> {
        Ok(Self {
            email: request.email.parse().map_err(|error| ApiError::bad_field("email", format!("{error}")))?,
            password: request.password,
            first_name: request.first_name.trim().to_owned(),
            last_name: request.last_name.trim().to_owned(),
            company: request.company.map(|company| company.trim().to_owned()),
            phone: request.phone.as_deref().and_then(e164).map(|phone| phone.to_string()),
            timezone: request.timezone,
            accept_terms: request.accept_terms,
            marketing_consent: request.marketing_consent.unwrap_or(false),
        })
    }
}

/// What somebody logs in with.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginRequest {
    /// In any case.
    #[garde(skip)]
    #[schema(min_length = 1, max_length = 254, example = "ada@example.com")]
    pub email: String,
    /// The password.
    #[garde(skip)]
    #[schema(value_type = String, format = Password, min_length = 1, max_length = 256, example = "Test123!")]
    pub password: SecretString,
    /// Whether the login lasts 30 days rather than 7.
    #[garde(skip)]
    pub remember_me: Option<bool>,
    /// What the client says of itself; kept with the login session.
    #[garde(skip)]
    pub device_info: Option<DeviceInfoRequest>,
}

/// What a client says of the device it runs on.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceInfoRequest {
    /// Such as `macOS`.
    #[garde(skip)]
    #[schema(max_length = 100)]
    pub platform: Option<String>,
    /// Such as `Firefox`.
    #[garde(skip)]
    #[schema(max_length = 100)]
    pub browser: Option<String>,
    /// Of the browser.
    #[garde(skip)]
    #[schema(max_length = 100)]
    pub version: Option<String>,
}

impl LoginRequest {
    pub(super) fn into_parts(self) -> (Login, Option<DeviceInfo>) {
        let login = Login { email: self.email, password: self.password, remember: self.remember_me.unwrap_or(false) };
        let info = self.device_info.map(|info| DeviceInfo {
            platform: info.platform,
            browser: info.browser,
            version: info.version,
        });
        (login, info)
    }
}

/// What is exchanged for new tokens.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"refreshToken": "kd40BNA32R2o21mb17yqdi6gbVRUorb0BP0cgDYhlUA"}))]
pub struct RefreshRequest {
    /// The refresh token of the last pair.
    #[garde(skip)]
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    pub refresh_token: SecretString,
}

/// Which login sessions end. Without anything, the access token's.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"refreshToken": "kd40BNA32R2o21mb17yqdi6gbVRUorb0BP0cgDYhlUA", "allDevices": false}))]
pub struct LogoutRequest {
    /// Ends the login session of this refresh token too.
    #[garde(skip)]
    #[schema(value_type = Option<String>, max_length = 256)]
    pub refresh_token: Option<SecretString>,
    /// Ends every login session of the user.
    #[garde(skip)]
    pub all_devices: Option<bool>,
}

type Checked = garde::Result;

fn is_email(value: &str, (): &()) -> Checked {
    value.parse::<Email>().map(drop).map_err(|error| garde::Error::new(error.to_string()))
}

fn strong(about: &[&str]) -> impl FnOnce(&SecretString, &()) -> Checked {
    let weakness = |password: &SecretString| weakness(password.expose_secret(), about);
    move |password, ()| weakness(password).map_or(Ok(()), |message| Err(garde::Error::new(message)))
}

fn is_phone(value: &str, (): &()) -> Checked {
    e164(value)
        .map(drop)
        .ok_or_else(|| garde::Error::new("must be a number in international form, such as +14155552671"))
}

fn e164(text: &str) -> Option<E164> {
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    bare.parse().ok()
}

fn is_accepted(value: &bool, (): &()) -> Checked {
    if *value { Ok(()) } else { Err(garde::Error::new(AuthError::TermsNotAccepted)) }
}

fn is_timezone(value: &str, (): &()) -> Checked {
    let known = value.parse::<chrono_tz::Tz>().is_ok();
    if known { Ok(()) } else { Err(garde::Error::new("must be an IANA time zone, such as Europe/London")) }
}
