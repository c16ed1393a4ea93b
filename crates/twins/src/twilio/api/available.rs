//! AvailablePhoneNumbers: what can be bought.

use serde_json::{Value, json};
use vocab::E164;

use super::{Answer, Asked, found, paging};
use crate::twilio::{
    error::Refusal,
    inventory::{self, Circle, Country, Filters, Kind, Listing, Pattern, TABLES},
    params::Params,
};

pub(super) fn countries(asked: &Asked<'_>) -> Answer {
    let countries: Vec<_> = TABLES.countries.iter().map(|country| render_country(asked, country)).collect();
    found(json!({ "countries": countries, "uri": asked.path }))
}

pub(super) fn country(asked: &Asked<'_>, iso: &str) -> Answer {
    found(render_country(asked, on_sale(asked, iso)?))
}

pub(super) fn list(asked: &Asked<'_>, iso: &str, kind: Option<Kind>) -> Answer {
    let country = on_sale(asked, iso)?;
    let filters = filters(&asked.params, country)?;
    let size = paging::size(&asked.params)?;
    let skip = asked.params.count("Page")?.unwrap_or(0).saturating_mul(size);
    let listings = match kind {
        None => Vec::new(),
        Some(kind) => {
            // Asked for each number anew: a long search must not keep purchases waiting.
            let is_taken = |number: &str| asked.twin.journal.read(|holdings| holdings.is_taken(number));
            inventory::search(country, kind, &filters, (skip, size), is_taken)
        }
    };
    let query = asked.params.query_without(&[]).finish();
    let uri = if query.is_empty() { asked.path.to_owned() } else { format!("{}?{query}", asked.path) };
    found(json!({ "available_phone_numbers": listings.iter().map(render).collect::<Vec<_>>(), "uri": uri }))
}

fn on_sale(asked: &Asked<'_>, iso: &str) -> Result<&'static Country, Refusal> {
    iso.parse().ok().and_then(inventory::country).ok_or_else(|| Refusal::not_found(asked.path))
}

fn render_country(asked: &Asked<'_>, country: &Country) -> Value {
    let base = format!("/2010-04-01/Accounts/{}/AvailablePhoneNumbers/{}", asked.twin.account_sid, country.iso);
    let kinds: serde_json::Map<String, Value> = country
        .offers
        .iter()
        .map(|offer| (offer.kind.key().to_owned(), format!("{base}/{}.json", offer.kind.path()).into()))
        .collect();
    json!({
        "country_code": country.iso,
        "country": country.name,
        "uri": format!("{base}.json"),
        "beta": country.beta,
        "subresource_uris": kinds,
    })
}

fn render(listing: &Listing) -> Value {
    let number: E164 = listing.number.parse().expect("listings are E.164");
    let position = listing.place.and_then(|place| place.position);
    let place = |field: fn(&inventory::Place) -> Option<&'static str>| listing.place.and_then(field);
    json!({
        "friendly_name": number.national(),
        "phone_number": listing.number,
        "lata": place(|place| place.lata),
        "locality": place(|place| place.locality),
        "rate_center": place(|place| place.rate_center),
        // Texts, although the OpenAPI document calls them numbers.
        "latitude": position.map(|(north, _)| format!("{north:.6}")),
        "longitude": position.map(|(_, east)| format!("{east:.6}")),
        "region": place(|place| place.region),
        "postal_code": place(|place| place.postal_code),
        "iso_country": listing.country.iso,
        "address_requirements": listing.offer.address,
        "beta": listing.country.beta,
        // In upper case here, in lower case on owned numbers.
        "capabilities": {
            "voice": listing.can.voice, "SMS": listing.can.sms, "MMS": listing.can.mms, "fax": listing.can.fax,
        },
    })
}

/// All of the twenty filters, of which the geographic ones but `InLocality` mean something in the US and Canada only.
fn filters(params: &Params, country: &Country) -> Result<Filters, Refusal> {
    let on = |name| params.flag(name).map(|flag| flag == Some(true));
    let mut filters = Filters {
        contains: contains(params)?,
        voice: on("VoiceEnabled")?,
        sms: on("SmsEnabled")?,
        mms: on("MmsEnabled")?,
        fax: on("FaxEnabled")?,
        no_beta: params.flag("Beta")? == Some(false),
        locality: params.filled("InLocality").map(str::to_owned),
        ..Filters::default()
    };
    if on("ExcludeAllAddressRequired")? {
        filters.without_address.extend(["any", "local", "foreign"]);
    }
    if on("ExcludeLocalAddressRequired")? {
        filters.without_address.insert("local");
    }
    if on("ExcludeForeignAddressRequired")? {
        filters.without_address.insert("foreign");
    }
    if country.is_us_or_canada() {
        geographic(params, &mut filters)?;
    }
    Ok(filters)
}

fn contains(params: &Params) -> Result<Option<Pattern>, Refusal> {
    // A `+` that was not percent-encoded arrives as a space.
    let text = params.get("Contains").map(|text| text.replace(' ', "+")).filter(|text| !text.is_empty());
    let bad = |error: inventory::BadPattern| Refusal::parameter("Contains", error.0);
    text.map(|text| Pattern::parse(&text).map_err(bad)).transpose()
}

fn geographic(params: &Params, filters: &mut Filters) -> Result<(), Refusal> {
    let text = |name: &str| params.filled(name).map(str::to_owned);
    if let Some(code) = params.filled("AreaCode") {
        filters.area_code = Some(area_code(code)?.to_owned());
    }
    filters.postal_code = text("InPostalCode");
    filters.region = text("InRegion");
    filters.rate_center = text("InRateCenter");
    filters.lata = text("InLata");
    if filters.rate_center.is_some() && filters.lata.is_none() {
        return Err(Refusal::parameter("InRateCenter", "requires InLata"));
    }
    filters.near = near(params)?;
    Ok(())
}

/// Three digits.
pub(super) fn area_code(text: &str) -> Result<&str, Refusal> {
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_code { Ok(text) } else { Err(Refusal::of(21451)) }
}

fn near(params: &Params) -> Result<Option<Circle>, Refusal> {
    let miles = match params.filled("Distance") {
        None => 25.0,
        Some(text) => text
            .parse::<f64>()
            .ok()
            .filter(|miles| (0.0..=500.0).contains(miles))
            .ok_or_else(|| Refusal::parameter("Distance", "must be from 0 to 500 miles"))?,
    };
    if let Some(text) = params.filled("NearLatLong") {
        let position = position(text).ok_or_else(|| Refusal::parameter("NearLatLong", "must be latitude,longitude"))?;
        return Ok(Some(Circle { position, miles }));
    }
    let Some(text) = params.filled("NearNumber") else { return Ok(None) };
    let text = if text.starts_with('+') { text.to_owned() } else { format!("+{text}") };
    let number: E164 = text.parse().map_err(|_| Refusal::parameter("NearNumber", "must be a phone number"))?;
    let place = inventory::lookup(&number).and_then(|listing| listing.place?.position);
    // Nothing is near a number that is nowhere.
    Ok(Some(Circle { position: place.unwrap_or((f64::NAN, f64::NAN)), miles }))
}

fn position(text: &str) -> Option<(f64, f64)> {
    let (north, east) = text.split_once(',')?;
    let (north, east): (f64, f64) = (north.trim().parse().ok()?, east.trim().parse().ok()?);
    ((-90.0..=90.0).contains(&north) && (-180.0..=180.0).contains(&east)).then_some((north, east))
}
