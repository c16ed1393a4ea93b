//! What the twin knows, and every way in which that changes.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use vocab::{Ambient, Amount};

use super::{
    Setting,
    verification::{Message, Phase, Verification},
    webhooks,
};
use crate::{
    kernel::{HasOutbox, Outbox, OutboxChange, State},
    rental::{HasPost, Post, PostChange, Scheduled, Service, Stock, sender, sure_code_in},
};

/// For how long after its first text a verification can be reused, by the business clock.
const REUSE: TimeDelta = TimeDelta::minutes(5);

/// TextVerified's price level, where the US of the market's tables is 100: dearer than SMS-Man, and by less than a
/// reseller's usual margin, so that it can stand in for SMS-Man at SMS-Man's price.
const PERCENT: i64 = 110;

/// Everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Account {
    balance: Option<Amount>,
    verifications: Vec<Verification>,
    by_id: BTreeMap<String, u64>,
    /// Who holds a number: one open verification at a time.
    held: BTreeMap<String, u64>,
    /// The open verifications, by when they end.
    open: BTreeMap<String, u64>,
    /// How many numbers are held for a service.
    sold: BTreeMap<String, u32>,
    /// Stock and price that are not as the market's tables have them, by service.
    offers: BTreeMap<String, Stock>,
    /// Where in an area's numbers to go on; without an area, in all of them.
    places: BTreeMap<String, u64>,
    /// What a purchase under a key has bought: the verification's id.
    keys: BTreeMap<String, String>,
    messages: Vec<Message>,
    messages_to: BTreeMap<String, Vec<u64>>,
    pub(super) post: Post,
    outbox: Outbox,
}

/// What happens.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Change {
    Balance(Amount),
    /// A verification as it now is.
    Verification(Verification),
    /// The place behind the number that was taken in this area.
    Place {
        area: String,
        place: u64,
    },
    Key {
        key: String,
        id: String,
    },
    Arrived(Message),
    Offer {
        service: String,
        stock: Stock,
    },
    Post(PostChange),
    Outbox(OutboxChange),
}

impl Account {
    /// Whether nothing has happened yet.
    pub(super) fn is_new(&self) -> bool {
        self.balance.is_none()
    }

    pub(super) fn balance(&self) -> Amount {
        self.balance.unwrap_or(Amount::ZERO)
    }

    pub(super) fn next_seq(&self) -> u64 {
        self.verifications.len() as u64
    }

    pub(super) fn get(&self, id: &str) -> Option<&Verification> {
        self.at(*self.by_id.get(id)?)
    }

    fn at(&self, seq: u64) -> Option<&Verification> {
        self.verifications.get(usize::try_from(seq).ok()?)
    }

    /// All of them, oldest first.
    pub(super) fn verifications(&self) -> impl DoubleEndedIterator<Item = &Verification> {
        self.verifications.iter()
    }

    /// Those that hold a number.
    pub(super) fn holders(&self) -> impl Iterator<Item = &Verification> {
        self.held.values().filter_map(|seq| self.at(*seq))
    }

    pub(super) fn holds(&self, number: &str) -> bool {
        self.held.contains_key(number)
    }

    /// How many wait for their text.
    pub(super) fn unfinished(&self) -> usize {
        self.holders().filter(|verification| verification.state == Phase::Pending).count()
    }

    /// All of them, oldest first.
    pub(super) fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter()
    }

    /// Those to this number of ten digits, oldest first.
    pub(super) fn messages_to(&self, number: &str) -> impl DoubleEndedIterator<Item = &Message> {
        let all = self.messages_to.get(number).into_iter().flatten();
        all.filter_map(|seq| self.messages.get(usize::try_from(*seq).ok()?))
    }

    /// What a purchase under this key has bought.
    pub(super) fn bought_under(&self, key: &str) -> Option<&Verification> {
        self.get(self.keys.get(key)?)
    }

    pub(super) fn place(&self, area: &str) -> u64 {
        self.places.get(area).copied().unwrap_or(0)
    }

    /// What is for sale of a service, those that are held included.
    pub(super) fn whole_stock(&self, service: &Service) -> Stock {
        let stock = self.offers.get(&service.name()).copied();
        stock.unwrap_or_else(|| {
            let count = crate::rental::COUNTRIES.iter().find(|country| country.iso == "US");
            let count = count.map_or(0, |country| Stock::of(country, service).count);
            Stock { count, cost: service.price(PERCENT) }
        })
    }

    /// What is left of a service, and its price.
    pub(super) fn stock(&self, service: &Service) -> Stock {
        let (whole, sold) = (self.whole_stock(service), self.sold.get(&service.name()).copied().unwrap_or(0));
        Stock { count: whole.count.saturating_sub(sold), ..whole }
    }

    /// What the passing of time has changed: those without a text time out, and their money comes back.
    pub(super) fn lapsed(&self, business: DateTime<Utc>) -> Vec<Change> {
        let open = self.open.values().filter_map(|seq| self.at(*seq));
        let due: Vec<_> = open.take_while(|verification| verification.ends <= business).collect();
        let back = due.iter().filter(|verification| verification.state == Phase::Pending);
        let balance = back.fold(self.balance(), |sum, verification| sum.checked_add(verification.cost).unwrap_or(sum));
        let ended = due.iter().map(|verification| {
            let state = if verification.state == Phase::Pending { Phase::TimedOut } else { verification.state };
            Change::Verification(Verification { state, open: false, ..(*verification).clone() })
        });
        ended.chain((!due.is_empty()).then_some(Change::Balance(balance))).collect()
    }

    /// What a text that is due changes: nothing, if nobody waits for it any more.
    pub(super) fn arrival(&self, text: &Scheduled, setting: &Setting) -> Vec<Change> {
        let now = setting.ambient.business();
        let open = self.get(&text.to).filter(|verification| verification.open && verification.ends > now);
        let Some(verification) = open else { return Vec::new() };
        let message = Message {
            seq: self.messages.len() as u64,
            id: id(&setting.ambient, "sms"),
            reservation: verification.id.clone(),
            to: verification.number.clone(),
            from: sender(&verification.service),
            text: text.text.clone(),
            code: sure_code_in(&text.text),
            at: now,
            occurred: setting.ambient.wall(),
        };
        let completed = Verification {
            state: Phase::Completed,
            reusable_until: verification.reusable_until.or(Some(now + REUSE)),
            ..verification.clone()
        };
        let mut changes = vec![Change::Verification(completed)];
        if setting.has_webhook {
            changes.push(Change::Outbox(OutboxChange::Add(webhooks::callback(&message, &setting.ambient))));
        }
        changes.push(Change::Arrived(message));
        changes
    }

    fn put(&mut self, verification: Verification) {
        let seq = verification.seq;
        if let Some(old) = self.at(seq).filter(|old| old.open).cloned() {
            self.open.remove(&old.open_key());
            self.held.remove(&old.number);
            if let Some(sold) = self.sold.get_mut(&old.service) {
                *sold = sold.saturating_sub(1);
            }
        }
        if verification.open {
            self.open.insert(verification.open_key(), seq);
            self.held.insert(verification.number.clone(), seq);
            *self.sold.entry(verification.service.clone()).or_default() += 1;
        }
        self.by_id.insert(verification.id.clone(), seq);
        match usize::try_from(seq).ok().and_then(|seq| self.verifications.get_mut(seq)) {
            Some(old) => *old = verification,
            None => self.verifications.push(verification),
        }
    }
}

impl State for Account {
    type Change = Change;

    fn apply(&mut self, change: Change) {
        match change {
            Change::Balance(balance) => self.balance = Some(balance),
            Change::Verification(verification) => self.put(verification),
            Change::Place { area, place } => drop(self.places.insert(area, place)),
            Change::Key { key, id } => drop(self.keys.insert(key, id)),
            Change::Arrived(message) => {
                self.messages_to.entry(message.to.clone()).or_default().push(message.seq);
                self.messages.push(message);
            }
            Change::Offer { service, stock } => drop(self.offers.insert(service, stock)),
            Change::Post(change) => self.post.apply(change),
            Change::Outbox(change) => self.outbox.apply(change),
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

impl HasOutbox for Account {
    fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    fn outbox_change(change: OutboxChange) -> Change {
        Change::Outbox(change)
    }
}

/// An id as TextVerified makes them: a prefix and a ULID.
pub(super) fn id(ambient: &Ambient, prefix: &str) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let value = ambient.uuid().as_u128();
    let letters = (0..26).rev().map(|place| char::from(ALPHABET[(value >> (5 * place) & 31) as usize]));
    format!("{prefix}_{}", letters.collect::<String>())
}
