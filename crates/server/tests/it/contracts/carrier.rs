//! Twilio's adapter keeps the contract of a carrier.

use std::time::Duration;

use ports::{
    Carrier,
    carrier::NumberQuery,
    contract::{
        Wrong,
        carrier::{Bench, CarrierVendor, holds},
    },
};
use serde_json::json;
use vocab::{
    E164,
    telephony::{NumberCapability, NumberType},
};

use super::{Control, fault, twilio, twilio_twin};

struct TwilioDesk(Control);

#[async_trait::async_trait]
impl CarrierVendor for TwilioDesk {
    async fn spoil_purchases(&self, wrong: Wrong, times: u32) {
        self.0.fault("IncomingPhoneNumbers.create", fault(wrong, "code:20429"), times).await;
    }

    async fn spoil_everything(&self, wrong: Wrong, times: u32) {
        self.0.fault("*", fault(wrong, "code:20429"), times).await;
    }

    async fn mend(&self) {
        self.0.mend().await;
    }

    async fn held(&self) -> Vec<E164> {
        self.0.held().await.iter().map(|number| number.parse().expect("a number")).collect()
    }
}

/// Local numbers of the United States that can carry calls.
pub(super) fn query(number_type: NumberType) -> NumberQuery {
    NumberQuery {
        country: "US".parse().expect("a country"),
        number_type,
        area_code: None,
        contains: None,
        near: None,
        capabilities: vec![NumberCapability::Voice],
        exclude_restricted: false,
        limit: 5,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twilio_is_a_carrier() {
    let (twin, control) = twilio_twin().await;
    let carrier = twilio(&twin, Duration::from_secs(2));
    let offers = carrier.search(&query(NumberType::Local)).await.expect("a search is answered");
    let taken = offers.first().expect("there is stock").number.clone();
    control.post("numbers", json!({ "phoneNumber": taken, "owner": "other" })).await;
    let desk = TwilioDesk(control);
    let bench = Bench {
        carrier: &carrier,
        vendor: &desk,
        query: query(NumberType::Local),
        lacking: query(NumberType::Mobile),
        regulated: NumberQuery { country: "DE".parse().expect("a country"), ..query(NumberType::Local) },
        taken,
    };
    holds(&bench).await;
}
