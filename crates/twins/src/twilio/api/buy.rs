//! Buying a number: `POST IncomingPhoneNumbers`.

use std::sync::atomic::Ordering;

use vocab::E164;

use super::{Answer, Asked, available::area_code, created, incoming::render};
use crate::twilio::{
    error::Refusal,
    inventory::{self, Capabilities, Filters, Kind, Listing},
    settings::Settings,
    sid,
    state::{Change, Holdings, Number},
};

/// The number of Twilio's test credentials that is always for sale.
const MAGIC: &str = "+15005550006";

/// What is about to be bought.
struct Goods {
    number: String,
    kind: Kind,
    can: Capabilities,
    address: &'static str,
    needs_bundle: bool,
    beta: bool,
}

impl Goods {
    fn magic() -> Self {
        let can = Capabilities { voice: true, sms: true, mms: true, fax: true };
        Self { number: MAGIC.to_owned(), kind: Kind::Local, can, address: "none", needs_bundle: false, beta: false }
    }
}

impl From<Listing> for Goods {
    fn from(listing: Listing) -> Self {
        Self {
            number: listing.number,
            kind: listing.offer.kind,
            can: listing.can,
            address: listing.offer.address,
            needs_bundle: listing.offer.bundle,
            beta: listing.country.beta,
        }
    }
}

/// 201 with the number: the one asked for, or any in an area. A number that the account already has is answered as it
/// stands, and what the repeat says of it is ignored (twilio-elixir/ex_twilio#116 saw the 201; whether parameters of
/// the repeat count is disputed, and a client must not rely on either).
pub(super) fn create(asked: &Asked<'_>, only: Option<Kind>) -> Answer {
    let number = asked.twin.journal.commit(|holdings| {
        let goods = choose(asked, holdings, only)?;
        if let Some(mine) = holdings.owned(&goods.number) {
            return Ok::<_, Refusal>((Vec::new(), mine.clone()));
        }
        let goods = swapped(asked, holdings, goods);
        let number = furnish(asked, goods)?;
        Ok((vec![Change::Bought(number.clone())], number))
    })?;
    created(render(asked, &number))
}

fn choose(asked: &Asked<'_>, holdings: &Holdings, only: Option<Kind>) -> Result<Goods, Refusal> {
    let goods = match (asked.params.filled("PhoneNumber"), asked.params.filled("AreaCode")) {
        (Some(text), _) => by_number(holdings, text)?,
        (None, Some(_)) if only.is_some() => return Err(Refusal::of(21457)),
        (None, Some(code)) => by_area(holdings, code)?,
        (None, None) => return Err(Refusal::saying(21421, "PhoneNumber or AreaCode is required".to_owned())),
    };
    match only {
        Some(kind) if kind != goods.kind => Err(Refusal::of(21458)),
        _ => Ok(goods),
    }
}

fn by_number(holdings: &Holdings, text: &str) -> Result<Goods, Refusal> {
    let invalid = || Refusal::saying(21421, format!("{text} is not a valid phone number"));
    let gone = || Refusal::saying(21422, format!("{text} is not available"));
    match text {
        "+15005550000" => return Err(gone()),
        "+15005550001" => return Err(invalid()),
        MAGIC => return Ok(Goods::magic()),
        _ => {}
    }
    let number: E164 = text.parse().map_err(|_| invalid())?;
    if !number.is_valid() {
        return Err(invalid());
    }
    if holdings.is_with_others(number.as_str()) {
        return Err(gone());
    }
    inventory::lookup(&number).map(Goods::from).ok_or_else(gone)
}

fn by_area(holdings: &Holdings, code: &str) -> Result<Goods, Refusal> {
    let code = area_code(code)?;
    // Twilio's test credentials sell this one there.
    if code == "500" {
        return Ok(Goods::magic());
    }
    let filters = Filters { area_code: Some(code.to_owned()), ..Filters::default() };
    let north_america = ["US", "CA"].into_iter().filter_map(|iso| inventory::country(iso.parse().ok()?));
    let mut offered = north_america.flat_map(|country| {
        inventory::search(country, Kind::Local, &filters, (0, 1), |number| holdings.is_taken(number))
    });
    offered.next().map(Goods::from).ok_or_else(|| Refusal::of(21452))
}

/// On demand, a number other than the one asked for, of the same country and type.
fn swapped(asked: &Asked<'_>, holdings: &Holdings, goods: Goods) -> Goods {
    let swaps = &asked.twin.swaps;
    let asked_for = asked.params.filled("PhoneNumber") == Some(&goods.number);
    if !asked_for || swaps.load(Ordering::Relaxed) == 0 {
        return goods;
    }
    let other = goods.number.parse().ok().and_then(|number| inventory::lookup(&number)).and_then(|listing| {
        let taken = |number: &str| number == goods.number || holdings.is_taken(number);
        inventory::search(listing.country, goods.kind, &Filters::default(), (0, 1), taken).into_iter().next()
    });
    let Some(other) = other else { return goods };
    // The journal's lock is held: nobody else counts down at the same time.
    swaps.fetch_sub(1, Ordering::Relaxed);
    Goods::from(other)
}

fn furnish(asked: &Asked<'_>, goods: Goods) -> Result<Number, Refusal> {
    if goods.address != "none" && asked.params.filled("AddressSid").is_none() {
        return Err(Refusal::of(21631));
    }
    if goods.needs_bundle && asked.params.filled("BundleSid").is_none() {
        return Err(Refusal::of(21649));
    }
    let national = match goods.number.as_str() {
        // The numbering plan does not have it, so it would not be formatted.
        MAGIC => "(500) 555-0006".to_owned(),
        number => number.parse().map_or_else(|_| number.to_owned(), |number: E164| number.national()),
    };
    let now = asked.twin.ambient.business();
    Ok(Number {
        sid: sid::new("PN", &asked.twin.ambient),
        settings: Settings::of_new(&national).with(&asked.params)?,
        number: goods.number,
        national,
        kind: goods.kind.owned().to_owned(),
        can: goods.can,
        address_requirements: goods.address.to_owned(),
        beta: goods.beta,
        created: now,
        updated: now,
    })
}
