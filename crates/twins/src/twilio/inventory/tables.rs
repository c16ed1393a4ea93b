//! What is on sale where, read once from the tables beside this file.

use std::sync::LazyLock;

use vocab::{CountryCode, telephony::NumberType};

/// The types that are on sale somewhere, in Twilio's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Local,
    Mobile,
    National,
    TollFree,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Local, Self::Mobile, Self::National, Self::TollFree];

    /// As the last part of a search path.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Local => "Local",
            Self::Mobile => "Mobile",
            Self::National => "National",
            Self::TollFree => "TollFree",
        }
    }

    /// As a key of `subresource_uris`.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Mobile => "mobile",
            Self::National => "national",
            Self::TollFree => "toll_free",
        }
    }

    /// As `type` of an owned number.
    pub(crate) const fn owned(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Mobile => "mobile",
            Self::National => "national",
            Self::TollFree => "toll-free",
        }
    }

    /// As `number_type` in the Pricing API, which has a space in it.
    pub(crate) const fn priced(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Mobile => "mobile",
            Self::National => "national",
            Self::TollFree => "toll free",
        }
    }

    /// The numbering plan's word for it.
    pub(crate) const fn number_type(self) -> NumberType {
        match self {
            Self::Local => NumberType::Local,
            Self::Mobile => NumberType::Mobile,
            Self::National => NumberType::National,
            Self::TollFree => NumberType::TollFree,
        }
    }

    fn in_table(text: &str) -> Self {
        match text {
            "local" => Self::Local,
            "mobile" => Self::Mobile,
            "national" => Self::National,
            "tollfree" => Self::TollFree,
            other => panic!("the tables know no type {other}"),
        }
    }
}

/// A country in which numbers are on sale.
#[derive(Debug)]
pub(crate) struct Country {
    pub(crate) iso: CountryCode,
    pub(crate) name: &'static str,
    /// Whether its numbers are new to the platform.
    pub(crate) beta: bool,
    /// US dollars a minute to receive a call, and to make one.
    pub(crate) voice: [&'static str; 2],
    /// US dollars to receive a text, and to send one.
    pub(crate) text: [&'static str; 2],
    pub(crate) offers: Vec<Offer>,
}

impl Country {
    pub(crate) fn offer(&self, kind: Kind) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.kind == kind)
    }

    /// Whether area codes, rate centres and the like mean anything here.
    pub(crate) fn is_us_or_canada(&self) -> bool {
        matches!(self.iso.as_str(), "US" | "CA")
    }
}

/// A type on sale in a country.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) kind: Kind,
    /// US dollars a month.
    pub(crate) monthly: &'static str,
    /// `none`, `any`, `local` or `foreign`.
    pub(crate) address: &'static str,
    /// Whether a regulatory bundle has to be named as well.
    pub(crate) bundle: bool,
    pub(crate) can: Capabilities,
}

/// What a number can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Capabilities {
    pub(crate) voice: bool,
    pub(crate) sms: bool,
    pub(crate) mms: bool,
    pub(crate) fax: bool,
}

/// Numbers that share their first digits, and the places that they may be in.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) country: &'static str,
    pub(crate) kind: Kind,
    /// Country code and area code.
    pub(crate) prefix: &'static str,
    /// How many digits follow.
    pub(crate) free: usize,
    pub(crate) places: Vec<Place>,
}

/// Where a number is. A type that is tied to no place has one of these with nothing in it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) locality: Option<&'static str>,
    pub(crate) region: Option<&'static str>,
    pub(crate) rate_center: Option<&'static str>,
    pub(crate) lata: Option<&'static str>,
    pub(crate) postal_code: Option<&'static str>,
    /// Degrees north and east.
    pub(crate) position: Option<(f64, f64)>,
}

pub(crate) struct Tables {
    pub(crate) countries: Vec<Country>,
    pub(crate) blocks: Vec<Block>,
}

/// The tables. They are part of the program and read by a test, so a fault in them is a bug.
pub(crate) static TABLES: LazyLock<Tables> =
    LazyLock::new(|| Tables { countries: countries(), blocks: blocks(include_str!("places.tsv")) });

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn countries() -> Vec<Country> {
    let mut countries: Vec<_> = rows(include_str!("countries.tsv"))
        .map(|row| Country {
            iso: row[0].parse().expect("a country code"),
            name: row[1],
            beta: row[2] == "beta",
            voice: [row[3], row[4]],
            text: [row[5], row[6]],
            offers: Vec::new(),
        })
        .collect();
    for row in rows(include_str!("offers.tsv")) {
        let country = countries.iter_mut().find(|country| country.iso.as_str() == row[0]);
        country.expect("an offer in a country of the table").offers.push(Offer {
            kind: Kind::in_table(row[1]),
            monthly: row[2],
            address: row[3],
            bundle: row[4] == "bundle",
            can: Capabilities {
                voice: row[5].contains('V'),
                sms: row[5].contains('S'),
                mms: row[5].contains('M'),
                fax: row[5].contains('F'),
            },
        });
    }
    countries
}

fn blocks(table: &'static str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for row in rows(table) {
        let (country, kind, prefix) = (row[0], Kind::in_table(row[1]), row[2]);
        let text = |column: usize| Some(row[column]).filter(|text| *text != "-");
        let degrees = |column: usize| text(column).map(|text| text.parse::<f64>().expect("degrees"));
        let place = Place {
            locality: text(4),
            region: text(5),
            rate_center: text(6),
            lata: text(7),
            postal_code: text(8),
            position: degrees(9).zip(degrees(10)),
        };
        let same = |block: &&mut Block| (block.country, block.kind, block.prefix) == (country, kind, prefix);
        match blocks.iter_mut().find(same) {
            Some(block) => block.places.push(place),
            None => {
                let free = row[3].parse().expect("a number of digits");
                blocks.push(Block { country, kind, prefix, free, places: vec![place] });
            }
        }
    }
    blocks
}
