//! Our own secrets. In development those that are not given are made once and kept in the data folder,
//! so that tokens survive a restart.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::Path,
};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use vocab::Ambient;

use super::{Env, Mode};

/// Our own secrets.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Signs access tokens.
    pub jwt: SecretString,
    /// The twin's account.
    pub twilio_account_sid: String,
    /// The twin's token.
    pub twilio_auth_token: SecretString,
    /// The twin's key.
    pub stripe_secret_key: SecretString,
    /// The twin's webhook secret.
    pub stripe_webhook_secret: SecretString,
    /// The twin's token.
    pub sms_man_token: SecretString,
    /// The twin's key.
    pub text_verified_key: SecretString,
    /// The twin's webhook secret.
    pub text_verified_webhook_secret: SecretString,
    /// Seals texts, codes and suppliers' credentials.
    pub encryption: SecretString,
    /// Whether that one is the same after a restart.
    pub encryption_is_kept: bool,
}

#[derive(Serialize, Deserialize)]
struct File {
    jwt: String,
    twilio_account_sid: String,
    twilio_auth_token: String,
    stripe_secret_key: String,
    stripe_webhook_secret: String,
    sms_man_token: String,
    text_verified_key: String,
    text_verified_webhook_secret: String,
    encryption: String,
}

impl Secrets {
    pub(super) fn read(env: &Env, mode: Mode, data_dir: &Path) -> Result<Self, String> {
        let file = match mode {
            Mode::Development => kept(data_dir)?,
            // Production has no twins, and refuses to start without the one secret of its own.
            Mode::Production => File::made(&Ambient::system()),
        };
        let given = |name: &str, own: String| SecretString::from(env.get(name).map_or(own, str::to_owned));
        Ok(Self {
            jwt: given("JWT_SECRET", file.jwt),
            twilio_account_sid: file.twilio_account_sid,
            twilio_auth_token: file.twilio_auth_token.into(),
            stripe_secret_key: file.stripe_secret_key.into(),
            stripe_webhook_secret: file.stripe_webhook_secret.into(),
            sms_man_token: file.sms_man_token.into(),
            text_verified_key: file.text_verified_key.into(),
            text_verified_webhook_secret: file.text_verified_webhook_secret.into(),
            encryption: given("ENCRYPTION_KEY", file.encryption),
            encryption_is_kept: mode == Mode::Development || env.get("ENCRYPTION_KEY").is_some_and(is_strong),
        })
    }

    /// The secret that signs access tokens.
    pub fn jwt_bytes(&self) -> &[u8] {
        self.jwt.expose_secret().as_bytes()
    }
}

/// Whether a secret of ours is long enough for production.
pub(super) fn is_strong(secret: &str) -> bool {
    secret.len() >= 32
}

impl File {
    fn made(ambient: &Ambient) -> Self {
        let hex =
            |ambient: &Ambient| ambient.bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Self {
            jwt: hex(ambient) + &hex(ambient),
            twilio_account_sid: format!("AC{}", hex(ambient)),
            twilio_auth_token: hex(ambient),
            stripe_secret_key: format!("sk_test_{}", hex(ambient)),
            stripe_webhook_secret: format!("whsec_{}", hex(ambient)),
            sms_man_token: hex(ambient),
            text_verified_key: hex(ambient),
            text_verified_webhook_secret: format!("whsec_{}", hex(ambient)),
            encryption: hex(ambient) + &hex(ambient),
        }
    }
}

/// The secrets of this data folder; two processes that start together agree on them.
fn kept(data_dir: &Path) -> Result<File, String> {
    let path = data_dir.join("secrets.json");
    let told = |error: std::io::Error| format!("holds {} that cannot be used: {error}", path.display());
    fs::create_dir_all(data_dir).map_err(|error| format!("cannot be created: {error}; make it writable"))?;
    for _ in 0..100 {
        match fs::read(&path) {
            // Another process may be at writing it.
            Ok(text) => match serde_json::from_slice(&text) {
                Ok(file) => return Ok(file),
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(10)),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut options = fs::OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                match options.open(&path) {
                    Ok(mut file) => {
                        let made = File::made(&Ambient::system());
                        let text = serde_json::to_vec_pretty(&made).map_err(|error| error.to_string())?;
                        file.write_all(&text).map_err(told)?;
                        return Ok(made);
                    }
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(told(error)),
                }
            }
            Err(error) => return Err(told(error)),
        }
    }
    Err(format!("holds {} that is not readable; delete it to have new secrets made", path.display()))
}
