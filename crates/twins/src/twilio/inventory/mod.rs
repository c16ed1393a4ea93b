//! The numbers on sale: a rule for each country, not a list.
//!
//! A number is on sale if the numbering plan calls it valid and its country sells its type. Search offers those of the
//! blocks in `places.tsv`; a number outside of them can still be bought, it is only not in any known town.

mod generate;
mod geo;
mod pattern;
mod search;
mod tables;

#[cfg(test)]
mod tests;

use vocab::{CountryCode, E164};

pub(crate) use pattern::{BadPattern, Pattern};
pub(crate) use search::{Circle, Filters, search};
pub(crate) use tables::{Capabilities, Country, Kind, Offer, Place, TABLES};

use tables::Block;

/// A number that can be bought, unless somebody has it.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    /// E.164.
    pub(crate) number: String,
    pub(crate) country: &'static Country,
    pub(crate) offer: &'static Offer,
    /// Where it is, if that is known.
    pub(crate) place: Option<&'static Place>,
    pub(crate) can: Capabilities,
}

impl Listing {
    /// The number of a block, if the numbering plan has it as what the block says.
    fn of(country: &'static Country, block: &'static Block, place: &'static Place, digits: &str) -> Option<Self> {
        let number: E164 = format!("+{digits}").parse().ok()?;
        let offer = country.offer(block.kind)?;
        // In North America the first digits decide, and the US and Canada share the toll-free ones.
        let is_what_it_says = number.is_valid()
            && (country.is_us_or_canada()
                || (number.country() == Some(country.iso) && number.number_type() == Some(block.kind.number_type())));
        is_what_it_says.then(|| Self::new(country, offer, Some(place), &number))
    }

    fn new(country: &'static Country, offer: &'static Offer, place: Option<&'static Place>, number: &E164) -> Self {
        let (no_texts, no_pictures) = generate::lacks(country.iso.as_str(), offer.kind, number.digits());
        let can = Capabilities { sms: offer.can.sms && !no_texts, mms: offer.can.mms && !no_pictures, ..offer.can };
        Self { number: number.to_string(), country, offer, place, can }
    }
}

/// The country, if numbers are on sale there.
pub(crate) fn country(iso: CountryCode) -> Option<&'static Country> {
    TABLES.countries.iter().find(|country| country.iso == iso)
}

/// What a number is sold as, if its country sells its type and the numbering plan has it.
pub(crate) fn lookup(number: &E164) -> Option<Listing> {
    if !number.is_valid() {
        return None;
    }
    let country = country(number.country()?)?;
    let blocks = TABLES.blocks.iter().filter(|block| block.country == country.iso.as_str());
    let block = blocks.filter(|block| generate::covers(block, number.digits())).max_by_key(|block| block.prefix.len());
    if let Some(block) = block
        && let Some(listing) = Listing::of(country, block, generate::place(block, number.digits()), number.digits())
    {
        return Some(listing);
    }
    let kind = number.number_type()?;
    let offer = country.offers.iter().find(|offer| offer.kind.number_type() == kind)?;
    Some(Listing::new(country, offer, None, number))
}
