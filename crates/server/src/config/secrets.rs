//! Our own secrets. In development those that are not given are made once and kept in the data folder,
//! so that tokens survive a restart.

use std::{
    fs,
    io::{self, Write},
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
    /// What the sandbox's logins are derived from.
    pub logins: SecretString,
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
            // The folder's own, whatever is given: a login must not be as easy to guess as a setting for a try.
            logins: file.encryption.clone().into(),
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

/// The secrets of this data folder; processes that start together agree on them.
fn kept(data_dir: &Path) -> Result<File, String> {
    let path = data_dir.join("secrets.json");
    let told = |error: io::Error| format!("holds {} that cannot be used: {error}", path.display());
    fs::create_dir_all(data_dir).map_err(|error| format!("cannot be created: {error}; make it writable"))?;
    if !path.exists() {
        make(data_dir, &path).map_err(told)?;
    }
    let text = fs::read(&path).map_err(told)?;
    serde_json::from_slice(&text)
        .map_err(|_| format!("holds {} that is not readable; delete it to have new secrets made", path.display()))
}

/// Makes the file whole or not at all, whenever this process dies. Another one may be faster, and then it is its file.
fn make(data_dir: &Path, path: &Path) -> io::Result<()> {
    let ambient = Ambient::system();
    let draft = data_dir.join(format!("secrets.{}.tmp", ambient.uuid().simple()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = serde_json::to_vec_pretty(&File::made(&ambient)).map_err(io::Error::other);
    let linked = written.and_then(|text| {
        file.write_all(&text)?;
        file.sync_all()?;
        // Unlike a rename this replaces nothing.
        fs::hard_link(&draft, path)
    });
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}
