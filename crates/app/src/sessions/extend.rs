//! Gives a session more time.

use vocab::id::{AccountId, NumberSessionId};

use super::{
    NumberSession, SessionError, Sessions,
    model::{MOST_MINUTES, SessionStatus},
    sql,
};
use crate::web::FieldError;

impl Sessions {
    /// Moves the end of an active session `minutes` further away.
    pub async fn extend(
        &self,
        account: AccountId,
        id: NumberSessionId,
        minutes: u32,
    ) -> Result<NumberSession, SessionError> {
        self.store
            .write(|tx| async move {
                let now = self.ambient.business();
                let session = sql::sessions::lock(&tx, account, id).await?.ok_or(SessionError::NotFound)?;
                if session.status(now) == SessionStatus::Ended {
                    return Err(SessionError::Ended);
                }
                let Some(expires_at) = session.extended(minutes, now) else {
                    let message = format!("is too many: a session may have {MOST_MINUTES} minutes before it at most");
                    return Err(SessionError::Invalid(vec![FieldError::new("minutes", message)]));
                };
                let free_again = expires_at + self.settings.cool_down;
                if !sql::sessions::extend(&tx, &session, expires_at, free_again).await? {
                    return Err(SessionError::Ended);
                }
                Ok(NumberSession { expires_at, ..session })
            })
            .await
    }
}
