//! Customers, made as customers are: by the API.

use std::net::SocketAddr;

use futures::{StreamExt, TryStreamExt, stream};
use hyper::{
    StatusCode,
    header::{HeaderName, HeaderValue},
};
use serde_json::{Value, json};
use vocab::E164;

use crate::{
    http::{Ask, Connection, get, post, post_nothing},
    statements::voice,
};

const BASE: &str = "/api/v1";
/// The most that a deposit may be, and more than anybody can spend in a run.
const DEPOSIT: u64 = 10_000;

/// A customer with money.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    key: String,
}

/// So many new customers.
pub(crate) async fn customers(address: SocketAddr, count: usize) -> anyhow::Result<Vec<Customer>> {
    // A password costs 30 ms of CPU: more at once would only wait.
    stream::iter(0..count).map(|index| customer(address, index)).buffered(4).try_collect().await
}

async fn customer(address: SocketAddr, index: usize) -> anyhow::Result<Customer> {
    let mut connection = Connection::open(address).await?;
    let who = json!({
        "email": format!("buyer{index}@example.com"), "password": "correct horse battery", "firstName": "B", "lastName": "B",
    });
    let made = connection.json(post(&format!("{BASE}/auth/register"), None, &who), StatusCode::CREATED).await?;
    let token = made["tokens"]["accessToken"].as_str().unwrap_or_default().to_owned();
    let deposit = json!({ "amount": DEPOSIT, "paymentMethodId": "pm_card_visa" });
    connection.json(post(&format!("{BASE}/payments/deposit"), Some(&token), &deposit), StatusCode::CREATED).await?;
    // A key outlives the run, which an access token does not.
    let key = json!({ "name": "load", "permissions": ["*"] });
    let key = connection.json(post(&format!("{BASE}/api-keys"), Some(&token), &key), StatusCode::CREATED).await?;
    Ok(Customer { key: key["key"].as_str().unwrap_or_default().to_owned() })
}

impl Customer {
    /// The order of one number. `key` is the Idempotency-Key.
    pub(crate) fn order(&self, number: &str, key: u64, metadata: Option<Value>) -> Ask {
        let mut item = json!({ "type": "PHONE_NUMBER", "itemId": number, "quantity": 1 });
        if let Some(metadata) = metadata {
            item["metadata"] = metadata;
        }
        let mut request = post(&format!("{BASE}/orders"), Some(&self.key), &json!({ "items": [item] }));
        let key = HeaderValue::try_from(format!("{key:024}")).expect("digits");
        request.headers_mut().insert(HeaderName::from_static("idempotency-key"), key);
        request
    }

    /// A number of the pool for half an hour. `user` is the customer's own name for whom it is for.
    pub(crate) fn borrow(&self, user: u64) -> Ask {
        let body =
            json!({ "userId": format!("user-{user}"), "greetingText": "Thank you for calling. I will call back." });
        post("/sessions/create", Some(&self.key), &body)
    }

    /// The end of a number session.
    pub(crate) fn give_back(&self, session: &str) -> Ask {
        post_nothing(&format!("/sessions/{session}/expire"), Some(&self.key))
    }

    /// The first of the customer's numbers.
    pub(crate) fn list(&self) -> Ask {
        get(&format!("{BASE}/numbers?limit=20"), Some(&self.key))
    }

    /// The last of the customer's orders.
    pub(crate) fn orders(&self) -> Ask {
        get(&format!("{BASE}/orders?limit=20"), Some(&self.key))
    }

    /// One of the customer's numbers with its latest calls, by its id.
    pub(crate) fn number(&self, id: &str) -> Ask {
        get(&format!("{BASE}/numbers/{id}"), Some(&self.key))
    }

    /// The customer's money.
    pub(crate) fn wallet(&self) -> Ask {
        get(&format!("{BASE}/billing/account"), Some(&self.key))
    }

    /// The last of the customer's payments.
    pub(crate) fn payments(&self) -> Ask {
        get(&format!("{BASE}/payments/history?limit=20"), Some(&self.key))
    }

    /// A code for Telegram from this supplier.
    pub(crate) fn rent(&self, supplier: &str) -> Ask {
        let body = json!({ "serviceCode": "tg", "country": "US", "preferredProvider": supplier });
        post(&format!("{BASE}/verifications"), Some(&self.key), &body)
    }

    /// What happens to a rental, as it happens.
    pub(crate) fn follow(&self, rental: &str) -> Ask {
        get(&format!("{BASE}/verifications/{rental}/stream"), Some(&self.key))
    }

    /// Buys the numbers that will ring, each with something to say.
    pub(crate) async fn buy_ringing(&self, address: SocketAddr) -> anyhow::Result<()> {
        let rules =
            json!({ "defaultAction": { "type": "say", "destination": "Thank you for calling. Nobody is in." } });
        let metadata = json!({ "configuration": { "name": "default", "routingRules": rules } });
        let mut connection = Connection::open(address).await?;
        for index in 0..voice::NUMBERS {
            let number = ringing(index);
            let request = self.order(&number, 1_000_000 + index, Some(metadata.clone()));
            connection.json(request, StatusCode::CREATED).await?;
        }
        Ok(())
    }
}

/// One of the numbers that ring.
pub(crate) fn ringing(index: u64) -> String {
    format!("{}{:04}", voice::PREFIX, index % voice::NUMBERS)
}

/// Numbers for sale, in as many area codes as it takes. The carrier sells whatever the numbering plan calls valid.
pub(crate) fn for_sale(count: usize) -> Vec<String> {
    const AREAS: &[u16] = &[212, 213, 312, 404, 512, 602, 617, 702, 713, 720, 801, 916];
    let every = AREAS.iter().flat_map(|area| (2_200_000_u32..9_999_999).step_by(101).map(move |rest| (area, rest)));
    every
        .map(|(area, rest)| format!("+1{area}{rest}"))
        .filter(|number| number.parse::<E164>().is_ok_and(|number| number.is_valid()))
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_enough_numbers_and_each_once() {
        let numbers = for_sale(100_000);
        let distinct: std::collections::HashSet<_> = numbers.iter().collect();
        assert_eq!(distinct.len(), 100_000);
    }
}
