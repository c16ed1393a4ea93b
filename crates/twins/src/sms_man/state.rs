//! What the twin knows, and every way in which that changes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use vocab::{Ambient, Amount};

use crate::{
    kernel::State,
    rental::{COUNTRIES, Country, HasPost, Post, PostChange, SERVICES, Scheduled, Service, Stock, sure_code_in},
};

/// The first request id.
const FIRST_ID: u64 = 100_001;

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Account {
    balance: Option<Amount>,
    activations: BTreeMap<u64, Activation>,
    /// Who holds a number: one activation at a time.
    held: BTreeMap<String, u64>,
    /// The open activations, by when they end.
    open: BTreeMap<String, u64>,
    /// How many numbers of an offer are held.
    sold: BTreeMap<String, u32>,
    /// Offers that are not as the market's tables have them.
    offers: BTreeMap<String, Stock>,
    /// Where in a country's numbers to go on.
    places: BTreeMap<u32, u64>,
    pub(super) messages: Vec<Message>,
    pub(super) post: Post,
}

/// A number rented for one service's text.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Activation {
    pub(super) id: u64,
    pub(super) country: u32,
    pub(super) application: u32,
    /// Digits, country code included.
    pub(super) number: String,
    pub(super) cost: Amount,
    pub(super) stage: Stage,
    /// Wall time.
    pub(super) bought: DateTime<Utc>,
    /// Business time.
    pub(super) ends: DateTime<Utc>,
    /// How many texts it got.
    pub(super) texts: u32,
    /// The code of the latest.
    pub(super) code: Option<String>,
}

impl Activation {
    /// Whether it can still get a text.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Received)
    }

    fn open_key(&self) -> String {
        format!("{:020}-{:020}", self.ends.timestamp_micros().max(0), self.id)
    }
}

/// Where an activation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stage {
    /// For a text.
    Waiting,
    /// A text came.
    Received,
    /// Its owner is done with it.
    Closed,
    /// Given back for its money.
    Rejected,
    /// Reported as already used with the service, and its money given back.
    Used,
    /// Its time passed.
    Lapsed,
}

/// A text that arrived.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) request_id: u64,
    pub(super) to: String,
    pub(super) text: String,
    /// What `sms_code` says of it.
    pub(super) code: String,
    /// Wall time.
    pub(super) at: DateTime<Utc>,
}

/// What happens.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Change {
    Balance(Amount),
    /// A purchase, and the place behind its number.
    Bought {
        activation: Activation,
        place: u64,
    },
    /// An activation as it now is.
    Moved(Activation),
    Arrived(Message),
    Offer {
        offer: String,
        stock: Stock,
    },
    Post(PostChange),
}

impl Account {
    /// Whether nothing has happened yet.
    pub(super) fn is_new(&self) -> bool {
        self.balance.is_none()
    }

    pub(super) fn balance(&self) -> Amount {
        self.balance.unwrap_or(Amount::ZERO)
    }

    pub(super) fn next_id(&self) -> u64 {
        self.activations.last_key_value().map_or(FIRST_ID, |(id, _)| id + 1)
    }

    pub(super) fn activation(&self, id: u64) -> Option<&Activation> {
        self.activations.get(&id)
    }

    /// All of them, oldest first.
    pub(super) fn activations(&self) -> impl Iterator<Item = &Activation> {
        self.activations.values()
    }

    /// Those that hold a number.
    pub(super) fn holders(&self) -> impl Iterator<Item = &Activation> {
        self.held.values().filter_map(|id| self.activations.get(id))
    }

    /// What is left of an offer, and its price.
    pub(super) fn stock(&self, country: &Country, service: &Service) -> Stock {
        let offer = offer(country.id, service.id);
        let stock = self.offers.get(&offer).copied().unwrap_or_else(|| Stock::of(country, service));
        Stock { count: stock.count.saturating_sub(self.sold.get(&offer).copied().unwrap_or(0)), ..stock }
    }

    /// What is for sale of an offer, those that are held included.
    pub(super) fn whole_stock(&self, country: &Country, service: &Service) -> Stock {
        let stock = self.offers.get(&offer(country.id, service.id)).copied();
        stock.unwrap_or_else(|| Stock::of(country, service))
    }

    /// A number of the country that nobody holds, and the place behind it.
    pub(super) fn free_number(&self, country: &Country) -> Option<(String, u64)> {
        let from = self.places.get(&country.id).copied().unwrap_or(0);
        country.range.next(from, |digits| !self.held.contains_key(digits))
    }

    /// Those whose time has passed, as they now are.
    pub(super) fn lapsed(&self, business: DateTime<Utc>) -> Vec<Change> {
        let open = self.open.values().filter_map(|id| self.activations.get(id));
        let due = open.take_while(|activation| activation.ends <= business);
        due.map(|activation| Change::Moved(Activation { stage: Stage::Lapsed, ..activation.clone() })).collect()
    }

    /// What a text that is due changes: nothing, if nobody waits for it any more.
    pub(super) fn arrival(&self, text: &Scheduled, ambient: &Ambient) -> Vec<Change> {
        let open = text.to.parse().ok().and_then(|id| self.activation(id));
        let open = open.filter(|activation| activation.is_open() && activation.ends > ambient.business());
        let Some(activation) = open else { return Vec::new() };
        // Where it is not sure, the market hands on the words in the place of the code.
        let code = sure_code_in(&text.text).unwrap_or_else(|| text.text.clone());
        let now = Activation {
            stage: Stage::Received,
            texts: activation.texts + 1,
            code: Some(code.clone()),
            ..activation.clone()
        };
        let (to, text) = (activation.number.clone(), text.text.clone());
        let message = Message { request_id: activation.id, to, text, code, at: ambient.wall() };
        vec![Change::Moved(now), Change::Arrived(message)]
    }

    fn put(&mut self, activation: Activation) {
        let offer = offer(activation.country, activation.application);
        if let Some(old) = self.activations.get(&activation.id).filter(|old| old.is_open()) {
            self.open.remove(&old.open_key());
            self.held.remove(&old.number);
            if let Some(sold) = self.sold.get_mut(&offer) {
                *sold = sold.saturating_sub(1);
            }
        }
        if activation.is_open() {
            self.open.insert(activation.open_key(), activation.id);
            self.held.insert(activation.number.clone(), activation.id);
            *self.sold.entry(offer).or_default() += 1;
        }
        self.activations.insert(activation.id, activation);
    }
}

impl State for Account {
    type Change = Change;

    fn apply(&mut self, change: Change) {
        match change {
            Change::Balance(balance) => self.balance = Some(balance),
            Change::Bought { activation, place } => {
                self.places.insert(activation.country, place);
                self.put(activation);
            }
            Change::Moved(activation) => self.put(activation),
            Change::Arrived(message) => self.messages.push(message),
            Change::Offer { offer, stock } => drop(self.offers.insert(offer, stock)),
            Change::Post(change) => self.post.apply(change),
        }
    }
}

impl HasPost for Account {
    fn post(&self) -> &Post {
        &self.post
    }

    fn post_change(change: PostChange) -> Change {
        Change::Post(change)
    }
}

/// The name of an offer among the others.
pub(super) fn offer(country: u32, application: u32) -> String {
    format!("{country}/{application}")
}

/// The country with this id.
pub(super) fn country(id: u32) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.id == id)
}

/// The service with this id.
pub(super) fn application(id: u32) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.id == id)
}
