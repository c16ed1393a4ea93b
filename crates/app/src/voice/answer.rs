//! Answers a call: look the number up, write the call down, say what to do.

use ports::inbound::CallWebhook;
use store::DbErr;
use vocab::telephony::CallStatus;

use super::{Voice, routing, sql, twiml};
use crate::numbers::{self, VoiceTarget};

impl Voice {
    /// The answer to a carrier that asks what to do with a call. A repeat of the question gets the same
    /// answer and leaves one call.
    pub(super) async fn answer(&self, call: &CallWebhook) -> Result<String, DbErr> {
        let target = self.target(call).await?;
        if let Some(target) = &target {
            self.log(call, target).await?;
        }
        let verbs = routing::answer(target.as_ref(), &self.dialled_url());
        Ok(twiml::document(&verbs))
    }

    /// Whose call this is: of the number that was called, or that called.
    pub(super) async fn target(&self, call: &CallWebhook) -> Result<Option<VoiceTarget>, DbErr> {
        let ours = if call.inbound { &call.to } else { &call.from };
        let target = numbers::voice_target(self.store.fresh(), ours).await?;
        Ok(target.filter(VoiceTarget::takes_calls))
    }

    async fn log(&self, call: &CallWebhook, target: &VoiceTarget) -> Result<(), DbErr> {
        let status = call.status.unwrap_or(CallStatus::Ringing);
        let new = sql::NewCall { id: self.ambient.uuid(), carrier: self.carrier, call, target, status };
        sql::insert_now(&self.store, &new, self.ambient.business()).await
    }

    fn dialled_url(&self) -> String {
        format!("{}/api/v1/webhooks/twilio/dialled", self.public_base)
    }
}
