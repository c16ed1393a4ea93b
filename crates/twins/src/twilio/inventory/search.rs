//! Search: the offers that pass every filter, in a fixed order.

use std::collections::HashSet;

use super::{
    Listing,
    generate::{self, Candidates},
    geo,
    pattern::Pattern,
    tables::{Block, Country, Kind, Place, TABLES},
};

/// So many candidates are put to the numbering plan for one search at most, so that no pattern costs more than this.
const EFFORT: usize = 6000;

/// What is wanted. Empty, it is everything of a type in a country.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filters {
    pub(crate) area_code: Option<String>,
    pub(crate) contains: Option<Pattern>,
    pub(crate) voice: bool,
    pub(crate) sms: bool,
    pub(crate) mms: bool,
    pub(crate) fax: bool,
    /// Values of `address_requirements` that are left out.
    pub(crate) without_address: HashSet<&'static str>,
    pub(crate) no_beta: bool,
    pub(crate) near: Option<Circle>,
    pub(crate) postal_code: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) rate_center: Option<String>,
    pub(crate) lata: Option<String>,
    pub(crate) locality: Option<String>,
}

/// A circle on the map: degrees north and east, miles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circle {
    pub(crate) position: (f64, f64),
    pub(crate) miles: f64,
}

/// Up to `limit` offers after the first `skip`, none of those that `is_taken`.
pub(crate) fn search(
    country: &'static Country,
    kind: Kind,
    filters: &Filters,
    (skip, limit): (usize, usize),
    is_taken: impl Fn(&str) -> bool,
) -> Vec<Listing> {
    let Some(offer) = country.offer(kind) else { return Vec::new() };
    if filters.without_address.contains(offer.address) || (filters.no_beta && country.beta) {
        return Vec::new();
    }
    let mut sources: Vec<_> = blocks(country, kind, filters)
        .into_iter()
        .map(|block| (block, Candidates::new(block, filters.contains.as_ref())))
        .collect();
    let (mut found, mut seen, mut effort) = (Vec::new(), HashSet::new(), 0);
    let wanted = skip.saturating_add(limit);
    // Each block in turn gives one, so that a page shows many places; near a point the nearest block comes first.
    while found.len() < wanted && !sources.is_empty() && effort < EFFORT {
        sources.retain_mut(|(block, candidates)| {
            let turn = if filters.near.is_some() { wanted } else { 1 };
            for _ in 0..turn {
                if found.len() >= wanted || effort >= EFFORT {
                    return true;
                }
                match next(country, block, candidates, filters, &mut effort) {
                    None => return false,
                    Some(listing) => {
                        if !is_taken(&listing.number) && seen.insert(listing.number.clone()) {
                            found.push(listing);
                        }
                    }
                }
            }
            true
        });
    }
    if let Some(circle) = filters.near {
        found.sort_by(|a, b| distance(a.place, circle).total_cmp(&distance(b.place, circle)));
    }
    found.into_iter().skip(skip).collect()
}

fn next(
    country: &'static Country,
    block: &'static Block,
    candidates: &mut Candidates,
    filters: &Filters,
    effort: &mut usize,
) -> Option<Listing> {
    while *effort < EFFORT {
        let digits = candidates.next()?;
        let place = generate::place(block, &digits);
        if generate::is_hopeless(&digits) || !fits_place(place, filters) {
            candidates.judge(false);
            continue;
        }
        *effort += 1;
        let listing = Listing::of(country, block, place, &digits);
        candidates.judge(listing.is_some());
        if let Some(listing) = listing.filter(|listing| can(listing, filters)) {
            return Some(listing);
        }
    }
    None
}

/// The blocks that have a wanted place, the nearest first or in a shuffled but fixed order.
fn blocks(country: &Country, kind: Kind, filters: &Filters) -> Vec<&'static Block> {
    let mut blocks: Vec<_> = TABLES
        .blocks
        .iter()
        .filter(|block| block.country == country.iso.as_str() && block.kind == kind)
        .filter(|block| filters.area_code.as_deref().is_none_or(|code| block.prefix.strip_prefix('1') == Some(code)))
        .filter(|block| block.places.iter().any(|place| fits_place(place, filters)))
        .collect();
    match filters.near {
        None => blocks.sort_by_key(|block| generate::hash(block.prefix.as_bytes())),
        Some(circle) => {
            let nearest = |block: &Block| {
                let near = block.places.iter().filter(|place| fits_place(place, filters));
                near.map(|place| distance(Some(place), circle)).fold(f64::INFINITY, f64::min)
            };
            blocks.sort_by(|a, b| nearest(a).total_cmp(&nearest(b)));
        }
    }
    blocks
}

fn fits_place(place: &Place, filters: &Filters) -> bool {
    let same = |have: Option<&str>, want: &Option<String>| {
        want.as_deref().is_none_or(|want| have.is_some_and(|have| have.eq_ignore_ascii_case(want)))
    };
    same(place.locality, &filters.locality)
        && same(place.region, &filters.region)
        && same(place.rate_center, &filters.rate_center)
        && same(place.lata, &filters.lata)
        && same(place.postal_code, &filters.postal_code)
        && filters.near.is_none_or(|circle| distance(Some(place), circle) <= circle.miles)
}

fn can(listing: &Listing, filters: &Filters) -> bool {
    let can = listing.can;
    (can.voice || !filters.voice) && (can.sms || !filters.sms) && (can.mms || !filters.mms) && (can.fax || !filters.fax)
}

fn distance(place: Option<&Place>, circle: Circle) -> f64 {
    place.and_then(|place| place.position).map_or(f64::INFINITY, |position| geo::miles(position, circle.position))
}
