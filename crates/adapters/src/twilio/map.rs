//! Twilio's words ↔ the port's, and the one table of Twilio's errors.

use ports::{
    PortError, RefusalReason,
    carrier::{
        AddressRequirement, CarrierNumber, CarrierPrices, CountryOffer, Hooks, NumberQuery, Offer, OwnedPage,
        Regulation,
    },
};
use vocab::{
    Amount, CountryCode, Currency, E164,
    telephony::{NumberCapability, NumberType},
};

use super::wire;
use crate::http::Answer;

/// The search resource of a type; `None` where Twilio has none.
pub(super) const fn search_resource(number_type: NumberType) -> Option<&'static str> {
    match number_type {
        NumberType::Local => Some("Local"),
        NumberType::TollFree => Some("TollFree"),
        NumberType::Mobile => Some("Mobile"),
        NumberType::National => Some("National"),
        NumberType::SharedCost => Some("SharedCost"),
        NumberType::International | NumberType::Premium => None,
    }
}

/// A type as regulations name it; `None` where Twilio has no such numbers.
pub(super) const fn regulated_type(number_type: NumberType) -> Option<&'static str> {
    match number_type {
        NumberType::Local => Some("local"),
        NumberType::TollFree => Some("toll-free"),
        NumberType::Mobile => Some("mobile"),
        NumberType::National => Some("national"),
        NumberType::SharedCost => Some("shared-cost"),
        NumberType::International | NumberType::Premium => None,
    }
}

/// A search's filters. `XxxEnabled=false` would not mean "must lack", so only `true` is ever sent.
pub(super) fn search_filters(query: &NumberQuery) -> Result<Vec<(&'static str, String)>, PortError> {
    let mut filters = Vec::new();
    if let Some(area) = &query.area_code {
        // Twilio types it as an integer.
        if area.is_empty() || area.len() > 9 || !area.bytes().all(|b| b.is_ascii_digit()) {
            return Err(invalid("the area code must be digits"));
        }
        filters.push(("AreaCode", area.clone()));
    }
    if let Some(pattern) = &query.contains {
        filters.push(("Contains", pattern.clone()));
    }
    if let Some(near) = query.near {
        filters.push(("NearLatLong", format!("{},{}", near.latitude, near.longitude)));
        filters.push(("Distance", near.miles.to_string()));
    }
    filters.extend(query.capabilities.iter().map(|capability| {
        let name = match capability {
            NumberCapability::Voice => "VoiceEnabled",
            NumberCapability::Sms => "SmsEnabled",
            NumberCapability::Mms => "MmsEnabled",
            NumberCapability::Fax => "FaxEnabled",
        };
        (name, "true".to_owned())
    }));
    if query.exclude_restricted {
        filters.push(("ExcludeAllAddressRequired", "true".to_owned()));
    }
    filters.push(("PageSize", query.limit.clamp(1, 1000).to_string()));
    Ok(filters)
}

/// The numbers on offer. A type that the country lacks (404) and an area code without numbers (21452) are empty lists.
pub(super) fn offers(answer: &Answer, query: &NumberQuery) -> Result<Vec<Offer>, PortError> {
    if !answer.is_success() {
        let nothing_there = answer.status == 404 || wire::Problem::read(&answer.body).code() == Some(21452);
        return if nothing_there && answer.status < 500 { Ok(Vec::new()) } else { Err(error(answer)) };
    }
    let list: wire::Available = answer.json()?;
    let seen = list.available_phone_numbers.len();
    let mut offers: Vec<Offer> =
        list.available_phone_numbers.into_iter().filter_map(|item| offer(item, query)).collect();
    let dropped = u64::try_from(seen - offers.len()).unwrap_or(u64::MAX);
    if dropped > 0 {
        metrics::counter!("carrier_numbers_dropped_total", "vendor" => "twilio").increment(dropped);
    }
    offers.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    Ok(offers)
}

/// One number on offer; `None` for one that cannot be read or that the numbering plan does not know.
fn offer(item: serde_json::Value, query: &NumberQuery) -> Option<Offer> {
    let item: wire::AvailableNumber = serde_json::from_value(item).ok()?;
    let number: E164 = item.phone_number.parse().ok()?;
    number.is_valid().then(|| Offer {
        friendly_name: item.friendly_name.unwrap_or_else(|| number.national()),
        country: item.iso_country.and_then(|code| code.parse().ok()).unwrap_or(query.country),
        number_type: query.number_type,
        locality: item.locality,
        region: item.region,
        capabilities: capabilities(&item.capabilities),
        address: match item.address_requirements.as_deref() {
            None | Some("none") => AddressRequirement::None,
            Some("local") => AddressRequirement::Local,
            Some("foreign") => AddressRequirement::Foreign,
            // A word we do not know is a requirement all the same.
            Some(_) => AddressRequirement::Any,
        },
        number,
    })
}

/// In the order of declaration, each once.
fn capabilities(flags: &[String]) -> Vec<NumberCapability> {
    let has = |capability: &NumberCapability| flags.iter().any(|flag| flag.eq_ignore_ascii_case(capability.as_str()));
    NumberCapability::ALL.iter().copied().filter(has).collect()
}

/// The countries with numbers; an entry that cannot be read is left out, as are types that we do not know.
pub(super) fn countries(answer: &Answer) -> Result<Vec<CountryOffer>, PortError> {
    let list: wire::Countries = success(answer)?.json()?;
    let read = |item| {
        let item: wire::Country = serde_json::from_value(item).ok()?;
        let types = item.subresource_uris.unwrap_or_default();
        let mut number_types: Vec<NumberType> = types.keys().filter_map(|key| key.parse().ok()).collect();
        number_types.sort_unstable();
        let country: CountryCode = item.country_code.parse().ok()?;
        Some(CountryOffer { country, name: item.country.unwrap_or(item.country_code), number_types })
    };
    Ok(list.countries.into_iter().filter_map(read).collect())
}

/// A country's monthly prices. Twilio writes `toll free` with a space; a price that is no exact amount is not on sale.
pub(super) fn prices(answer: &Answer, country: CountryCode) -> Result<CarrierPrices, PortError> {
    let list: wire::Prices = success(answer)?.json()?;
    let currency: Currency = list.price_unit.and_then(|unit| unit.parse().ok()).ok_or(PortError::Unknown)?;
    let read = |item: wire::Price| {
        let amount: Amount = item.current_price?.parse().ok()?;
        Some((item.number_type?.parse().ok()?, amount)).filter(|(_, amount)| !amount.is_negative())
    };
    let monthly = list.phone_number_prices.unwrap_or_default().into_iter().filter_map(read).collect();
    Ok(CarrierPrices { country, currency, monthly })
}

/// What the regulations of a country and type ask for, for persons and for businesses; an empty list asks for nothing.
/// A rule that cannot be read is a rule all the same; one of another country or type, as a filter that is not heeded
/// would bring, is none of ours.
pub(super) fn regulation(
    answer: &Answer,
    country: CountryCode,
    number_type: NumberType,
) -> Result<Regulation, PortError> {
    let list: wire::Regulations = success(answer)?.json()?;
    let mut asked = Regulation::default();
    for item in list.results {
        let item: wire::Regulation = serde_json::from_value(item).unwrap_or_default();
        let is_other = item
            .iso_country
            .and_then(|code| code.parse().ok())
            .is_some_and(|code: CountryCode| code != country)
            || item.number_type.and_then(|kind| kind.parse().ok()).is_some_and(|kind: NumberType| kind != number_type);
        if is_other {
            continue;
        }
        let owners: &mut [&mut Option<Vec<String>>] = match item.end_user_type.as_deref() {
            Some("individual") => &mut [&mut asked.individual],
            Some("business") => &mut [&mut asked.business],
            _ => &mut [&mut asked.individual, &mut asked.business],
        };
        for owner in owners {
            let documents = owner.get_or_insert_default();
            for name in &item.requirements {
                if !documents.contains(name) {
                    documents.push(name.clone());
                }
            }
        }
    }
    Ok(asked)
}

/// The fields that point a number at us.
pub(super) fn hook_fields(hooks: &Hooks) -> [(String, String); 4] {
    [
        ("VoiceUrl", hooks.voice_url.as_str()),
        ("VoiceMethod", "POST"),
        ("StatusCallback", hooks.status_callback.as_str()),
        ("StatusCallbackMethod", "POST"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// A bought, changed or fetched number, as answered: it may be another than asked for.
pub(super) fn number(answer: &Answer) -> Result<CarrierNumber, PortError> {
    owned_number(success(answer)?.json()?).ok_or(PortError::Unknown)
}

/// A page of owned numbers; an entry without the form of a number (a short code's, say) is left out.
pub(super) fn owned(answer: &Answer) -> Result<OwnedPage, PortError> {
    let list: wire::OwnedList = success(answer)?.json()?;
    let numbers = list.incoming_phone_numbers.into_iter().filter_map(owned_number).collect();
    Ok(OwnedPage { numbers, next: list.next_page_uri })
}

fn owned_number(item: wire::OwnedNumber) -> Option<CarrierNumber> {
    let number: E164 = item.phone_number.parse().ok()?;
    Some(CarrierNumber {
        sid: item.sid,
        friendly_name: item.friendly_name.unwrap_or_else(|| number.national()),
        capabilities: capabilities(&item.capabilities),
        hooks: Hooks {
            voice_url: item.voice_url.unwrap_or_default(),
            status_callback: item.status_callback.unwrap_or_default(),
        },
        number,
    })
}

/// A release; a number that is not there (any more) is released.
pub(super) fn released(answer: &Answer) -> Result<(), PortError> {
    if answer.status == 404 { Ok(()) } else { success(answer).map(|_| ()) }
}

/// An account in order; one that does not say is taken to be.
pub(super) fn account(answer: &Answer) -> Result<(), PortError> {
    let account: wire::Account = success(answer)?.json()?;
    match account.status {
        Some(status) if status != "active" => {
            Err(PortError::refused(RefusalReason::NotPermitted, None, format!("the Twilio account is {status}")))
        }
        _ => Ok(()),
    }
}

/// A request that we do not even send.
pub(super) fn invalid(message: &str) -> PortError {
    PortError::refused(RefusalReason::Invalid, None, message)
}

fn success(answer: &Answer) -> Result<&Answer, PortError> {
    if answer.is_success() { Ok(answer) } else { Err(error(answer)) }
}

/// The one table of Twilio's errors: by its own code first, then by status.
///
/// Codes: <https://www.twilio.com/docs/api/errors>.
fn error(answer: &Answer) -> PortError {
    use RefusalReason::{Invalid, NotFound, NotPermitted, NumberNotAvailable, Other, RequirementsNotMet};

    let problem = wire::Problem::read(&answer.body);
    let code = problem.code();
    let message = problem.message().unwrap_or_else(|| format!("HTTP {} without a readable body", answer.status));
    let reason = match (code, answer.status) {
        // Too many at once; not processed, so any call may be repeated.
        (Some(20429), _) | (_, 429) => return answer.busy(),
        // A fault of Twilio's (20500, 20503 among them), or a time-out at its edge: a POST may have been processed.
        (_, 408 | 500..) => return answer.fault(),
        // Wrong SID or token, deleted key, closed account.
        (Some(20003), _) | (_, 401) => {
            return PortError::Misconfigured("Twilio refuses the account SID or its token (20003)".to_owned());
        }
        // Not Twilio's API: redirects are not followed.
        (_, status) if status < 400 => {
            return PortError::Misconfigured(format!("TWILIO_API_URL answers HTTP {status}: is it Twilio's API?"));
        }
        // Account without funds, suspended, on trial, with test credentials, or restricted from buying.
        (Some(10001 | 20005 | 20008 | 21404 | 22300), _) => NotPermitted,
        // Taken, reserved, not Twilio's; none in that area code.
        (Some(21422 | 21452), _) => NumberNotAvailable,
        // A number, area code, type, URL, method or page size that cannot be.
        (Some(21421 | 21451 | 21457 | 21458), _) => Invalid,
        (Some(20007 | 20422 | 21205 | 21209 | 21402 | 21403 | 21405 | 21406 | 21502 | 21609), _) => Invalid,
        // Certification, an address, a bundle, an identity or a document is needed first.
        (Some(21613 | 21615 | 21628 | 21629 | 21631 | 21649 | 21650 | 21651), _) => RequirementsNotMet,
        (Some(20404), _) | (_, 404) => NotFound,
        (_, 403) => NotPermitted,
        _ => Other,
    };
    PortError::refused(reason, code.map(|code| code.to_string()), message)
}
