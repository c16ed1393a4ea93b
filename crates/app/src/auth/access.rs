//! Access tokens: a JWT that names its login session, so that ending the session ends the token.

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use vocab::{
    Ambient, ExposeSecret, SecretString,
    id::{AccountId, LoginSessionId, UserId},
};

use crate::web::{AuthFailure, Role};

/// How long an access token holds (docs/api-design.md).
pub(super) const LIFETIME: TimeDelta = TimeDelta::minutes(15);

const ISSUER: &str = "numberline";

/// What an access token says. Only the session is believed: the rest is read again from the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    iss: String,
    /// Who.
    pub(super) sub: UserId,
    /// Of which account.
    pub(super) acc: AccountId,
    /// By which login.
    pub(super) sid: LoginSessionId,
    /// What they were on the platform at the time, for clients to show.
    pub(super) role: Role,
    /// When it was made, in seconds since 1970.
    pub(super) iat: i64,
    /// When it ends, likewise.
    pub(super) exp: i64,
}

/// Makes and reads access tokens.
pub(super) struct AccessTokens {
    signing: EncodingKey,
    checking: DecodingKey,
    rules: Validation,
    ambient: Ambient,
}

impl AccessTokens {
    /// Tokens signed with this secret.
    pub(super) fn new(secret: &SecretString, ambient: Ambient) -> Self {
        let secret = secret.expose_secret().as_bytes();
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_required_spec_claims(&["exp", "iss", "sub"]);
        rules.set_issuer(&[ISSUER]);
        // The library would ask the machine's clock; ours is passed in.
        rules.validate_exp = false;
        Self { signing: EncodingKey::from_secret(secret), checking: DecodingKey::from_secret(secret), rules, ambient }
    }

    /// A token that holds from now on.
    pub(super) fn issue(&self, session: LoginSessionId, user: UserId, account: AccountId, role: Role) -> String {
        let now = self.ambient.wall();
        let (iat, exp) = (now.timestamp(), (now + LIFETIME).timestamp());
        let claims = Claims { iss: ISSUER.to_owned(), sub: user, acc: account, sid: session, role, iat, exp };
        encode(&Header::new(Algorithm::HS256), &claims, &self.signing).expect("text and whole numbers can be signed")
    }

    /// What the token says, if we signed it and it has not ended.
    pub(super) fn read(&self, token: &str) -> Result<Claims, AuthFailure> {
        let claims = decode::<Claims>(token, &self.checking, &self.rules).map_err(|_| AuthFailure::Invalid)?.claims;
        if self.ambient.wall().timestamp() < claims.exp { Ok(claims) } else { Err(AuthFailure::ExpiredToken) }
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    use vocab::id::Id;

    use super::*;
    use crate::auth::tests::hand;

    #[test]
    fn a_token_says_what_it_was_made_for_until_it_ends() {
        let (ambient, clock) = hand();
        let tokens = AccessTokens::new(&"a secret of some length".into(), ambient.clone());
        let (sid, sub, acc) = (Id::new(&ambient), Id::new(&ambient), Id::new(&ambient));
        let token = tokens.issue(sid, sub, acc, Role::User);
        let claims = tokens.read(&token).expect("holds");
        assert_eq!((claims.sid, claims.sub, claims.acc, claims.exp - claims.iat), (sid, sub, acc, 900));
        clock.forward(LIFETIME - TimeDelta::seconds(1));
        assert!(tokens.read(&token).is_ok());
        clock.forward(TimeDelta::seconds(1));
        assert_eq!(tokens.read(&token), Err(AuthFailure::ExpiredToken));
    }

    #[test]
    fn forgeries_are_refused() {
        let (ambient, _) = hand();
        let tokens = AccessTokens::new(&"a secret of some length".into(), ambient.clone());
        let token = tokens.issue(Id::new(&ambient), Id::new(&ambient), Id::new(&ambient), Role::User);
        let others = AccessTokens::new(&"another secret".into(), ambient);
        assert_eq!(others.read(&token), Err(AuthFailure::Invalid), "signed by somebody else");
        let (_, rest) = token.split_once('.').unwrap();
        let unsigned = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let unsigned = format!("{unsigned}.{}.", rest.split_once('.').unwrap().0);
        for bad in ["", "a.b.c", &unsigned, &token[..token.len() - 2]] {
            assert_eq!(tokens.read(bad), Err(AuthFailure::Invalid), "{bad}");
        }
    }
}
