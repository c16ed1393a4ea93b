//! Suppliers' credentials in an operator's hands: stored sealed, never shown again, in use within a second in every
//! process. Where none are stored, the settings of the process count.

use std::{collections::BTreeMap, net::IpAddr};

use chrono::{DateTime, Utc};
use store::{DbErr, Tx};
use tracing::{error, info};
use url::{Host, Url};
use vocab::{ExposeSecret, SecretString};

use super::{
    Suppliers,
    connect::{Connected, CredentialSource, Credentials, Field, FieldKind, Known},
    error::CredentialsError,
    sql::{self, credentials::CredentialRow},
};
use crate::{jobs, web::FieldError};

/// What a credential is called where it is sealed.
const SEALED: &str = "supplier credential";
/// Of a secret this long or longer the last four characters may be shown.
const HINTED: usize = 12;
/// The longest credential.
const LONGEST: usize = 500;
/// The job that reads the catalogues.
pub(super) const SYNC: &str = "provider-sync";

/// What to change, by field; none removes it.
pub type CredentialChanges = BTreeMap<&'static str, Option<SecretString>>;

/// How a supplier's credentials stand.
#[derive(Debug, Clone)]
pub struct CredentialsStanding {
    /// Where those in use come from.
    pub source: CredentialSource,
    /// Why the stored ones cannot be used here.
    pub fault: Option<String>,
    /// Every field that the supplier has.
    pub fields: Vec<FieldStanding>,
}

/// How a part of a supplier's credentials stands.
#[derive(Debug, Clone)]
pub struct FieldStanding {
    /// Which part.
    pub field: Field,
    /// Whether it is set, where the credentials in use come from.
    pub is_set: bool,
    /// Since when it is stored, by the wall.
    pub since: Option<DateTime<Utc>>,
    /// The end of a stored secret, the whole of a stored address.
    pub hint: Option<String>,
}

impl Suppliers {
    /// Changes what is stored for a supplier whose row the caller has locked. Says which fields are stored afterwards.
    pub async fn change_credentials(
        &self,
        tx: &Tx,
        name: &str,
        changes: &CredentialChanges,
    ) -> Result<Vec<&'static str>, CredentialsError> {
        let known = self.links.find(name).ok_or_else(|| unknown(name))?;
        if !self.settings.keeps_secrets && changes.values().any(Option::is_some) {
            return Err(CredentialsError::NotKept);
        }
        let faults: Vec<FieldError> = changes.iter().filter_map(|(field, value)| wrong(known, field, value)).collect();
        if !faults.is_empty() {
            return Err(CredentialsError::Invalid(faults));
        }
        let mut kept = self.opened(known, sql::credentials::list(tx, Some(name)).await?)?;
        for (field, value) in changes {
            match value {
                Some(value) => kept.insert(field, value.clone()),
                None => kept.remove(field),
            };
        }
        usable(known, &kept)?;
        for (field, value) in changes {
            match value {
                Some(value) => sql::credentials::put(tx, &self.sealed_credential(known, field, value)?).await?,
                None => sql::credentials::remove(tx, name, field).await?,
            }
        }
        sql::credentials::grow_version(tx, name).await?;
        jobs::bring_forward(tx, &self.ambient, SYNC).await?;
        Ok(kept.into_keys().collect())
    }

    fn sealed_credential(&self, known: &Known, field: &str, value: &SecretString) -> Result<CredentialRow, DbErr> {
        let text = value.expose_secret();
        let hint = match known.field(field).map(|field| field.kind) {
            Some(FieldKind::Address) => Some(text.to_owned()),
            Some(FieldKind::Secret) if text.len() >= HINTED => Some(text[text.len() - 4..].to_owned()),
            _ => None,
        };
        Ok(CredentialRow {
            supplier: known.name.to_owned(),
            field: field.to_owned(),
            sealed: self.sealer.seal(&self.ambient, SEALED, &place(known.name, field), text)?,
            hint,
            set_at: self.ambient.wall(),
        })
    }

    /// The stored credentials in the clear. What another key sealed counts as not stored here, so that it can be
    /// replaced.
    fn opened(&self, known: &Known, rows: Vec<CredentialRow>) -> Result<Credentials, DbErr> {
        let open = |row: CredentialRow| {
            let field = known.field(&row.field)?;
            let text = self.sealer.open(SEALED, &place(known.name, field.name), &row.sealed).ok()?;
            Some((field.name, SecretString::from(text)))
        };
        Ok(rows.into_iter().filter_map(open).collect())
    }

    /// Takes over what operators have stored since. Called now and then by every process.
    pub async fn refresh(&self) -> Result<(), DbErr> {
        let mut by_supplier: BTreeMap<String, (i64, Vec<(String, String)>)> = BTreeMap::new();
        for row in sql::credentials::versions(self.store.fresh()).await? {
            let entry = by_supplier.entry(row.supplier).or_insert_with(|| (row.version, Vec::new()));
            entry.1.extend(row.field.zip(row.sealed));
        }
        for (name, (version, sealed)) in by_supplier {
            let Some(known) = self.links.find(&name).filter(|_| self.links.is_older(&name, version)) else { continue };
            let connected = self.reconnect(known, sealed);
            match &connected {
                Ok(_) => info!(supplier = name, version, "the supplier's credentials changed"),
                Err(fault) => error!(supplier = name, version, fault, "the supplier's credentials cannot be used"),
            }
            self.links.replace(&name, version, connected);
            self.failures.forget(known.name);
        }
        Ok(())
    }

    fn reconnect(&self, known: &Known, sealed: Vec<(String, String)>) -> Result<Option<Connected>, String> {
        let mut credentials = Credentials::new();
        for (field, sealed) in sealed {
            let Some(field) = known.field(&field) else { continue };
            let opened = self.sealer.open(SEALED, &place(known.name, field.name), &sealed);
            credentials.insert(field.name, opened.map_err(|error| error.to_string())?.into());
        }
        if credentials.is_empty() { Ok(known.of_settings()) } else { (known.connect)(&credentials).map(Some) }
    }

    /// Every supplier has a row from the start, configured or not.
    pub async fn ensure_suppliers(&self) -> Result<(), DbErr> {
        let now = self.ambient.business();
        self.store
            .write(|tx| async move {
                for known in self.links.known() {
                    sql::suppliers::ensure(&tx, known.name, now).await?;
                }
                Ok::<_, DbErr>(())
            })
            .await?;
        self.refresh().await
    }

    /// How the credentials of every known supplier stand, by name.
    pub async fn credentials(&self) -> Result<BTreeMap<&'static str, CredentialsStanding>, DbErr> {
        let stored = sql::credentials::list(self.store.fresh(), None).await?;
        let standing = |known: &Known| (known.name, self.standing(known, &stored));
        Ok(self.links.known().iter().map(standing).collect())
    }

    fn standing(&self, known: &Known, stored: &[CredentialRow]) -> CredentialsStanding {
        let own: Vec<&CredentialRow> = stored.iter().filter(|row| row.supplier == known.name).collect();
        let configured = known.configured.as_ref();
        let source = match configured {
            _ if !own.is_empty() => CredentialSource::Stored,
            Some(configured) => configured.source,
            None => CredentialSource::None,
        };
        let field = |field: &Field| {
            let row = own.iter().find(|row| row.field == field.name);
            let given = configured.is_some_and(|configured| configured.set.contains(&field.name));
            FieldStanding {
                field: *field,
                is_set: row.is_some() || (own.is_empty() && given),
                since: row.map(|row| row.set_at),
                hint: row.and_then(|row| row.hint.clone()),
            }
        };
        CredentialsStanding {
            source,
            fault: self.links.fault(known.name),
            fields: known.fields.iter().map(field).collect(),
        }
    }
}

fn place(supplier: &str, field: &str) -> Vec<u8> {
    format!("{supplier}/{field}").into_bytes()
}

fn unknown(name: &str) -> CredentialsError {
    CredentialsError::Invalid(vec![FieldError::new("", format!("{name} is no supplier that can be connected"))])
}

/// What is wrong with one change.
fn wrong(known: &Known, field: &str, value: &Option<SecretString>) -> Option<FieldError> {
    let Some(found) = known.field(field) else {
        let names: Vec<&str> = known.fields.iter().map(|field| field.name).collect();
        return Some(FieldError::new(
            field,
            format!("is no credential of {}: it has {}", known.name, names.join(", ")),
        ));
    };
    let text = value.as_ref()?.expose_secret();
    let is_plain = !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_plain {
        return Some(FieldError::new(field, format!("must be 1 to {LONGEST} visible ASCII characters without spaces")));
    }
    let is_root = || Url::parse(text).is_ok_and(|url| is_trusted_root(&url));
    (found.kind == FieldKind::Address && !is_root())
        .then(|| FieldError::new(field, "must be https:// with a host and no path; http:// only for this machine"))
}

/// Credentials travel encrypted, or do not leave the machine.
fn is_trusted_root(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => return false,
    };
    let is_root = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_anonymous = url.username().is_empty() && url.password().is_none();
    is_root && is_anonymous && (url.scheme() == "https" || (url.scheme() == "http" && is_here))
}

/// Refuses credentials that are not whole, or with which the supplier cannot be asked.
fn usable(known: &Known, kept: &Credentials) -> Result<(), CredentialsError> {
    if kept.is_empty() {
        return Ok(());
    }
    let missing = known.fields.iter().filter(|field| field.is_required && !kept.contains_key(field.name));
    let faults: Vec<FieldError> = missing.map(|field| FieldError::new(field.name, "is required too")).collect();
    if !faults.is_empty() {
        return Err(CredentialsError::Invalid(faults));
    }
    match (known.connect)(kept) {
        Ok(_) => Ok(()),
        Err(fault) => Err(CredentialsError::Invalid(vec![FieldError::new("", fault)])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_or_here() {
        for (url, fine) in [
            ("https://api.sms-man.com", true),
            ("http://127.0.0.1:4010", true),
            ("http://[::1]:4010/", true),
            ("http://localhost:4010", true),
            ("http://api.sms-man.com", false),
            ("https://user:secret@api.sms-man.com", false),
            ("https://api.sms-man.com/control", false),
            ("https://api.sms-man.com/?a=b", false),
            ("ftp://localhost", false),
        ] {
            assert_eq!(is_trusted_root(&Url::parse(url).expect("a URL")), fine, "{url}");
        }
    }
}
