//! A text comes: the first one completes the rental and is paid for, later ones are added, and one that comes when the
//! money is back already is withheld.

use ports::supplier::Text;
use serde_json::json;
use store::{DbErr, Tx};

use super::{
    VerificationError, Verifications,
    code::{self, Found},
    model::{Verification, VerificationStatus},
    sql::{self, texts::NewText},
};
use crate::{
    events::{self, EventKind, Fact},
    ledger::Revenue,
    orders,
};

/// What a text's words are called where they are sealed.
pub(super) const TEXT: &str = "verification text";
/// What its code is called.
pub(super) const CODE: &str = "verification code";

impl Verifications {
    /// Takes in texts, told for the first time or again, of a rental as it was before its supplier told them. Says whether
    /// any was new.
    pub(super) async fn receive(&self, told: &Verification, texts: &[Text]) -> Result<bool, VerificationError> {
        let texts: Vec<&Text> = texts.iter().filter(|text| text.text.is_some() || text.code.is_some()).collect();
        if texts.is_empty() {
            return Ok(false);
        }
        let (id, round, texts) = (told.id, told.rental.as_ref().map_or(0, |at| at.rounds), &texts);
        let news = self
            .store
            .write(|tx| async move {
                let Some(mut rental) = sql::rentals::lock(&tx, id).await? else { return Ok(false) };
                let mut news = false;
                for text in texts {
                    news |= self.take(&tx, &mut rental, text, round).await?;
                }
                Ok::<_, VerificationError>(news)
            })
            .await?;
        if news {
            self.live.announce(id);
        }
        Ok(news)
    }

    async fn take(
        &self,
        tx: &Tx,
        rental: &mut Verification,
        text: &Text,
        round: i64,
    ) -> Result<bool, VerificationError> {
        let now = self.ambient.business();
        let withheld = rental.status.is_given_back();
        let (words, found) = code::read(text.text.as_deref(), text.code.as_deref());
        let code = found.as_ref().map(|found| found.code.as_str()).filter(|_| !withheld);
        let text_id = if round == 0 { text.id.clone() } else { format!("{}.{round}", text.id) };
        let row = self.sealed(rental, &text_id, words.filter(|_| !withheld), code)?;
        if !sql::texts::insert(tx, &row, now).await? {
            return Ok(false);
        }
        if withheld {
            let note = "a text came after the money was back; it is withheld";
            sql::texts::note(tx, rental.id, rental.status, note, now).await?;
            return Ok(false);
        }
        let was = rental.status;
        rental.awaits_more = false;
        rental.version = row.version;
        if was.waits() {
            rental.status = VerificationStatus::Completed;
            rental.code_at = Some(now);
            sql::rentals::update(tx, was, rental, now).await?;
            let paid = format!("{} {}", rental.service_code, rental.country);
            let id = rental.id.uuid();
            orders::deliver_placed(tx, &self.ambient, rental.placed(), id, Revenue::Verification, &paid).await?;
            let note = format!("the text came; it is paid for{}", why(found.as_ref()));
            sql::texts::note(tx, rental.id, rental.status, &note, now).await?;
        } else {
            sql::rentals::update(tx, was, rental, now).await?;
            let note = format!("another text came{}", why(found.as_ref()));
            sql::texts::note(tx, rental.id, rental.status, &note, now).await?;
        }
        // No words and no code: events go to third parties.
        let data = json!({ "verificationId": rental.id, "orderId": rental.order, "serviceCode": rental.service_code });
        let kind = EventKind::VerificationCodeReceived;
        let fact = Fact { kind, account: rental.account, subject: rental.id.to_string(), data };
        events::append(tx, &self.ambient, fact).await?;
        Ok(true)
    }

    fn sealed<'a>(
        &self,
        rental: &Verification,
        text_id: &'a str,
        words: Option<&str>,
        code: Option<&str>,
    ) -> Result<NewText<'a>, DbErr> {
        let id = self.ambient.uuid();
        let seal = |field: &str, words: Option<&str>| {
            words.map(|words| self.sealer.seal(&self.ambient, field, id.as_bytes(), words)).transpose()
        };
        let (verification, version) = (rental.id, rental.version + 1);
        let (sealed_text, sealed_code) = (seal(TEXT, words)?, seal(CODE, code)?);
        Ok(NewText { id, verification, text_id, sealed_text, sealed_code, version })
    }
}

/// Why the code in a text was taken for it, without the code.
fn why(found: Option<&Found>) -> String {
    found.map_or_else(|| "; no code in it".to_owned(), |found| format!("; its code: {}", found.why()))
}
