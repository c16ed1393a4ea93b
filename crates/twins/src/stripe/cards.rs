//! Stripe's test cards: by number, and by the `pm_card_…` token that stands for one.
//!
//! <https://docs.stripe.com/testing>

use serde_json::{Map, Value};

/// What a test card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TestCard {
    /// Its number.
    pub(super) number: &'static str,
    /// What comes after `pm_card_` (and after the optional `visa_` of some declines); empty if it has no token.
    token: &'static str,
    /// `visa`, `mastercard`, …
    pub(super) brand: &'static str,
    /// `credit`, `debit` or `prepaid`.
    pub(super) funding: &'static str,
    /// ISO country of its bank.
    pub(super) country: &'static str,
    /// What happens when it is attached to a customer.
    pub(super) attach: Option<Decline>,
    /// What happens when it is charged.
    pub(super) charge: Option<Decline>,
    /// Whether the payer must authenticate (3D Secure).
    pub(super) authentication: Authentication,
    /// A charge stays `processing` until the control API says what becomes of it.
    pub(super) slow: bool,
    /// What Radar thinks of a charge: `normal` or `elevated`.
    pub(super) risk: &'static str,
    /// The payer disputes a charge as soon as it is paid.
    pub(super) disputed: bool,
}

/// When the payer must authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authentication {
    /// Never.
    Never,
    /// At every payment.
    Always,
    /// Until it has been authenticated once for later off-session use.
    UntilSetUp,
    /// On session only: it counts as set up.
    OnSession,
}

/// A bank's no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decline {
    code: &'static str,
    decline_code: Option<&'static str>,
    message: &'static str,
    advice: &'static str,
}

impl Decline {
    const fn declined(decline_code: &'static str, message: &'static str, advice: &'static str) -> Self {
        Self { code: "card_declined", decline_code: Some(decline_code), message, advice }
    }

    const fn other(code: &'static str, message: &'static str, advice: &'static str) -> Self {
        Self { code, decline_code: Some(code), message, advice }
    }

    /// The members of a `card_error`.
    pub(super) fn error(self) -> Map<String, Value> {
        let members = [
            ("advice_code", Some(self.advice)),
            ("code", Some(self.code)),
            ("decline_code", self.decline_code),
            ("message", Some(self.message)),
            ("type", Some("card_error")),
        ];
        let mut error: Map<_, _> = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?.to_owned()))))
            .collect();
        error.insert("doc_url".to_owned(), Value::String(super::failure::doc_url(self.code)));
        error
    }

    /// `error.code`.
    pub(super) const fn code(self) -> &'static str {
        self.code
    }

    /// The words for a person.
    pub(super) const fn message(self) -> &'static str {
        self.message
    }
}

/// No reason given.
pub(super) const GENERIC: Decline = Decline::declined("generic_decline", "Your card was declined.", "try_again_later");
const INSUFFICIENT: Decline =
    Decline::declined("insufficient_funds", "Your card has insufficient funds.", "try_again_later");
const LOST: Decline = Decline::declined("lost_card", "Your card was declined.", "do_not_try_again");
const STOLEN: Decline = Decline::declined("stolen_card", "Your card was declined.", "do_not_try_again");
const FRAUDULENT: Decline = Decline::declined("fraudulent", "Your card was declined.", "do_not_try_again");
const VELOCITY: Decline = Decline::declined(
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    "try_again_later",
);
const EXPIRED: Decline = Decline::other("expired_card", "Your card has expired.", "do_not_try_again");
const CVC: Decline = Decline::other("incorrect_cvc", "Your card's security code is incorrect.", "confirm_card_data");
const PROCESSING: Decline = Decline::other(
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "try_again_later",
);
/// A number that fails its check digit.
pub(super) const INCORRECT_NUMBER: Decline = Decline {
    decline_code: None,
    ..Decline::other("incorrect_number", "Your card number is incorrect.", "confirm_card_data")
};
/// A good number that test mode does not know.
pub(super) const NOT_A_TEST_CARD: Decline =
    Decline::declined("test_mode_live_card", "Your card was declined.", "do_not_try_again");
/// The payer would have to authenticate and is not there.
pub(super) const AUTHENTICATION_REQUIRED: Decline = Decline::other(
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "confirm_card_data",
);

const fn plain(token: &'static str, number: &'static str, brand: &'static str) -> TestCard {
    let (attach, charge, authentication) = (None, None, Authentication::Never);
    let (funding, country, slow, risk, disputed) = ("credit", "US", false, "normal", false);
    TestCard { number, token, brand, funding, country, attach, charge, authentication, slow, risk, disputed }
}

const fn from(country: &'static str, token: &'static str, number: &'static str) -> TestCard {
    TestCard { country, ..plain(token, number, "visa") }
}

/// Declined when it is attached and when it is charged.
const fn declined(token: &'static str, number: &'static str, why: Decline) -> TestCard {
    TestCard { attach: Some(why), charge: Some(why), ..plain(token, number, "visa") }
}

const fn secured(
    token: &'static str,
    number: &'static str,
    authentication: Authentication,
    charge: Option<Decline>,
) -> TestCard {
    TestCard { authentication, charge, ..plain(token, number, "visa") }
}

use Authentication::{Always, OnSession, UntilSetUp};

#[rustfmt::skip]
const CARDS: &[TestCard] = &[
    plain("visa", "4242424242424242", "visa"),
    TestCard { funding: "debit", ..plain("visa_debit", "4000056655665556", "visa") },
    plain("mastercard", "5555555555554444", "mastercard"),
    plain("", "2223003122003222", "mastercard"),
    TestCard { funding: "debit", ..plain("mastercard_debit", "5200828282828210", "mastercard") },
    TestCard { funding: "prepaid", ..plain("mastercard_prepaid", "5105105105105100", "mastercard") },
    plain("amex", "378282246310005", "amex"),
    plain("", "371449635398431", "amex"),
    plain("discover", "6011111111111117", "discover"),
    plain("diners", "3056930009020004", "diners"),
    plain("jcb", "3566002020360505", "jcb"),
    plain("unionpay", "6200000000000005", "unionpay"),
    plain("bypassPending", "4000000000000077", "visa"),
    from("US", "us", "4242424242424242"), from("BR", "br", "4000000760000002"), from("CA", "ca", "4000001240000000"),
    from("DE", "de", "4000002760000016"), from("FR", "fr", "4000002500000003"), from("GB", "gb", "4000008260000000"),
    from("JP", "jp", "4000003920000003"),
    declined("chargeDeclined", "4000000000000002", GENERIC),
    declined("chargeDeclinedInsufficientFunds", "4000000000009995", INSUFFICIENT),
    declined("chargeDeclinedLostCard", "4000000000009987", LOST),
    declined("chargeDeclinedStolenCard", "4000000000009979", STOLEN),
    declined("chargeDeclinedExpiredCard", "4000000000000069", EXPIRED),
    declined("chargeDeclinedIncorrectCvc", "4000000000000127", CVC),
    declined("chargeDeclinedProcessingError", "4000000000000119", PROCESSING),
    declined("chargeDeclinedVelocityLimitExceeded", "4000000000006975", VELOCITY),
    declined("chargeDeclinedFraudulent", "4100000000000019", FRAUDULENT),
    TestCard { risk: "elevated", ..plain("riskLevelElevated", "4000000000009235", "visa") },
    TestCard { disputed: true, ..plain("createDispute", "4000000000000259", "visa") },
    declined("radarBlock", "4100000000000019", FRAUDULENT),
    TestCard { attach: None, ..declined("chargeCustomerFail", "4000000000000341", GENERIC) },
    secured("authenticationRequired", "4000002760003184", Always, None),
    secured("authenticationRequiredOnSetup", "4000002500003155", UntilSetUp, None),
    secured("authenticationRequiredSetupForOffSession", "4000003800000446", OnSession, None),
    secured("authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178", Always, Some(INSUFFICIENT)),
    secured("threeDSecure2Required", "4000000000003220", Always, None),
    secured("threeDSecureRequired", "4000000000003063", Always, None),
    secured("threeDSecureRequiredChargeDeclined", "4000008400001629", Always, Some(GENERIC)),
    secured("threeDSecureRequiredProcessingError", "4000008400001280", Always, Some(PROCESSING)),
    secured("threeDSecureOptional", "4000000000003055", Authentication::Never, None),
    secured("threeDSecureNotSupported", "378282246310005", Authentication::Never, None),
];

/// A bank account whose payments stay `processing`: Stripe's `pm_usBankAccount_processing`.
pub(super) const SLOW_BANK: TestCard = TestCard { slow: true, ..plain("", "000123456789", "bank") };

/// The decline with this `decline_code`, or this `code`.
pub(super) fn decline(code: &str) -> Option<Decline> {
    const DECLINES: [Decline; 11] = [
        GENERIC,
        INSUFFICIENT,
        LOST,
        STOLEN,
        FRAUDULENT,
        VELOCITY,
        EXPIRED,
        CVC,
        PROCESSING,
        INCORRECT_NUMBER,
        AUTHENTICATION_REQUIRED,
    ];
    DECLINES.into_iter().find(|decline| decline.decline_code == Some(code) || decline.code == code)
}

/// The card that a `pm_card_…` token stands for.
pub(super) fn by_token(token: &str) -> Option<&'static TestCard> {
    if token == "pm_usBankAccount_processing" {
        return Some(&SLOW_BANK);
    }
    let name = token.strip_prefix("pm_card_")?;
    let named = |name: &str| CARDS.iter().find(|card| card.token == name && !name.is_empty());
    named(name).or_else(|| named(name.strip_prefix("visa_")?))
}

/// The test card (or bank account) with this number. Test mode knows no others.
pub(super) fn by_number(number: &str) -> Option<&'static TestCard> {
    if number == SLOW_BANK.number {
        return Some(&SLOW_BANK);
    }
    CARDS.iter().find(|card| card.number == number)
}

/// The check digit of a card number (ISO/IEC 7812).
pub(super) fn luhn(number: &str) -> bool {
    let digits = number.bytes().rev().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    (12..=19).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_is_well_formed_and_found() {
        for card in CARDS {
            assert!(luhn(card.number), "{}", card.number);
            if !card.token.is_empty() {
                assert_eq!(by_token(&format!("pm_card_{}", card.token)), Some(card));
            }
        }
        assert!(!luhn("4242424242424241") && !luhn("4242"));
        assert_eq!(by_token("pm_card_visa_chargeDeclined"), by_token("pm_card_chargeDeclined"));
        assert_eq!((by_token("pm_card_"), by_token("pm_card_visa_"), by_token("tok_visa")), (None, None, None));
    }
}
