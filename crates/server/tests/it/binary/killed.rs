//! `kill -9` at random instants loses no money and no number, and asks nothing of an operator (docs/product.md, law 6).

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use store::{FromQueryResult, Store, one};
use tokio::task::JoinHandle;
use vocab::Ambient;

use crate::support::{
    TestDb,
    api::Api,
    customer::Customer,
    laws, on_both,
    process::{Process, Site},
    wait::until,
};

on_both!(nothing_is_lost_by_being_killed);

const ROUNDS: usize = 4;
const BUYERS: usize = 6;

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

async fn nothing_is_lost_by_being_killed(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path());
    let mut server = site.serve().await;
    let mut buyers = Vec::new();
    for _ in 0..BUYERS {
        let buyer = Customer::register(&server.api).await;
        buyer.deposit(200).await;
        buyers.push(buyer);
    }
    let stock = buyers[0].offers("917", 100).await;
    let mut stock = stock.chunks(100 / ROUNDS);
    for _ in 0..ROUNDS {
        let numbers = stock.next().expect("a hundred numbers").to_vec();
        server = killed_while_busy(&site, server, &buyers, &numbers).await;
    }
    let store = Store::open(&site.database).await.expect("the database opens beside the server");
    laws::hold(&store, &server.twilio).await;
    every_payment_is_final(&store).await;
    let (code, said) = site.run(&["ledger", "verify"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("everything adds up"), "{said}");
    assert!(!server.twilio.held().await.is_empty(), "something was bought");
    assert_eq!(server.terminate().await, Some(0));
}

/// Everybody buys and pays in until the server dies in the middle; then it is started again.
async fn killed_while_busy(site: &Site<'_>, server: Process, buyers: &[Customer], numbers: &[String]) -> Process {
    let tasks: Vec<_> = buyers
        .iter()
        .enumerate()
        .map(|(at, buyer)| {
            // Neighbours want some of the same numbers.
            let mine = numbers.iter().skip(at * 3).take(8).cloned().collect();
            keep_busy(buyer.api.clone(), mine)
        })
        .collect();
    until("something is bought", Duration::from_secs(60), || async {
        (!server.twilio.held().await.is_empty()).then_some(())
    })
    .await;
    let instant = 50 + Ambient::system().below(500);
    tokio::time::sleep(Duration::from_millis(instant)).await;
    server.kill().await;
    for task in tasks {
        task.await.expect("a request that dies is an error, not a panic");
    }
    site.serve().await
}

/// Two at a time: a number, and now and then a deposit. Ends with the server.
fn keep_busy(api: Api, numbers: Vec<String>) -> JoinHandle<()> {
    tokio::spawn(async move {
        for number in numbers {
            let order = json!({ "numbers": [{ "phoneNumber": number }] });
            let order = api.request(Method::POST, "/numbers/purchase").json(&order).send();
            let deposit = json!({ "amount": 1, "paymentMethodId": "pm_card_visa" });
            let deposit = api.request(Method::POST, "/payments/deposit").json(&deposit).send();
            let (order, deposit) = tokio::join!(order, deposit);
            if order.is_err() && deposit.is_err() {
                return;
            }
        }
    })
}

async fn every_payment_is_final(store: &Store) {
    let sql = "SELECT CAST(COUNT(*) AS bigint) AS count FROM payments WHERE status IN ('PENDING', 'PROCESSING')";
    until("every payment is final", Duration::from_secs(60), || async {
        let open: Option<Count> = one(store.fresh(), sql, []).await.expect("counts");
        open.is_none_or(|open| open.count == 0).then_some(())
    })
    .await;
    app::payments::verify(store).await.expect("each payment is in a wallet");
}
