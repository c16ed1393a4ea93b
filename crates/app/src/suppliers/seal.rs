//! Seals texts, codes and suppliers' credentials at rest: XChaCha20-Poly1305, whose 24-byte nonce may be random for any number of messages.
//! What was sealed for one row cannot be opened as another's.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use sha2::{Digest, Sha256};
use store::DbErr;
use vocab::{Ambient, ExposeSecret, SecretString};

const NONCE: usize = 24;

/// Seals and opens under one key.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    /// Tells which key sealed something; nothing of the key can be learnt from it.
    key_id: String,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealer({})", self.key_id)
    }
}

impl Sealer {
    /// The key is the digest of the secret, which may have any form.
    pub fn new(secret: &SecretString) -> Self {
        let digest = |label: &str| Sha256::new().chain_update(label).chain_update(secret.expose_secret()).finalize();
        let cipher = XChaCha20Poly1305::new_from_slice(&digest("numberline texts key ")).expect("a digest of 32 bytes");
        Self { cipher, key_id: hex::encode(&digest("numberline texts key id ")[..4]) }
    }

    /// Seals `text` as a field of this row: `key id.nonce and sealed text`.
    pub fn seal(&self, ambient: &Ambient, field: &str, row: &[u8], text: &str) -> Result<String, DbErr> {
        let nonce: [u8; NONCE] = ambient.bytes();
        let bound = bound(field, row);
        let payload = Payload { msg: text.as_bytes(), aad: &bound };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| DbErr::Custom("a text could not be sealed".into()))?;
        Ok(format!("{}.{}", self.key_id, STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat())))
    }

    /// Opens what was sealed as this field of this row.
    pub fn open(&self, field: &str, row: &[u8], sealed: &str) -> Result<String, DbErr> {
        let broken = |what: &str| DbErr::Custom(format!("a sealed {field} {what}"));
        let (key_id, rest) = sealed.split_once('.').ok_or_else(|| broken("has no key id"))?;
        if key_id != self.key_id {
            return Err(broken("was sealed with another key; is the secret the one that it was?"));
        }
        let bytes = STANDARD_NO_PAD.decode(rest).map_err(|_| broken("is not base64"))?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(|| broken("is too short"))?;
        let bound = bound(field, row);
        let opened = self.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &bound });
        let opened = opened.map_err(|_| broken("was changed"))?;
        String::from_utf8(opened).map_err(|_| broken("is not text"))
    }
}

fn bound(field: &str, row: &[u8]) -> Vec<u8> {
    [field.as_bytes(), b"/", row].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_where_it_was_sealed() {
        let (ambient, sealer) = (Ambient::fixed(3), Sealer::new(&"a secret".into()));
        let (row, other) = (b"one".as_slice(), b"another".as_slice());
        let sealed = sealer.seal(&ambient, "text", row, "Your code is 1234").expect("seals");
        assert!(!sealed.contains("1234"));
        assert_eq!(sealer.open("text", row, &sealed).expect("opens"), "Your code is 1234");
        assert!(sealer.open("text", other, &sealed).is_err() && sealer.open("code", row, &sealed).is_err());
        assert!(Sealer::new(&"another".into()).open("text", row, &sealed).is_err());
    }
}
