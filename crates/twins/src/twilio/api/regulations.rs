//! The Regulatory Compliance API, as far as it says what is wanted of a number's owner: two regulations for each type that
//! cannot be bought without a bundle, and none for the others.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Answer, Asked, found, paging};
use crate::twilio::{
    error::Refusal,
    inventory::{Country, Offer, TABLES},
};

/// Where they are.
const PATH: &str = "/v2/RegulatoryCompliance/Regulations";

/// The sorts of owners there are.
const OWNERS: [&str; 2] = ["individual", "business"];

/// What is wanted of one sort of owner.
struct Regulation {
    sid: String,
    country: &'static Country,
    offer: &'static Offer,
    owner: &'static str,
}

/// All of them, filtered by `IsoCountry`, `NumberType` and `EndUserType`.
pub(super) fn list(asked: &Asked<'_>) -> Answer {
    let is_wanted =
        |name, value: &str| asked.params.filled(name).is_none_or(|wanted| wanted.eq_ignore_ascii_case(value));
    if asked.params.filled("EndUserType").is_some_and(|owner| !OWNERS.contains(&owner)) {
        return Err(Refusal::parameter("EndUserType", "must be individual or business"));
    }
    let wanted = all().filter(|regulation| {
        is_wanted("IsoCountry", regulation.country.iso.as_str())
            && is_wanted("NumberType", regulation.offer.kind.owned())
            && is_wanted("EndUserType", regulation.owner)
    });
    let page = paging::cut(&asked.params, wanted.collect(), |regulation| &regulation.sid)?;
    let items = page.items.iter().map(|regulation| render(asked, regulation)).collect();
    found(page.with_meta(asked, "results", items))
}

/// One of them.
pub(super) fn fetch(asked: &Asked<'_>, sid: &str) -> Answer {
    let regulation = all().find(|regulation| regulation.sid == sid);
    found(render(asked, &regulation.ok_or_else(|| Refusal::not_found(asked.path))?))
}

fn all() -> impl Iterator<Item = Regulation> {
    TABLES.countries.iter().flat_map(|country| {
        let regulated = country.offers.iter().filter(|offer| offer.bundle);
        regulated.flat_map(move |offer| {
            OWNERS.map(|owner| Regulation { sid: sid(country, offer, owner), country, offer, owner })
        })
    })
}

/// The same in every twin.
fn sid(country: &Country, offer: &Offer, owner: &str) -> String {
    let digest = Sha256::digest(format!("{} {} {owner}", country.iso, offer.kind.owned()));
    format!("RN{}", hex::encode(&digest[..16]))
}

fn render(asked: &Asked<'_>, regulation: &Regulation) -> Value {
    let Regulation { sid, country, offer, owner } = regulation;
    let kind = offer.kind.owned();
    json!({
        "sid": sid,
        "friendly_name": format!("{}: {} - {}", country.name, capital(kind), capital(owner)),
        "iso_country": country.iso,
        "number_type": kind,
        "end_user_type": owner,
        "requirements": {
            "end_user": [end_user(owner)],
            "supporting_document": [documents(owner, offer.address)],
        },
        "url": format!("{}{PATH}/{sid}", asked.twin.url),
    })
}

fn end_user(owner: &str) -> Value {
    let fields: &[&str] = match owner {
        "individual" => &["first_name", "last_name"],
        _ => &["business_name", "business_registration_number"],
    };
    json!({
        "name": capital(owner),
        "type": owner,
        "requirement_name": format!("{owner}_info"),
        "fields": fields,
        "detailed_fields": detailed(fields),
    })
}

/// Who the owner is, and where a number wants an address also a proof of that.
fn documents(owner: &str, address: &str) -> Vec<Value> {
    let (who, proofs): (_, &[_]) = match owner {
        "individual" => ("Name", &["passport", "government_issued_document"]),
        _ => ("Business Name", &["commercial_registrar_excerpt"]),
    };
    let mut documents = vec![document(who, "name_info", "", proofs, "name")];
    if address != "none" {
        let name =
            if owner == "individual" { "Address (Proof of Address)" } else { "Business Address (Proof of Address)" };
        let place = match address {
            "local" => "An address in the country of the number",
            "foreign" => "An address outside of the country of the number",
            _ => "An address anywhere",
        };
        documents.push(document(name, "proof_of_address", place, &["utility_bill", "tax_document"], "address_sids"));
    }
    documents
}

fn document(name: &str, requirement: &str, description: &str, accepted: &[&str], field: &str) -> Value {
    let accepted = accepted.iter().map(|kind| {
        let name = capital(&kind.replace('_', " "));
        json!({ "name": name, "type": kind, "fields": [field], "detailed_fields": detailed(&[field]) })
    });
    json!({
        "name": name,
        "type": "document",
        "requirement_name": requirement,
        "description": description,
        "accepted_documents": accepted.collect::<Vec<_>>(),
    })
}

fn detailed(fields: &[&str]) -> Vec<Value> {
    let detail = |field: &&str| json!({ "machine_name": field, "friendly_name": capital(&field.replace('_', " ")) });
    fields.iter().map(detail).collect()
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}
