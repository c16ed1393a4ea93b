//! A processor that plays back what a test put into it.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ports::{
    InboundRequest, PortError, Processor, ProcessorInbound, Rejected,
    inbound::{ProcessorEvent, ProcessorNews},
    processor::{Charge, ChargeState, ChargeStatus, MethodDetails, ProcessorCard},
};
use vocab::Money;

/// The last answer of a script is given again and again.
type Script = Mutex<VecDeque<Result<ChargeStatus, PortError>>>;

pub(super) struct Till {
    card: ProcessorCard,
    charge_answers: Script,
    look_up_answers: Script,
    customer_answers: Mutex<VecDeque<PortError>>,
    pub charges: Mutex<Vec<Charge>>,
    pub customers_made: AtomicUsize,
}

impl Default for Till {
    fn default() -> Self {
        Self {
            card: ProcessorCard { name: "STRIPE", replay_window: Duration::from_secs(24 * 3600) },
            charge_answers: Script::default(),
            look_up_answers: Script::default(),
            customer_answers: Mutex::default(),
            charges: Mutex::default(),
            customers_made: AtomicUsize::new(0),
        }
    }
}

impl Till {
    pub(super) fn answers_charge(&self, answers: impl IntoIterator<Item = Result<ChargeStatus, PortError>>) {
        *self.charge_answers.lock().expect("whole") = answers.into_iter().collect();
    }

    pub(super) fn answers_look_up(&self, answers: impl IntoIterator<Item = Result<ChargeStatus, PortError>>) {
        *self.look_up_answers.lock().expect("whole") = answers.into_iter().collect();
    }

    pub(super) fn fails_customer(&self, answers: impl IntoIterator<Item = PortError>) {
        *self.customer_answers.lock().expect("whole") = answers.into_iter().collect();
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.charges.lock().expect("whole").iter().map(|charge| charge.key.clone()).collect()
    }
}

fn next(script: &Script) -> Result<ChargeStatus, PortError> {
    let mut script = script.lock().expect("whole");
    if script.len() > 1 {
        return script.pop_front().expect("not empty");
    }
    script.front().cloned().unwrap_or(Ok(ChargeStatus::Succeeded))
}

pub(super) fn state(payment: &str, money: Option<Money>, status: ChargeStatus) -> ChargeState {
    let method = MethodDetails {
        reference: "pm_1".into(),
        brand: Some("visa".into()),
        last4: Some("4242".into()),
        expiry: Some((12, 2030)),
    };
    ChargeState {
        reference: format!("pi_{payment}"),
        payment: Some(payment.to_owned()),
        money,
        received: None,
        status,
        method: Some(method),
    }
}

#[async_trait::async_trait]
impl Processor for Till {
    fn card(&self) -> &ProcessorCard {
        &self.card
    }

    async fn charge(&self, charge: &Charge) -> Result<ChargeState, PortError> {
        self.charges.lock().expect("whole").push(charge.clone());
        Ok(state(&charge.payment, Some(charge.money), next(&self.charge_answers)?))
    }

    async fn look_up(&self, reference: &str) -> Result<ChargeState, PortError> {
        let payment = reference.strip_prefix("pi_").unwrap_or(reference);
        Ok(state(payment, None, next(&self.look_up_answers)?))
    }

    async fn customer(&self, _key: &str, _account: &str, _email: &str) -> Result<String, PortError> {
        if let Some(error) = self.customer_answers.lock().expect("whole").pop_front() {
            return Err(error);
        }
        let count = self.customers_made.fetch_add(1, Ordering::SeqCst);
        Ok(format!("cus_{count}"))
    }
}

/// Takes any body for a signed event, unless it says `forged`.
#[derive(Default)]
pub(super) struct Inbox(pub Mutex<Vec<(String, ChargeState)>>);

impl Inbox {
    /// The event that a body of this text will be.
    pub(super) fn holds(&self, id: &str, charge: ChargeState) {
        self.0.lock().expect("whole").push((id.to_owned(), charge));
    }
}

impl ProcessorInbound for Inbox {
    fn event(&self, request: &InboundRequest<'_>) -> Result<ProcessorEvent, Rejected> {
        let id = String::from_utf8_lossy(request.body).into_owned();
        if id == "forged" {
            return Err(Rejected { diagnosis: "forged".into() });
        }
        let events = self.0.lock().expect("whole");
        let charge = events.iter().find(|(known, _)| *known == id).map(|(_, charge)| charge.clone());
        let news = charge.map_or(ProcessorNews::Other, |charge| ProcessorNews::Charge(Box::new(charge)));
        Ok(ProcessorEvent { id, kind: "payment_intent.something".into(), news })
    }
}
