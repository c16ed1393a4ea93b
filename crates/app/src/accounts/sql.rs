//! The tables `accounts` and `users`.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use store::{ConnectionTrait, DbErr, FromQueryResult, Tx, exec, one};
use uuid::Uuid;
use vocab::id::{AccountId, UserId};

use super::{Account, AccountRole, Created, Email, NewUser, Profile, Standing, Status, User};

/// What proves who a user is, and who that is.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The password's hash, a PHC string.
    pub password_hash: String,
    /// Whose it is.
    pub profile: Profile,
}

/// The columns of a [`StandingRow`], of `users u` joined with `accounts a`.
pub const STANDING_COLUMNS: &str = "u.id AS user_id, u.account_id, u.platform_role, u.account_role, \
                                    u.status AS user_status, a.status AS account_status";

/// A [`Standing`] as queries of other slices read it beside their own columns.
#[derive(Debug, FromQueryResult)]
pub struct StandingRow {
    user_id: Uuid,
    account_id: Uuid,
    platform_role: String,
    account_role: String,
    user_status: String,
    account_status: String,
}

impl TryFrom<StandingRow> for Standing {
    type Error = DbErr;

    fn try_from(row: StandingRow) -> Result<Self, DbErr> {
        let active = |status: &str| Ok::<bool, DbErr>(stored::<Status>(status)? == Status::Active);
        Ok(Self {
            account: AccountId::from_uuid(row.account_id),
            user: UserId::from_uuid(row.user_id),
            role: stored(&row.platform_role)?,
            account_role: stored(&row.account_role)?,
            suspended: !(active(&row.user_status)? && active(&row.account_status)?),
        })
    }
}

#[derive(FromQueryResult)]
struct ProfileRow {
    id: Uuid,
    account_id: Uuid,
    company: Option<String>,
    account_status: String,
    email: String,
    password_hash: String,
    first_name: String,
    last_name: String,
    phone: Option<String>,
    timezone: Option<String>,
    platform_role: String,
    account_role: String,
    status: String,
    email_verified: bool,
    marketing_consent: bool,
    last_login_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl TryFrom<ProfileRow> for Credentials {
    type Error = DbErr;

    fn try_from(row: ProfileRow) -> Result<Self, DbErr> {
        let account = Account {
            id: AccountId::from_uuid(row.account_id),
            company: row.company,
            status: stored(&row.account_status)?,
        };
        let user = User {
            id: UserId::from_uuid(row.id),
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            phone: row.phone,
            timezone: row.timezone,
            role: stored(&row.platform_role)?,
            account_role: stored(&row.account_role)?,
            status: stored(&row.status)?,
            email_verified: row.email_verified,
            marketing_consent: row.marketing_consent,
            last_login_at: row.last_login_at,
            created_at: row.created_at,
        };
        Ok(Self { password_hash: row.password_hash, profile: Profile { user, account } })
    }
}

/// A name as it stands in a row.
fn stored<T: FromStr>(name: &str) -> Result<T, DbErr> {
    name.parse().map_err(|_| DbErr::Type(format!("the row says {name:?}")))
}

const SELECT_PROFILE: &str = "SELECT u.id, u.account_id, a.company, a.status AS account_status, u.email, \
    u.password_hash, u.first_name, u.last_name, u.phone, u.timezone, u.platform_role, u.account_role, u.status, \
    u.email_verified, u.marketing_consent, u.last_login_at, u.created_at \
    FROM users u JOIN accounts a ON a.id = u.account_id";

/// Who logs in with this address.
pub async fn credentials(db: &impl ConnectionTrait, email: &Email) -> Result<Option<Credentials>, DbErr> {
    let sql = format!("{SELECT_PROFILE} WHERE u.email = $1");
    let row: Option<ProfileRow> = one(db, &sql, [email.as_str().into()]).await?;
    row.map(Credentials::try_from).transpose()
}

/// A user of this account.
pub async fn profile(db: &impl ConnectionTrait, account: AccountId, user: UserId) -> Result<Option<Profile>, DbErr> {
    let sql = format!("{SELECT_PROFILE} WHERE u.account_id = $1 AND u.id = $2");
    let row: Option<ProfileRow> = one(db, &sql, [account.uuid().into(), user.uuid().into()]).await?;
    Ok(row.map(Credentials::try_from).transpose()?.map(|credentials| credentials.profile))
}

/// Whether somebody has registered with this address.
pub async fn email_is_taken(db: &impl ConnectionTrait, email: &Email) -> Result<bool, DbErr> {
    #[derive(FromQueryResult)]
    struct IdRow {
        #[allow(dead_code)] // only its presence counts
        id: Uuid,
    }
    let row: Option<IdRow> = one(db, "SELECT id FROM users WHERE email = $1", [email.as_str().into()]).await?;
    Ok(row.is_some())
}

/// Notes that the user has just logged in.
pub async fn logged_in(tx: &Tx, user: UserId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql = "UPDATE users SET last_login_at = $2 WHERE id = $1";
    exec(tx, sql, [user.uuid().into(), now.into()]).await.map(drop)
}

pub(super) async fn insert_account(
    tx: &Tx,
    id: AccountId,
    company: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO accounts (id, company, status, created_at, updated_at) VALUES ($1, $2, 'ACTIVE', $3, $3)";
    exec(tx, sql, [id.uuid().into(), company.map(str::to_owned).into(), now.into()]).await.map(drop)
}

pub(super) async fn insert_user(
    tx: &Tx,
    ids: Created,
    new: &NewUser,
    account_role: AccountRole,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO users (id, account_id, email, password_hash, first_name, last_name, phone, timezone, \
               platform_role, account_role, status, email_verified, marketing_consent, terms_version, terms_accepted_at, \
               created_at, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'ACTIVE', $11, $12, $13, $14, $15, $15)";
    let values = [
        ids.user.uuid().into(),
        ids.account.uuid().into(),
        new.email.as_str().into(),
        new.password_hash.clone().into(),
        new.first_name.clone().into(),
        new.last_name.clone().into(),
        new.phone.clone().into(),
        new.timezone.clone().into(),
        new.role.as_str().into(),
        account_role.as_str().into(),
        false.into(),
        new.marketing_consent.into(),
        new.terms_version.clone().into(),
        new.terms_version.as_ref().map(|_| now).into(),
        now.into(),
    ];
    exec(tx, sql, values).await.map(drop)
}

/// Gives the user the password and role of `wanted`, and both user and account their good standing.
pub(super) async fn reset(tx: &Tx, ids: Created, wanted: &NewUser, now: DateTime<Utc>) -> Result<(), DbErr> {
    let sql =
        "UPDATE users SET password_hash = $2, platform_role = $3, status = 'ACTIVE', updated_at = $4 WHERE id = $1";
    let values = [ids.user.uuid().into(), wanted.password_hash.clone().into(), wanted.role.as_str().into(), now.into()];
    exec(tx, sql, values).await?;
    let sql = "UPDATE accounts SET status = 'ACTIVE', status_reason = NULL, updated_at = $2 WHERE id = $1";
    exec(tx, sql, [ids.account.uuid().into(), now.into()]).await.map(drop)
}
