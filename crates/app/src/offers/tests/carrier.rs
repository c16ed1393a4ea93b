//! A carrier that lives in memory, and does what a test tells it.

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use ports::{
    Carrier, PortError,
    carrier::{
        AddressRequirement, CarrierCard, CarrierNumber, CarrierPrices, CountryOffer, Hooks, NumberOrder, NumberQuery,
        Offer, OwnedPage, Regulation,
    },
};
use vocab::{
    CountryCode, Currency, E164,
    telephony::{NumberCapability, NumberType},
};

pub(crate) struct FakeCarrier {
    card: CarrierCard,
    pub state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub offers: Vec<Offer>,
    pub owned: Vec<CarrierNumber>,
    pub searches: Vec<NumberQuery>,
    pub buys: usize,
    pub price_calls: usize,
    /// What owners have to show, wherever the number is; `None` keeps the carrier from telling.
    pub regulation: Option<Regulation>,
    pub regulation_calls: usize,
    pub pointed: Vec<String>,
    /// What the next purchases answer instead; an `Unknown` happens all the same.
    pub buy_fails: VecDeque<PortError>,
    /// What the next releases answer instead.
    pub release_fails: VecDeque<PortError>,
    /// Bought in the place of what was asked for.
    pub substitute: Option<E164>,
    /// What new numbers point at, where it is not us.
    pub foreign_hooks: Option<Hooks>,
}

pub(crate) fn number(text: &str) -> E164 {
    text.parse().expect("a number")
}

pub(crate) fn offer(text: &str, region: &str, address: AddressRequirement) -> Offer {
    let number = number(text);
    Offer {
        friendly_name: number.national(),
        country: number.country().expect("a country"),
        number_type: NumberType::Local,
        locality: None,
        region: Some(region.to_owned()),
        capabilities: vec![NumberCapability::Voice, NumberCapability::Sms],
        address,
        number,
    }
}

impl FakeCarrier {
    pub(crate) fn new(offers: Vec<Offer>) -> Self {
        let card = CarrierCard { name: "twilio", in_flight_bound: Duration::from_secs(30), no_address_in: &["US"] };
        Self { card, state: Mutex::new(State { offers, regulation: Some(Regulation::default()), ..State::default() }) }
    }

    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panicked with it")
    }
}

#[async_trait::async_trait]
impl Carrier for FakeCarrier {
    fn card(&self) -> &CarrierCard {
        &self.card
    }

    async fn search(&self, query: &NumberQuery) -> Result<Vec<Offer>, PortError> {
        let mut state = self.state();
        state.searches.push(query.clone());
        let fits = |offer: &&Offer| {
            let digits = offer.number.digits();
            offer.country == query.country
                && offer.number_type == query.number_type
                && query.area_code.as_ref().is_none_or(|area| offer.number.area_code().as_ref() == Some(area))
                && query.contains.as_ref().is_none_or(|part| digits.contains(part.as_str()))
        };
        let limit = usize::try_from(query.limit).expect("fits");
        Ok(state.offers.iter().filter(fits).take(limit).cloned().collect())
    }

    async fn countries(&self) -> Result<Vec<CountryOffer>, PortError> {
        let country = "US".parse().expect("a country");
        Ok(vec![CountryOffer { country, name: "United States".into(), number_types: vec![NumberType::Local] }])
    }

    async fn prices(&self, country: CountryCode) -> Result<CarrierPrices, PortError> {
        self.state().price_calls += 1;
        let monthly = vec![(NumberType::Local, "1.15".parse().expect("an amount"))];
        Ok(CarrierPrices { country, currency: Currency::USD, monthly })
    }

    async fn regulation(&self, _: CountryCode, _: NumberType) -> Result<Regulation, PortError> {
        let mut state = self.state();
        state.regulation_calls += 1;
        state.regulation.clone().ok_or(PortError::Unknown)
    }

    async fn buy(&self, order: &NumberOrder) -> Result<CarrierNumber, PortError> {
        let mut state = self.state();
        state.buys += 1;
        let failure = state.buy_fails.pop_front();
        if failure.as_ref().is_some_and(|error| *error != PortError::Unknown) {
            return Err(failure.expect("just seen"));
        }
        let bought = CarrierNumber {
            sid: format!("PN{:032}", state.buys),
            number: state.substitute.take().unwrap_or_else(|| order.number.clone()),
            friendly_name: order.number.national(),
            capabilities: vec![NumberCapability::Voice],
            hooks: state.foreign_hooks.clone().unwrap_or_else(|| order.hooks.clone()),
        };
        state.owned.push(bought.clone());
        failure.map_or(Ok(bought), Err)
    }

    async fn find(&self, number: &E164) -> Result<Option<CarrierNumber>, PortError> {
        Ok(self.state().owned.iter().find(|owned| owned.number == *number).cloned())
    }

    async fn point(&self, sid: &str, hooks: &Hooks) -> Result<CarrierNumber, PortError> {
        let mut state = self.state();
        state.pointed.push(sid.to_owned());
        let owned = state.owned.iter_mut().find(|owned| owned.sid == sid).expect("is owned");
        owned.hooks = hooks.clone();
        Ok(owned.clone())
    }

    async fn release(&self, sid: &str) -> Result<(), PortError> {
        let mut state = self.state();
        if let Some(error) = state.release_fails.pop_front() {
            return Err(error);
        }
        state.owned.retain(|owned| owned.sid != sid);
        Ok(())
    }

    async fn owned(&self, after: Option<&str>) -> Result<OwnedPage, PortError> {
        // Two pages, so that following them is tested.
        let state = self.state();
        let (first, second) = state.owned.split_at(state.owned.len() / 2);
        Ok(match after {
            None => OwnedPage { numbers: first.to_vec(), next: Some("2".into()) },
            Some(_) => OwnedPage { numbers: second.to_vec(), next: None },
        })
    }

    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }
}
