//! What stands between a buyer and a number.

use ports::carrier::{AddressRequirement, Regulation};
use serde::Serialize;

/// Something that a carrier wants of a number's owner before it sells the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "requirement", rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Requirement {
    /// An address.
    Address {
        /// Where it has to be.
        #[serde(rename = "where")]
        place: Place,
    },
    /// Documents about the owner, which the carrier has to approve first.
    RegulatoryBundle {
        /// Those of a person; `None` where persons are not told of.
        #[serde(skip_serializing_if = "Option::is_none")]
        individual: Option<Vec<String>>,
        /// Those of a business; `None` where businesses are not told of.
        #[serde(skip_serializing_if = "Option::is_none")]
        business: Option<Vec<String>>,
    },
}

/// Where an address has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Place {
    /// Anywhere in the world.
    Anywhere,
    /// In the number's country.
    InCountry,
    /// Not in the number's country.
    OutsideCountry,
}

/// What the carrier wants first, of a number with this address requirement and under this regulation.
pub(crate) fn requirements(address: AddressRequirement, regulation: &Regulation) -> Vec<Requirement> {
    let place = match address {
        AddressRequirement::None => None,
        AddressRequirement::Any => Some(Place::Anywhere),
        AddressRequirement::Local => Some(Place::InCountry),
        AddressRequirement::Foreign => Some(Place::OutsideCountry),
    };
    let bundle = (!regulation.asks_nothing()).then(|| Requirement::RegulatoryBundle {
        individual: regulation.individual.clone(),
        business: regulation.business.clone(),
    });
    place.map(|place| Requirement::Address { place }).into_iter().chain(bundle).collect()
}

impl Requirement {
    /// In a sentence for a buyer.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Address { place: Place::Anywhere } => "The carrier asks for an address of the owner.".to_owned(),
            Self::Address { place: Place::InCountry } => {
                "The carrier asks for an address of the owner in the number's country.".to_owned()
            }
            Self::Address { place: Place::OutsideCountry } => {
                "The carrier asks for an address of the owner outside of the number's country.".to_owned()
            }
            Self::RegulatoryBundle { individual, business } => {
                let owners = [("a person", individual), ("a business", business)];
                let named = owners.iter().filter_map(|(owner, documents)| {
                    let documents = documents.as_ref().filter(|documents| !documents.is_empty())?;
                    Some(format!("of {owner}: {}", documents.join(", ")))
                });
                let named: Vec<_> = named.collect();
                let list = if named.is_empty() { String::new() } else { format!(", {}", named.join("; ")) };
                format!("The carrier asks for a regulatory bundle, documents about the owner{list}.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn regulation(individual: Option<&[&str]>, business: Option<&[&str]>) -> Regulation {
        let owned = |documents: &[&str]| documents.iter().map(|name| (*name).to_owned()).collect();
        Regulation { individual: individual.map(owned), business: business.map(owned) }
    }

    #[test]
    fn a_number_without_either_is_free() {
        assert_eq!(requirements(AddressRequirement::None, &Regulation::default()), []);
    }

    #[test]
    fn an_address_and_a_bundle_are_told_apart_and_both_told() {
        let both =
            requirements(AddressRequirement::Local, &regulation(Some(&["Passport"]), Some(&["Register", "Seal"])));
        assert_eq!(
            json!(both),
            json!([
                {"requirement": "ADDRESS", "where": "IN_COUNTRY"},
                {"requirement": "REGULATORY_BUNDLE", "individual": ["Passport"], "business": ["Register", "Seal"]},
            ])
        );
        let sentence = "The carrier asks for a regulatory bundle, documents about the owner, of a person: Passport; of a \
                        business: Register, Seal.";
        assert_eq!(both[1].sentence(), sentence);
    }

    #[test]
    fn a_bundle_is_asked_for_where_nobody_names_its_documents() {
        let asked = requirements(AddressRequirement::None, &regulation(None, Some(&[])));
        assert_eq!(json!(asked), json!([{"requirement": "REGULATORY_BUNDLE", "business": []}]));
        assert_eq!(asked[0].sentence(), "The carrier asks for a regulatory bundle, documents about the owner.");
    }

    #[test]
    fn each_address_has_its_place() {
        let places = [
            (AddressRequirement::Any, "ANYWHERE"),
            (AddressRequirement::Local, "IN_COUNTRY"),
            (AddressRequirement::Foreign, "OUTSIDE_COUNTRY"),
        ];
        for (address, place) in places {
            let asked = requirements(address, &Regulation::default());
            assert_eq!(json!(asked), json!([{"requirement": "ADDRESS", "where": place}]));
        }
    }
}
