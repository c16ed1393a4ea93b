//! A product, a customer, and somebody at each supplier's desk.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use store::{FromQueryResult, one};
use tempfile::TempDir;
use vocab::{Ambient, Amount};

use crate::support::{
    TestDb,
    api::{Answer, Api},
    customer::{Customer, MoneyView},
    floats::{self, Desks},
    laws,
    product::Product,
    signed,
    wait::until,
};

/// Both suppliers.
pub(super) const SUPPLIERS: [&str; 2] = ["SMS_MAN", "TEXT_VERIFIED"];

/// Longer than every wait of the product's own, on a slow machine too.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);

/// Everybody who has to do with a rented number. Nothing is texted unasked.
pub(super) struct Desk {
    pub(super) product: Product,
    pub(super) ada: Customer,
    pub(super) suppliers: Desks,
    #[allow(dead_code)] // removed with the desk
    folder: TempDir,
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

impl Desk {
    /// Ada has a hundred dollars, and both catalogues are read.
    pub(super) async fn open(db: &TestDb) -> Self {
        Self::with(db, &[]).await
    }

    /// The same, with more settings.
    pub(super) async fn with(db: &TestDb, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings: Vec<_> = settings.iter().copied().chain([("SANDBOX_TEXT_DELAY_MS", "0")]).collect();
        let product = Product::start_in(db, folder.path(), &settings).await;
        let ada = product.customer(100).await;
        let suppliers = Desks::of(&product.sandbox);
        let desk = Self { product, ada, suppliers, folder };
        until("the catalogues are read", PATIENCE, || async {
            (desk.count("suppliers WHERE synced_at IS NOT NULL").await == 2).then_some(())
        })
        .await;
        desk
    }

    /// How many rows there are.
    pub(super) async fn count(&self, what: &str) -> i64 {
        let sql = format!("SELECT CAST(COUNT(*) AS bigint) AS count FROM {what}");
        let row: Option<Count> = one(self.product.store.fresh(), &sql, []).await.expect("counts");
        row.map_or(0, |row| row.count)
    }

    /// The operator's API.
    pub(super) fn operator(&self) -> Api {
        self.product.api.bearing(self.product.sandbox["admin"]["apiKey"].as_str().expect("a key"))
    }

    /// Orders a code for Telegram, whatever comes of it.
    pub(super) async fn order(&self, supplier: &str) -> Answer {
        let body = json!({ "serviceCode": "tg", "country": "US", "preferredProvider": supplier });
        self.ada.api.post("/verifications", body).await
    }

    /// Rents a number that waits for its text.
    pub(super) async fn rent(&self, supplier: &str) -> Value {
        let rental = self.settled(self.order(supplier).await).await;
        assert_eq!((&rental["status"], &rental["provider"]), (&json!("WAITING_FOR_SMS"), &json!(supplier)));
        rental
    }

    /// What became of an order, once it is known: a slow machine answers 202 sooner.
    pub(super) async fn settled(&self, answer: Answer) -> Value {
        let rental = answer.body["data"].clone();
        assert!(matches!(answer.status, 201 | 202), "{answer:?}");
        until(&format!("{} is settled", path(&rental)), PATIENCE, || async {
            let now = self.shown(&rental).await;
            (now["status"] != "PENDING" && now["status"] != "PROCESSING").then_some(now)
        })
        .await
    }

    /// Gives a rental up, and waits until its supplier has agreed.
    pub(super) async fn give_up(&self, rental: &Value) -> Value {
        let answer = self.cancel(rental).await;
        assert!(matches!(answer.status, 200 | 202), "{answer:?}");
        self.becomes(rental, "CANCELLED").await
    }

    /// The rental as it now is, with its timeline.
    pub(super) async fn shown(&self, rental: &Value) -> Value {
        self.ada.api.get(&path(rental)).await.data(200)
    }

    /// The rental once it is there.
    pub(super) async fn becomes(&self, rental: &Value, status: &str) -> Value {
        until(&format!("{} is {status}", path(rental)), PATIENCE, || async {
            Some(self.shown(rental).await).filter(|now| now["status"] == status)
        })
        .await
    }

    /// Gives a rental up, whatever the answer.
    pub(super) async fn cancel(&self, rental: &Value) -> Answer {
        self.ada.api.post(&format!("{}/cancel", path(rental)), json!({})).await
    }

    /// A text comes in at the supplier.
    pub(super) async fn text(&self, rental: &Value, words: &str) {
        let supplier = self.suppliers.at(rental["provider"].as_str().expect("a supplier"));
        supplier.post("sms", json!({ "to": rental["phoneNumber"], "text": words })).await;
    }

    /// Business time passes.
    pub(super) async fn skip(&self, seconds: u32) {
        self.product.api.post("/sandbox/clock", json!({ "advanceSeconds": seconds })).await.data(200);
    }

    /// The supplier's id of a rental.
    pub(super) async fn reference(&self, rental: &Value) -> String {
        #[derive(FromQueryResult)]
        struct Row {
            reference: String,
        }
        let sql = "SELECT reference FROM verifications WHERE phone_number = $1";
        let number = rental["phoneNumber"].as_str().expect("a number");
        let row: Option<Row> = one(self.product.store.fresh(), sql, [number.into()]).await.expect("reads");
        row.expect("it is rented").reference
    }

    /// A webhook of TextVerified's with this signature; the right one, if none is given.
    pub(super) async fn webhook(&self, body: &str, signature: Option<&str>) -> Answer {
        let secret = self.product.sandbox["textVerified"]["webhookSecret"].as_str().expect("a secret");
        let right = signed::text_verified(secret, body);
        let request = self.product.api.request(Method::POST, "/webhooks/textverified");
        let request = request.header("Content-Type", "application/json").body(body.to_owned());
        self.product.api.send(request.header("X-Webhook-Signature", signature.unwrap_or(&right))).await
    }

    /// What the market's protocol answers, asked with a key of Ada's.
    pub(super) async fn market(&self, key: &str, query: &str) -> String {
        let root = self.product.api.root();
        let url = format!("{root}/stubs/handler_api.php?api_key={key}&{query}");
        let answer = reqwest::get(url).await.expect("an answer");
        answer.text().await.expect("text")
    }

    /// A key of Ada's.
    pub(super) async fn key(&self) -> String {
        let key = self.ada.api.post("/api-keys", json!({ "name": "market", "permissions": ["*"] })).await.data(201);
        key["key"].as_str().expect("a key").to_owned()
    }

    /// Everything that must be true of it at rest.
    pub(super) async fn hold(&self) {
        laws::hold(&self.product.store, &self.product.twilio).await;
        floats::explained(&self.product.store, &self.suppliers).await;
    }
}

/// Where a rental is.
pub(super) fn path(rental: &Value) -> String {
    format!("/verifications/{}", rental["id"].as_str().expect("an id"))
}

/// Ada's money once these are paid for.
pub(super) fn less(paid: &[Value]) -> MoneyView {
    let price = |rental: &Value| rental["price"].to_string().parse::<Amount>().expect("a price").micros();
    let spent: i64 = paid.iter().map(price).sum();
    MoneyView::free(&Amount::from_micros(100_000_000 - spent).to_string())
}

/// What a rental's timeline tells, one line after the other.
pub(super) fn notes(rental: &Value) -> Vec<String> {
    let lines = rental["timeline"].as_array().expect("a timeline");
    lines.iter().map(|line| line["note"].as_str().expect("a note").to_owned()).collect()
}

/// The event of a text as TextVerified documents it.
pub(super) fn event(reference: &str, text: &str, words: &str) -> String {
    let now = Ambient::system().wall().to_rfc3339();
    let data = json!({
        "from": "22395", "to": "2125550100", "createdAt": now, "smsContent": words, "parsedCode": null,
        "encrypted": false, "reservationId": reference,
    });
    let event = json!({
        "id": format!("evt_{text}"), "event": "v2.sms.received", "attempt": 1, "occurredAt": now,
        "idempotencyKey": format!("idem_{text}"), "data": data,
    });
    event.to_string()
}
