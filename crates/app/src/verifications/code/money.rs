//! Which words and signs are money.

use super::{
    tokens::{Kind, Tokens},
    words::Roles,
};

/// Currencies by their ISO 4217 codes, without those that are words in capitals too (ALL, TOP, MOP, …).
const CURRENCIES: &str = "AED AFN AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTC BTN BWP BYN \
    BZD CAD CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ERN ETB ETH EUR FJD GBP GEL GHS GMD GNF GTQ GYD HKD HNL \
    HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK \
    MNT MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RMB RON RSD RUB RWF SAR \
    SCR SDG SEK SGD SLE SRD SSP SYP SZL THB TJS TMT TND TRY TTD TWD TZS UAH UGX USD USDT UYU UZS VES VND XAF XOF YER \
    ZAR ZMW";

/// Whether capitals stand in a list of them.
pub(super) fn is_listed(list: &str, chars: &[char]) -> bool {
    let capitals = chars.iter().all(char::is_ascii_uppercase);
    capitals && list.split_whitespace().any(|entry| entry.chars().eq(chars.iter().copied()))
}

/// Whether a token is money.
pub(super) fn is_currency(tokens: &Tokens, at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    match token.kind {
        Kind::Sign(sign) => {
            matches!(sign, '$' | '¢' | '£' | '¥' | '؋' | '৲' | '৳' | '฿' | '៛' | '\u{20a0}'..='\u{20cf}' | '﷼')
        }
        Kind::Word => {
            let chars = tokens.chars(token);
            token.roles.has(Roles::MONEY) || (matches!(chars.len(), 3 | 4) && is_iso(chars))
        }
        _ => false,
    }
}

/// Whether capitals are a currency's.
pub(super) fn is_iso(chars: &[char]) -> bool {
    is_listed(CURRENCIES, chars)
}
