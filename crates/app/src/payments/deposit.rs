//! Pays money in: the row first, then the request to the processor, then a short wait for its end.

use std::time::Duration;

use ports::processor::ChargeStatus;
use store::Tx;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::warn;
use vocab::id::{AccountId, PaymentId, UserId};

use super::{
    DepositError, Gateway, Payment, PaymentStatus, Payments, Request, jobs,
    rules::{self, Method, Wanted},
    sql,
};
use crate::{
    jobs as engine,
    web::idempotency::{self, IdempotencyError, Scope},
};

/// How long an answer waits for what only the processor knows.
const ASK_WITHIN: Duration = Duration::from_secs(2);

/// A deposit as it stands when the answer goes out.
#[derive(Debug, Clone)]
pub struct Deposited {
    /// The payment.
    pub payment: Payment,
    /// What the payer's browser needs to finish it. Never stored: the processor is asked each time.
    pub browser: Option<Browser>,
    /// Whether this request was made before under the same key.
    pub replayed: bool,
}

/// What the payer's browser needs to finish a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// Lets the processor's own code in the browser finish it.
    pub client_secret: Option<String>,
    /// Where to send the browser.
    pub redirect_url: Option<String>,
    /// Whether a means of payment is there and must be confirmed; else one has to be chosen first.
    pub must_confirm: bool,
}

impl Payments {
    /// Opens a deposit and waits a little for its end. Under a key that is known it shows what came of the
    /// first request.
    pub async fn deposit(
        &self,
        account: AccountId,
        user: UserId,
        request: &Request,
        key: Option<Scope>,
    ) -> Result<Deposited, DepositError> {
        match self.open(account, user, request, key.as_ref()).await {
            Ok(id) => {
                let by = Instant::now() + self.settings.wait;
                drop(timeout_at(by, self.engine.run_now(jobs::step(id))).await);
                self.deposited(account, id, false).await
            }
            Err(DepositError::Idempotency(IdempotencyError::Replay(resource))) => {
                let id = resource.parse().map_err(|_| store::DbErr::Type(format!("{resource:?} is no payment")))?;
                self.deposited(account, id, true).await
            }
            Err(error) => Err(error),
        }
    }

    async fn open(
        &self,
        account: AccountId,
        user: UserId,
        request: &Request,
        key: Option<&Scope>,
    ) -> Result<PaymentId, DepositError> {
        if let Some(key) = key {
            idempotency::look_up(&self.store, key).await?;
        }
        let wanted = &rules::check(&self.settings, request).map_err(DepositError::Invalid)?;
        let gateway = self.gateway.as_ref().ok_or(DepositError::NoProcessor)?;
        let id = PaymentId::new(&self.ambient);
        self.store
            .write(|tx| async move {
                if let Some(key) = key {
                    idempotency::begin(&tx, &self.ambient, key, &id.to_string()).await?;
                }
                let payment = self.new_payment(&tx, gateway, id, (account, user), wanted).await?;
                sql::insert(&tx, &payment).await?;
                engine::enqueue(&tx, &self.ambient, jobs::step(id), self.engine.owner()).await?;
                Ok(id)
            })
            .await
    }

    async fn new_payment(
        &self,
        tx: &Tx,
        gateway: &Gateway,
        id: PaymentId,
        (account, user): (AccountId, UserId),
        wanted: &Wanted,
    ) -> Result<Payment, DepositError> {
        let (method_id, method_token) = match &wanted.method {
            Method::Saved(saved) => {
                let method = sql::saved_method(tx, account, *saved, gateway.name).await?;
                (Some(*saved), Some(method.ok_or(DepositError::NoSuchMethod)?))
            }
            Method::Token(token) => (None, Some(token.clone())),
            Method::Browser => (None, None),
        };
        // A saved method can only be charged for the customer it was saved for.
        let customer_reference =
            if method_id.is_some() { sql::customer(tx, account, gateway.name).await? } else { None };
        Ok(Payment {
            id,
            account,
            user,
            money: wanted.money,
            status: PaymentStatus::Pending,
            processor: gateway.name,
            reference: None,
            opened_at: self.ambient.wall(),
            in_doubt: false,
            method_token,
            customer_reference,
            keep_method: wanted.save_method,
            return_url: wanted.return_url.clone(),
            method_id,
            method_label: None,
            failure_code: None,
            created_at: self.ambient.business(),
            processed_at: None,
        })
    }

    async fn deposited(&self, account: AccountId, id: PaymentId, replayed: bool) -> Result<Deposited, DepositError> {
        let payment = self.find(account, id).await?.ok_or_else(|| store::DbErr::RecordNotFound(id.to_string()))?;
        let Some(browser) = self.browser(&payment).await else {
            return Ok(Deposited { payment, browser: None, replayed });
        };
        // Asking may have brought news.
        let payment = self.find(account, id).await?.unwrap_or(payment);
        Ok(Deposited { browser: payment.status.is_open().then_some(browser), payment, replayed })
    }

    /// What the payer has to do, where it is the payer's turn. The processor's answer is taken in like any other.
    async fn browser(&self, payment: &Payment) -> Option<Browser> {
        let gateway = self.gateway.as_ref().filter(|_| payment.status == PaymentStatus::Pending)?;
        let charge = match timeout(ASK_WITHIN, gateway.processor.look_up(payment.reference.as_deref()?)).await.ok()? {
            Ok(charge) => charge,
            Err(error) => {
                warn!(payment = %payment.id, %error, "cannot ask what the payer has to do");
                return None;
            }
        };
        if let Err(error) = self.take_in(payment.id, &charge).await {
            warn!(payment = %payment.id, %error, "cannot take in how a charge stands");
        }
        match charge.status {
            ChargeStatus::ActionRequired { client_secret, redirect_url } => {
                Some(Browser { client_secret, redirect_url, must_confirm: true })
            }
            ChargeStatus::MethodRequired { client_secret } => {
                Some(Browser { client_secret, redirect_url: None, must_confirm: false })
            }
            _ => None,
        }
    }
}
