//! Settings from the environment and `.env`, read once at the start. Every fault is told at once, with
//! what to do.

mod carrier;
mod env;
mod http;
mod logs;
mod processor;
mod retention;
mod secrets;
mod suppliers;
#[cfg(test)]
mod tests;

use std::{path::PathBuf, time::Duration};

pub use carrier::{Carrier, CarrierUrls};
pub use env::{Env, Faults};
pub use http::Http;
pub use processor::Processor;
pub use retention::Retention;
pub use secrets::Secrets;
pub use suppliers::{SmsMan, Suppliers, TextVerified};

/// Seconds. A request ends sooner than its own time limit.
const LONGEST_SETTLE_WAIT: u64 = 20;

/// Which rules apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Sandbox twins, demo logins, secrets of its own making.
    Development,
    /// None of these.
    Production,
}

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which rules apply.
    pub mode: Mode,
    /// Where the embedded database, the secrets and the twins' journals are.
    pub data_dir: PathBuf,
    /// The database.
    pub database: store::Settings,
    /// How we are reached.
    pub http: Http,
    /// The carrier, if there is one.
    pub carrier: Option<Carrier>,
    /// The processor, if there is one.
    pub processor: Option<Processor>,
    /// The suppliers of verification numbers.
    pub suppliers: Suppliers,
    /// Our own secrets.
    pub secrets: Secrets,
    /// The terms that a registration must accept.
    pub terms_version: Option<String>,
    /// For how long a released number is nobody's.
    pub number_cool_down: Duration,
    /// For how long a borrowed number is nobody's after its session.
    pub pool_cool_down: Duration,
    /// For how long what is over stays where it is seen.
    pub retention: Retention,
    /// For how long a request waits for its order to settle before it answers 202.
    pub settle_wait: Duration,
    /// What is logged.
    pub log_level: String,
}

impl Config {
    /// Reads the environment of this process, after a `.env` file in the working folder.
    pub fn load() -> Result<Self, Faults> {
        // A missing file is the usual case.
        let _ = dotenvy::dotenv();
        Self::read(&Env::of_process())
    }

    /// Reads these settings.
    pub fn read(env: &Env) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mode = mode(env, &mut faults);
        let data_dir = PathBuf::from(env.get("DATA_DIR").unwrap_or("./data"));
        let http = Http::read(env, mode, &mut faults);
        let database = database(env, &data_dir, &mut faults);
        let secrets = match Secrets::read(env, mode, &data_dir) {
            Ok(secrets) => secrets,
            Err(fault) => {
                faults.add("DATA_DIR", fault);
                return Err(faults);
            }
        };
        let carrier = Carrier::read(env, mode, &secrets, &mut faults);
        let processor = Processor::read(env, mode, &secrets, &mut faults);
        let suppliers = Suppliers::read(env, mode, &secrets, &mut faults);
        let rents = suppliers.sms_man.is_some() || suppliers.text_verified.is_some();
        if mode == Mode::Production && rents && env.get("ENCRYPTION_KEY").is_none_or(|key| key.len() < 32) {
            faults.add(
                "ENCRYPTION_KEY",
                "must be set to 32 characters or more where there is a supplier: it seals texts",
            );
        }
        if mode == Mode::Production && env.get("JWT_SECRET").is_none_or(|secret| secret.len() < 32) {
            faults.add("JWT_SECRET", "must be set in production to 32 characters or more (openssl rand -base64 48)");
        }
        for name in ["ENCRYPTION_KEY", "JWT_SECRET"] {
            if mode == Mode::Development && env.get(name).is_some_and(|secret| secret.len() < 32) {
                faults.add(name, "must have 32 characters or more (openssl rand -base64 48), or be left out here");
            }
        }
        let cool_down = env.number("NUMBER_COOL_DOWN_SECONDS", 24 * 3600, &mut faults);
        let pool_cool_down = env.number("POOL_COOL_DOWN_SECONDS", 300, &mut faults);
        let settle_wait = env.number("ORDER_SETTLE_SECONDS", 3, &mut faults);
        if settle_wait > LONGEST_SETTLE_WAIT {
            faults.add("ORDER_SETTLE_SECONDS", format!("must be {LONGEST_SETTLE_WAIT} at most"));
        }
        let log_level = logs::filter(env, mode, &mut faults);
        let retention = Retention::read(env, &mut faults);
        faults.or(Self {
            mode,
            data_dir,
            database,
            http,
            carrier,
            processor,
            suppliers,
            secrets,
            terms_version: env.get("TERMS_VERSION").map(str::to_owned),
            number_cool_down: Duration::from_secs(cool_down),
            pool_cool_down: Duration::from_secs(pool_cool_down),
            retention,
            settle_wait: Duration::from_secs(settle_wait),
            log_level,
        })
    }
}

fn mode(env: &Env, faults: &mut Faults) -> Mode {
    let parse = |name: &str, faults: &mut Faults| match env.get(name)?.to_ascii_lowercase().as_str() {
        "development" | "dev" | "test" => Some(Mode::Development),
        "production" | "prod" => Some(Mode::Production),
        other => {
            faults.add(name, format!("is {other:?}; set it to development or production"));
            None
        }
    };
    match (parse("APP_ENV", faults), parse("NODE_ENV", faults)) {
        (Some(ours), Some(alias)) if ours != alias => {
            faults.add("NODE_ENV", "contradicts APP_ENV; remove one of them");
            ours
        }
        (Some(mode), _) | (None, Some(mode)) => mode,
        (None, None) => Mode::Development,
    }
}

fn database(env: &Env, data_dir: &std::path::Path, faults: &mut Faults) -> store::Settings {
    let mut settings = match env.get("DATABASE_URL") {
        Some(url) => store::Settings { url: url.to_owned(), ..store::Settings::postgres("") },
        None => store::Settings::sqlite(&data_dir.join("numberline.db")),
    };
    if !["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| settings.url.starts_with(scheme)) {
        faults.add("DATABASE_URL", "must start with postgres:// (or be unset for the embedded database)");
    }
    settings.read_url = env.get("DATABASE_READ_URL").map(str::to_owned);
    settings.connections =
        u32::try_from(env.number("DATABASE_CONNECTIONS", settings.connections.into(), faults)).unwrap_or(32);
    settings
}
