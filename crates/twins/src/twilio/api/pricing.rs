//! The Pricing API: what numbers, calls and texts cost, in US dollars. There are no discounts, so the account's price is
//! always the list price.

use serde_json::{Value, json};
use vocab::E164;

use super::{Answer, Asked, found, paging, route::Product};
use crate::twilio::{
    error::Refusal,
    inventory::{self, Country, TABLES},
};

pub(super) fn list(asked: &Asked<'_>, product: Product) -> Answer {
    let page = paging::cut(&asked.params, TABLES.countries.iter().collect(), |country| country.iso.as_str())?;
    let items = page.items.iter().map(
        |country| json!({ "country": country.name, "iso_country": country.iso, "url": url(asked, product, country) }),
    );
    let items = items.collect();
    found(page.with_meta(asked, "countries", items))
}

pub(super) fn fetch(asked: &Asked<'_>, product: Product, iso: &str) -> Answer {
    let country = iso.parse().ok().and_then(inventory::country).ok_or_else(|| Refusal::not_found(asked.path))?;
    let mut body = json!({
        "country": country.name,
        "iso_country": country.iso,
        "price_unit": "USD",
        "url": url(asked, product, country),
    });
    match product {
        Product::Numbers => body["phone_number_prices"] = by_type(country, |offer| offer.monthly),
        Product::Voice => {
            body["inbound_call_prices"] = by_type(country, |_| country.voice[0]);
            body["outbound_prefix_prices"] = json!([outbound(country)]);
        }
        Product::Messaging => {
            body["inbound_sms_prices"] = by_type(country, |_| country.text[0]);
            let prices = by_type(country, |_| country.text[1]);
            body["outbound_sms_prices"] = json!([{ "carrier": "Other", "mcc": null, "mnc": null, "prices": prices }]);
        }
    }
    found(body)
}

/// What it costs to call this number.
pub(super) fn number(asked: &Asked<'_>, text: &str) -> Answer {
    let not_found = || Refusal::not_found(asked.path);
    let number: E164 = text.parse().map_err(|_| not_found())?;
    let country = number.country().and_then(inventory::country).ok_or_else(not_found)?;
    let own = asked.twin.journal.read(|holdings| holdings.owned(number.as_str()).map(|number| number.kind.clone()));
    let inbound = own.map(|kind| {
        let mut price = priced(country.voice[0]);
        price["number_type"] = kind.into();
        price
    });
    let mut outbound = priced(country.voice[1]);
    outbound["origination_prefixes"] = json!(["ALL"]);
    found(json!({
        "country": country.name,
        "iso_country": country.iso,
        "destination_number": number,
        "origination_number": asked.params.filled("OriginationNumber"),
        "outbound_call_prices": [outbound],
        "inbound_call_price": inbound,
        "price_unit": "USD",
        "url": format!("{}{}", asked.twin.url, asked.path),
    }))
}

fn by_type(country: &'static Country, price: impl Fn(&'static inventory::Offer) -> &'static str) -> Value {
    let prices = country.offers.iter().map(|offer| {
        let mut entry = priced(price(offer));
        entry["number_type"] = offer.kind.priced().into();
        entry
    });
    prices.collect()
}

fn outbound(country: &Country) -> Value {
    let blocks = TABLES.blocks.iter().filter(|block| block.country == country.iso.as_str());
    let mut prefixes: Vec<_> = blocks.map(|block| block.prefix).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let mut entry = priced(country.voice[1]);
    entry["friendly_name"] = format!("Programmable Outbound Minute - {}", country.name).into();
    entry["destination_prefixes"] = json!(prefixes);
    entry["origination_prefixes"] = json!(["ALL"]);
    entry
}

fn priced(price: &str) -> Value {
    json!({ "base_price": price, "current_price": price })
}

fn url(asked: &Asked<'_>, product: Product, country: &Country) -> String {
    format!("{}/{}/Countries/{}", asked.twin.url, product.path(), country.iso)
}
