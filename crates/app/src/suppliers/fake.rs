//! A supplier that lives in memory, and does what a test tells it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use ports::{
    PortError, RefusalReason, Supplier,
    supplier::{
        Allocation, Another, GivenBack, MoreTexts, PurchaseOrder, Recovery, RentalState, RentalStatus, SupplierCard,
        SupplierCountry, SupplierOffer, SupplierService, Text,
    },
};
use vocab::{Currency, E164, Money};

pub(crate) struct FakeSupplier {
    card: SupplierCard,
    number_prefix: u32,
    pub state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub cost: String,
    pub float: String,
    pub stock: u32,
    pub down: bool,
    pub buys: Vec<PurchaseOrder>,
    pub rented: HashMap<String, RentalStatus>,
    /// What the next purchases answer instead; an `Unknown` happens all the same.
    pub buy_fails: VecDeque<PortError>,
    /// What the next cancellations answer instead.
    pub cancel_answers: VecDeque<Result<GivenBack, PortError>>,
    /// A text that comes while the next cancellation is under way.
    pub text_while_cancelling: Option<Text>,
}

pub(crate) fn text(id: &str, words: &str) -> Text {
    Text { id: id.into(), text: Some(words.into()), code: None, from: None, at: None }
}

pub(crate) fn sold_out() -> PortError {
    PortError::refused(RefusalReason::NumberNotAvailable, None, "no numbers")
}

impl FakeSupplier {
    pub(crate) fn new(name: &'static str, number_prefix: u32, cost: &str) -> Self {
        let card = SupplierCard {
            name,
            window: Duration::from_secs(20 * 60),
            cancel_lock: None,
            recovery: Recovery::None,
            in_flight_bound: Duration::from_secs(30),
            more_texts: MoreTexts::SameAllocation,
            pushes_texts: false,
            finishes: false,
            reports: true,
            batched: name == "SECOND",
            quotes_singly: false,
            poll_interval: Duration::from_secs(5),
            purchases_per_second: 1000,
            questions_per_second: 1000,
        };
        let state = State { cost: cost.into(), float: "100".into(), stock: 10, ..State::default() };
        Self { card, number_prefix, state: Mutex::new(state) }
    }

    pub(crate) fn locked(mut self, lock: Duration) -> Self {
        self.card.cancel_lock = Some(lock);
        self
    }

    pub(crate) fn paced(mut self, purchases_per_second: u32) -> Self {
        self.card.purchases_per_second = purchases_per_second;
        self
    }

    pub(crate) fn asked(mut self, questions_per_second: u32) -> Self {
        self.card.questions_per_second = questions_per_second;
        self
    }

    pub(crate) fn replaying(mut self) -> Self {
        self.card.recovery = Recovery::Replay { within: Duration::from_secs(600) };
        self
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked with it")
    }

    /// A text comes to an allocation.
    pub(crate) fn send(&self, reference: &str, text: Text) {
        let mut state = self.state();
        let rented = state.rented.get_mut(reference).expect("is rented");
        rented.texts.push(text);
        rented.state = RentalState::Received;
    }

    fn up(&self) -> Result<MutexGuard<'_, State>, PortError> {
        let state = self.state();
        if state.down { Err(PortError::NotSent) } else { Ok(state) }
    }

    fn allocation(&self, order: &PurchaseOrder, nth: usize) -> Allocation {
        let number: E164 = format!("+1{}{nth:07}", self.number_prefix).parse().expect("a number");
        Allocation { reference: order.key.clone(), number, cost: order.max_cost, ends_at: None }
    }
}

#[async_trait::async_trait]
impl Supplier for FakeSupplier {
    fn card(&self) -> &SupplierCard {
        &self.card
    }

    async fn balance(&self) -> Result<Money, PortError> {
        Ok(Money::new(self.up()?.float.parse().expect("an amount"), Currency::USD))
    }

    async fn services(&self) -> Result<Vec<SupplierService>, PortError> {
        drop(self.up()?);
        let service = |code: &str, title: &str, market: Option<&str>| SupplierService {
            code: code.into(),
            title: title.into(),
            market: market.map(str::to_owned),
        };
        Ok(vec![service("1", "Telegram", None), service("2", "Nobody's", Some("zz")), service("3", "Revolut", None)])
    }

    async fn countries(&self) -> Result<Vec<SupplierCountry>, PortError> {
        let country = Some("US".parse().expect("a country"));
        Ok(vec![SupplierCountry { code: "5".into(), title: "USA".into(), country }])
    }

    async fn offers(&self, _: Option<&str>) -> Result<Vec<SupplierOffer>, PortError> {
        let state = self.up()?;
        let cost = Money::new(state.cost.parse().expect("an amount"), Currency::USD);
        let offer = |service: &str, count| SupplierOffer { service: service.into(), country: "5".into(), count, cost };
        Ok(vec![offer("1", state.stock), offer("2", 0), offer("3", 5)])
    }

    async fn quote(&self, _: &str, _: &str) -> Result<Option<SupplierOffer>, PortError> {
        Ok(None)
    }

    async fn buy(&self, order: &PurchaseOrder) -> Result<Allocation, PortError> {
        let mut state = self.up()?;
        state.buys.push(order.clone());
        let failure = state.buy_fails.pop_front();
        if failure.as_ref().is_some_and(|error| *error != PortError::Unknown) {
            return Err(failure.expect("just seen"));
        }
        let allocation = self.allocation(order, state.buys.len());
        let waiting = RentalStatus { state: RentalState::Waiting, texts: Vec::new() };
        state.rented.insert(allocation.reference.clone(), waiting);
        failure.map_or(Ok(allocation), Err)
    }

    async fn find(&self, order: &PurchaseOrder) -> Result<Option<Allocation>, PortError> {
        let known = self.up()?.rented.contains_key(&order.key);
        Ok(known.then(|| self.allocation(order, 1)))
    }

    async fn status(&self, reference: &str) -> Result<RentalStatus, PortError> {
        let known = self.up()?.rented.get(reference).cloned();
        known.ok_or_else(|| PortError::refused(RefusalReason::NotFound, None, "no such allocation"))
    }

    async fn statuses(&self, references: &[String]) -> Vec<Result<RentalStatus, PortError>> {
        let mut all = Vec::new();
        for reference in references {
            all.push(self.status(reference).await);
        }
        all
    }

    async fn cancel(&self, reference: &str) -> Result<GivenBack, PortError> {
        let mut state = self.up()?;
        if let Some(answer) = state.cancel_answers.pop_front() {
            return answer;
        }
        let text = state.text_while_cancelling.take();
        let Some(rented) = state.rented.get_mut(reference) else { return Ok(GivenBack::Gone) };
        if let Some(text) = text {
            rented.texts.push(text);
            rented.state = RentalState::Received;
        }
        match rented.state {
            RentalState::Received => Ok(GivenBack::AlreadyReceived),
            _ => {
                rented.state = RentalState::Cancelled;
                Ok(GivenBack::Done)
            }
        }
    }

    async fn report(&self, reference: &str) -> Result<GivenBack, PortError> {
        self.cancel(reference).await
    }

    async fn finish(&self, _: &str) -> Result<(), PortError> {
        Ok(())
    }

    async fn another(&self, reference: &str) -> Result<Another, PortError> {
        let mut state = self.up()?;
        let rented = state.rented.get_mut(reference).expect("is rented");
        rented.state = RentalState::Waiting;
        Ok(Another::Waiting)
    }
}
