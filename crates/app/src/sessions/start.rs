//! Lends a number: takes one that is free, writes the session, charges it and tells of it, in one transaction.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use store::Tx;
use vocab::{
    Amount, CountryCode, Currency, Money,
    id::{AccountId, NumberSessionId, PoolNumberId},
};

use super::{
    Greeting, NumberSession, SessionError, Sessions,
    heads::any_lane,
    sql::{
        self,
        assign::{Assigned, Borrower, Look, Wish},
    },
};
use crate::{
    events::{self, EventKind, Fact},
    ledger::{self, Revenue},
    prices::{self, PriceError, PricingRule, Product, Sold},
    web::idempotency::{self, IdempotencyError, Scope},
};

/// What a session costs us. The operator's rules make a price of it.
const COST: Money = Money::new(Amount::ZERO, Currency::USD);

/// A session that is wanted.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Who borrows.
    pub account: AccountId,
    /// The borrower's own name for whom it is for.
    pub label: String,
    /// What callers hear.
    pub greeting: Greeting,
    /// How long it lasts.
    pub minutes: u32,
    /// Only a number of this country.
    pub country: Option<CountryCode>,
    /// The Idempotency-Key, if given.
    pub scope: Option<Scope>,
}

/// A session that has begun, or had before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The session.
    pub session: NumberSession,
    /// Whether the Idempotency-Key had begun it before.
    pub replayed: bool,
}

impl Sessions {
    /// Lends a number. No two borrowers get the same one, no matter how many ask at once.
    pub async fn start(&self, new: &NewSession) -> Result<Started, SessionError> {
        if let Some(scope) = &new.scope
            && let Err(known) = idempotency::look_up(&self.store, scope).await
        {
            return self.replay(new.account, known).await;
        }
        let rules = self.prices.rules().await?;
        let (session, wish) = self.draft(new);
        // A price may depend on the number's country, which is known once there is a number.
        let is_free_of_charge = rules.iter().all(|rule| rule.product != Product::Session);
        let at_once = self.store.dialect().writes_in_with() && new.scope.is_none() && is_free_of_charge;
        let head = self.heads.get(new.country, wish.lane);
        for look in [Look::After(head), Look::Everywhere] {
            let begun = match look {
                Look::After(_) if at_once && new.country.is_none() => self.begin_together(&wish, &session).await,
                _ if at_once => self.begin_at_once(&wish, look, &session).await,
                _ => self.begin(new, &wish, look, &session, &rules).await,
            };
            match begun {
                Ok(Some(assigned)) => {
                    self.heads.advance(new.country, assigned.lane, assigned.free_since);
                    return Ok(Started { session: with_number(session, &assigned, &rules)?, replayed: false });
                }
                Ok(None) => {}
                Err(SessionError::Idempotency(known)) => return self.replay(new.account, known).await,
                Err(error) => return Err(error),
            }
        }
        let next = sql::assign::next_free(&self.store, new.country, wish.now).await?;
        Err(SessionError::NoneFree { next })
    }

    /// The session without its number and its price, and what it asks of the pool.
    fn draft(&self, new: &NewSession) -> (NumberSession, Wish) {
        let now = self.ambient.business();
        let session = NumberSession {
            id: NumberSessionId::new(&self.ambient),
            account: new.account,
            label: new.label.clone(),
            pool_number: PoolNumberId::from_uuid(uuid::Uuid::nil()),
            phone_number: String::new(),
            country: new.country.unwrap_or_else(|| "ZZ".parse().expect("two letters")),
            greeting: new.greeting.clone(),
            price: COST,
            started_at: now,
            expires_at: now + TimeDelta::minutes(new.minutes.into()),
            told_end: None,
        };
        let wish = Wish {
            session: session.id.uuid(),
            country: new.country,
            now,
            free_again: session.expires_at + self.settings.cool_down,
            lane: any_lane(&self.ambient),
        };
        (session, wish)
    }

    async fn begin(
        &self,
        new: &NewSession,
        wish: &Wish,
        look: Look,
        draft: &NumberSession,
        rules: &Arc<[PricingRule]>,
    ) -> Result<Option<Assigned>, SessionError> {
        self.store
            .write(|tx| async move {
                let Some(assigned) = sql::assign::assign(&tx, wish, look).await? else { return Ok(None) };
                let session = with_number(draft.clone(), &assigned, rules)?;
                if let Some(scope) = &new.scope {
                    idempotency::begin(&tx, &self.ambient, scope, &session.id.to_string()).await?;
                }
                sql::sessions::insert(&tx, &session).await?;
                self.charge(&tx, &session).await?;
                let mut data = told(&session);
                data["phoneNumber"] = json!(session.phone_number);
                let kind = EventKind::SessionStarted;
                let fact = Fact { kind, account: session.account, subject: session.id.to_string(), data };
                events::append(&tx, &self.ambient, fact).await?;
                Ok(Some(assigned))
            })
            .await
    }

    /// With whoever comes at the same time, in the wish's lane.
    async fn begin_together(&self, wish: &Wish, draft: &NumberSession) -> Result<Option<Assigned>, SessionError> {
        let event = (self.ambient.uuid(), told(draft));
        Ok(self.lending.ask(Borrower { wish: wish.clone(), session: draft.clone(), event }).await?)
    }

    async fn begin_at_once(
        &self,
        wish: &Wish,
        look: Look,
        draft: &NumberSession,
    ) -> Result<Option<Assigned>, SessionError> {
        let event = (self.ambient.uuid(), told(draft));
        Ok(sql::assign::assign_at_once(&self.store, wish, look, draft, event).await?)
    }

    /// Takes the price, once a session: the number is delivered in this very transaction.
    async fn charge(&self, tx: &Tx, session: &NumberSession) -> Result<(), SessionError> {
        if !session.price.amount.is_positive() {
            return Ok(());
        }
        let subject = session.id.uuid();
        ledger::hold(tx, &self.ambient, session.account, subject, session.price).await?;
        let note = &session.phone_number;
        let _ = ledger::capture(tx, &self.ambient, subject, Revenue::Session, note).await?;
        Ok(())
    }

    async fn replay(&self, account: AccountId, known: IdempotencyError) -> Result<Started, SessionError> {
        let IdempotencyError::Replay(resource) = known else { return Err(known.into()) };
        let id = resource.parse().map_err(|_| SessionError::Idempotency(IdempotencyError::Mismatch))?;
        Ok(Started { session: self.find(account, id).await?, replayed: true })
    }
}

/// The draft with the number it was given, and the price of that.
fn with_number(draft: NumberSession, assigned: &Assigned, rules: &[PricingRule]) -> Result<NumberSession, PriceError> {
    let sold = Sold {
        product: Product::Session,
        service_code: None,
        country: Some(assigned.country),
        number_type: Some(assigned.number_type),
    };
    let price = prices::retail(rules, COST.amount, COST.currency, &sold);
    let price = price.ok_or(PriceError::TooLarge(COST.amount, COST.currency))?;
    Ok(NumberSession {
        pool_number: assigned.number,
        phone_number: assigned.phone_number.clone(),
        country: assigned.country,
        price: Money::new(price, COST.currency),
        ..draft
    })
}

/// What listeners learn, without the number.
fn told(session: &NumberSession) -> Json {
    json!({
        "sessionId": session.id,
        "userId": session.label,
        "expiresAt": crate::web::Timestamp(session.expires_at),
    })
}
