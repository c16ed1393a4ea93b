//! Answers a call: look the number up, write the call down, say what to do.

use ports::inbound::CallWebhook;
use store::DbErr;

use super::{Voice, routing, sql, twiml};
use crate::{
    numbers::{self, VoiceTarget},
    sessions::PoolCall,
};

impl Voice {
    /// The answer to a carrier that asks what to do with a call. A repeat of the question gets the same
    /// answer and leaves one call.
    pub(super) async fn answer(&self, call: &CallWebhook) -> Result<String, DbErr> {
        let verbs = match self.0.switchboard.ask(call.clone()).await? {
            Some(target) => {
                let verbs = routing::answer(Some(&target), &self.dialled_url());
                self.0.remembered.insert(ours(call).to_owned(), target).await;
                verbs
            }
            None if call.inbound => self.borrowed(call).await?,
            None => routing::neutral(),
        };
        Ok(twiml::document(&verbs))
    }

    /// The answer to a call to a number that no customer owns: its borrower's greeting, if somebody has borrowed it.
    async fn borrowed(&self, call: &CallWebhook) -> Result<Vec<twiml::Verb>, DbErr> {
        let Some(PoolCall::Lent(session, greeting)) = self.0.sessions.called(&call.to).await? else {
            return Ok(routing::neutral());
        };
        self.0.sessions.log_call(session, self.0.carrier, &call.call_sid, &sql::kept(&call.from)).await?;
        Ok(routing::greeting(greeting))
    }

    /// Whose call this is: of the number that was called, or that called.
    pub(super) async fn target(&self, call: &CallWebhook) -> Result<Option<VoiceTarget>, DbErr> {
        let target = numbers::voice_target(self.0.store.fresh(), ours(call)).await?;
        Ok(target.filter(VoiceTarget::takes_calls))
    }

    pub(super) fn dialled_url(&self) -> String {
        format!("{}/api/v1/webhooks/twilio/dialled", self.0.public_base)
    }
}

/// The end of the call that is a number of ours.
pub(super) fn ours(call: &CallWebhook) -> &str {
    if call.inbound { &call.to } else { &call.from }
}
