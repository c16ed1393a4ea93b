//! What clients get back.

use serde::Serialize;
use utoipa::ToSchema;
use vocab::{
    ExposeSecret,
    id::{AccountId, UserId},
};

use crate::{
    accounts::{AccountRole, Profile, Status},
    auth::{LoggedIn, Registered, Tokens},
    web::{Caller, Role, Timestamp},
};

/// What an account can use in this version of the product.
const FEATURES: [&str; 3] = ["NUMBERS", "VOICE", "API_KEYS"];

/// Both tokens of a login session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "accessToken": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJudW1iZXJsaW5lIn0.a7oS_9Rsf4siWhB9_0ay8ZXjGbCg-8hoTm2CCRaL9pw",
    "refreshToken": "kd40BNA32R2o21mb17yqdi6gbVRUorb0BP0cgDYhlUA", "expiresIn": 900,
}))]
pub struct TokensResponse {
    /// Send it as `Authorization: Bearer`.
    pub access_token: String,
    /// Exchange it at `/auth/refresh` when the access token has ended. Used once.
    pub refresh_token: String,
    /// How long the access token holds, in seconds.
    pub expires_in: i64,
}

impl From<Tokens> for TokensResponse {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access.expose_secret().to_owned(),
            refresh_token: tokens.refresh.expose_secret().to_owned(),
            expires_in: tokens.expires_in,
        }
    }
}

/// A new customer.
#[derive(Serialize, ToSchema)]
pub struct RegisterResponse {
    /// The owner of the new account.
    pub user: RegisteredUser,
    /// Of their first login session.
    pub tokens: TokensResponse,
    /// What to do next.
    pub onboarding: Onboarding,
}

/// A user who has just registered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "usr_019bc0fd89c07c3a9d52b8e6f1757372", "email": "ada@example.com", "firstName": "Ada",
    "lastName": "Lovelace", "emailVerified": false, "role": "USER",
}))]
pub struct RegisteredUser {
    /// Their id.
    pub id: UserId,
    /// In lower case.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Whether they have proved that the address is theirs.
    pub email_verified: bool,
    /// What they are on the platform.
    pub role: Role,
}

/// What a new customer does next.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"nextStep": "ADD_FUNDS", "completionUrl": "https://numbers.example.com/docs"}))]
pub struct Onboarding {
    /// `ADD_FUNDS`: numbers are paid from the wallet, which is empty.
    pub next_step: String,
    /// Where that is done.
    pub completion_url: String,
}

impl RegisterResponse {
    pub(super) fn new(registered: Registered, onboarding_url: &str) -> Self {
        let user = registered.profile.user;
        Self {
            user: RegisteredUser {
                id: user.id,
                email: user.email,
                first_name: user.first_name,
                last_name: user.last_name,
                email_verified: user.email_verified,
                role: user.role,
            },
            tokens: registered.tokens.into(),
            onboarding: Onboarding { next_step: "ADD_FUNDS".to_owned(), completion_url: onboarding_url.to_owned() },
        }
    }
}

/// What a user has chosen.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserPreferences {
    /// An IANA name, where one was given.
    #[schema(example = "America/Los_Angeles")]
    pub timezone: Option<String>,
    /// Whether they want to be told of offers.
    pub marketing_consent: bool,
}

/// Somebody who was let in.
#[derive(Serialize, ToSchema)]
pub struct LoginResponse {
    /// The user.
    pub user: LoginUser,
    /// Of the new login session.
    pub tokens: TokensResponse,
    /// The account.
    pub account: AccountSummary,
}

/// A user who has just logged in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "usr_019bc0fd89c07c3a9d52b8e6f1757372", "email": "ada@example.com", "firstName": "Ada",
    "lastName": "Lovelace", "role": "USER",
    "preferences": {"timezone": "Europe/London", "marketingConsent": false},
    "lastLoginAt": "2026-01-15T09:30:00.398Z",
}))]
pub struct LoginUser {
    /// Their id.
    pub id: UserId,
    /// In lower case.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// What they are on the platform.
    pub role: Role,
    /// What they have chosen.
    pub preferences: UserPreferences,
    /// This login.
    pub last_login_at: Option<Timestamp>,
}

/// How an account stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"billingStatus": "ACTIVE", "featuresEnabled": ["NUMBERS", "VOICE", "API_KEYS"]}))]
pub struct AccountSummary {
    /// ACTIVE, or SUSPENDED by the operator.
    pub billing_status: Status,
    /// What it can use.
    pub features_enabled: Vec<String>,
}

impl From<LoggedIn> for LoginResponse {
    fn from(logged_in: LoggedIn) -> Self {
        let Profile { user, account } = logged_in.profile;
        Self {
            user: LoginUser {
                id: user.id,
                email: user.email,
                first_name: user.first_name,
                last_name: user.last_name,
                role: user.role,
                preferences: UserPreferences { timezone: user.timezone, marketing_consent: user.marketing_consent },
                last_login_at: user.last_login_at.map(Timestamp),
            },
            tokens: logged_in.tokens.into(),
            account: AccountSummary { billing_status: account.status, features_enabled: features() },
        }
    }
}

fn features() -> Vec<String> {
    FEATURES.map(str::to_owned).to_vec()
}

/// How many login sessions a logout ended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"sessionsEnded": 1}))]
pub struct LoggedOutResponse {
    /// Sessions that had ended before do not count.
    pub sessions_ended: usize,
}

/// The user behind a credential.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "usr_019bc0fd89c07c3a9d52b8e6f1757372", "email": "ada@example.com", "firstName": "Ada",
    "lastName": "Lovelace", "phone": "+14155552671", "emailVerified": false, "role": "USER",
    "accountRole": "OWNER", "permissions": ["*"],
    "preferences": {"timezone": "Europe/London", "marketingConsent": false},
    "lastLoginAt": "2026-01-15T09:30:00.398Z", "createdAt": "2026-01-12T08:12:41.180Z",
    "account": {
        "id": "acc_019bc0fd89c07c3a9d52b8e6f1616363", "company": "Analytical Engines Ltd",
        "billingStatus": "ACTIVE", "featuresEnabled": ["NUMBERS", "VOICE", "API_KEYS"],
    },
}))]
pub struct MeResponse {
    /// Their id.
    pub id: UserId,
    /// In lower case.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E.164, where one was given.
    pub phone: Option<String>,
    /// Whether they have proved that the address is theirs.
    pub email_verified: bool,
    /// What they are on the platform.
    pub role: Role,
    /// What they are in the account.
    pub account_role: AccountRole,
    /// What this credential may do: `*`, `resource:*` or `resource:action`.
    pub permissions: Vec<String>,
    /// What they have chosen.
    pub preferences: UserPreferences,
    /// Their last login.
    pub last_login_at: Option<Timestamp>,
    /// When they registered.
    pub created_at: Timestamp,
    /// The account they belong to.
    pub account: MeAccount,
}

/// The account a caller belongs to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeAccount {
    /// Its id.
    pub id: AccountId,
    /// The company, where one was named.
    #[schema(example = "Analytical Engines Ltd")]
    pub company: Option<String>,
    /// ACTIVE, or SUSPENDED by the operator.
    pub billing_status: Status,
    /// What it can use.
    pub features_enabled: Vec<String>,
}

impl MeResponse {
    pub(super) fn new(profile: Profile, caller: &Caller) -> Self {
        let Profile { user, account } = profile;
        Self {
            id: user.id,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            phone: user.phone,
            email_verified: user.email_verified,
            role: caller.role,
            account_role: user.account_role,
            permissions: caller.permissions.patterns().to_vec(),
            preferences: UserPreferences { timezone: user.timezone, marketing_consent: user.marketing_consent },
            last_login_at: user.last_login_at.map(Timestamp),
            created_at: user.created_at.into(),
            account: MeAccount {
                id: account.id,
                company: account.company,
                billing_status: account.status,
                features_enabled: features(),
            },
        }
    }
}
