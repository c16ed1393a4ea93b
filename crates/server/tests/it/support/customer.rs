//! A customer of the product.

use serde_json::{Value, json};
use vocab::Ambient;

use super::api::{Answer, Api};

/// Somebody who is logged in.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) api: Api,
    pub(crate) email: String,
    pub(crate) refresh_token: String,
}

/// The password of every customer here: the requirements' own example.
pub(crate) const PASSWORD: &str = "Test123!";

/// An account's money, as text: what can be spent, what there is, what is held.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MoneyView {
    pub(crate) available: String,
    pub(crate) balance: String,
    pub(crate) held: String,
}

impl MoneyView {
    /// All of it can be spent.
    pub(crate) fn free(amount: &str) -> Self {
        Self { available: amount.to_owned(), balance: amount.to_owned(), held: "0".to_owned() }
    }
}

impl Customer {
    /// Registers somebody new.
    pub(crate) async fn register(api: &Api) -> Self {
        let email = format!("{}@customers.example", Ambient::system().uuid().simple());
        let body = json!({ "email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Byron" });
        let tokens = api.post("/auth/register", body).await.data(201)["tokens"].take();
        let token = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        Self { api: api.bearing(token("accessToken")), email, refresh_token: token("refreshToken") }
    }

    /// Pays in with a card that works.
    pub(crate) async fn deposit(&self, dollars: u32) -> Value {
        let body = json!({ "amount": dollars, "paymentMethodId": "pm_card_visa" });
        self.api.post("/payments/deposit", body).await.data(201)
    }

    pub(crate) async fn money(&self) -> MoneyView {
        let account = self.api.get("/billing/account").await.data(200);
        let text = |name: &str| account[name].to_string();
        MoneyView { available: text("accountBalance"), balance: text("ledgerBalance"), held: text("heldAmount") }
    }

    /// Numbers on offer in an area of the United States.
    pub(crate) async fn offers(&self, area_code: &str, count: usize) -> Vec<String> {
        let path = format!("/numbers/search?countryCode=US&areaCode={area_code}&limit={count}");
        let found = self.api.get(&path).await.data(200);
        let numbers = found["numbers"].as_array().unwrap_or_else(|| panic!("a list of numbers: {found}"));
        let numbers: Vec<_> =
            numbers.iter().map(|number| number["phoneNumber"].as_str().expect("a number").to_owned()).collect();
        assert_eq!(numbers.len(), count, "{area_code} has stock");
        numbers
    }

    /// Orders numbers, whatever comes of it.
    pub(crate) async fn order(&self, numbers: &[String]) -> Answer {
        let numbers: Vec<_> = numbers.iter().map(|number| json!({ "phoneNumber": number })).collect();
        self.api.post("/numbers/purchase", json!({ "numbers": numbers })).await
    }

    /// Buys a number and gets it at once. Its id.
    pub(crate) async fn buy(&self, number: &str) -> String {
        let bought = self.order(&[number.to_owned()]).await.data(201);
        assert_eq!(bought["order"]["status"], "COMPLETED", "{bought}");
        bought["results"][0]["numberId"].as_str().unwrap_or_else(|| panic!("an id: {bought}")).to_owned()
    }
}
