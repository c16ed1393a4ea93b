//! Commands of the binary, beside a running server and without one.

use std::{process::Stdio, time::Duration};

use serde_json::json;
use store::{Store, exec};

use crate::support::{TestDb, customer::Customer, on_both, process::Site, wait::until};

on_both!(
    a_server_stops_when_told_to_and_keeps_what_it_knew,
    the_database_is_migrated_by_hand,
    a_reader_may_stop_reading,
    verify_fails_on_books_that_were_cooked,
    verify_makes_no_database,
    a_rented_number_is_texted_by_command,
    two_servers_that_start_together_both_serve,
);

async fn a_server_stops_when_told_to_and_keeps_what_it_knew(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path());
    let server = site.serve().await;
    let ada = Customer::register(&server.api).await;
    ada.deposit(10).await;
    let number = ada.offers("415", 1).await.remove(0);
    ada.buy(&number).await;
    let begun = std::time::Instant::now();
    assert_eq!(server.terminate().await, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10), "it stops in time");

    let server = site.serve().await;
    assert_eq!(server.twilio.held().await, std::slice::from_ref(&number), "the twin remembers");
    let numbers = ada.api.get("/numbers").await.data(200);
    assert_eq!(numbers["data"][0]["phoneNumber"], number.as_str(), "the token holds after a restart");
    assert_eq!(server.terminate().await, Some(0));
}

async fn the_database_is_migrated_by_hand(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path());
    let (code, said) = site.run(&["migrate"]).await;
    assert_eq!(code, Some(0), "{said}");
    let (code, again) = site.run(&["migrate"]).await;
    assert_eq!(code, Some(0), "{again}");
    assert!(again.contains("0 applied"), "{again}");
}

async fn a_reader_may_stop_reading(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path());
    let mut command = site.command(&["openapi"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().await.expect("the binary ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

async fn verify_fails_on_books_that_were_cooked(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path());
    let server = site.serve().await;
    let ada = Customer::register(&server.api).await;
    ada.deposit(10).await;
    let (code, said) = site.run(&["ledger", "verify"]).await;
    assert_eq!(code, Some(0), "{said}");
    let store = Store::open(&site.database).await.expect("the database opens beside the server");
    let cook = "UPDATE wallets SET balance = balance + 1000000 WHERE balance > 0";
    store.write(|tx| async move { exec(&tx, cook, []).await }).await.expect("the books are cooked");
    let (code, said) = site.run(&["ledger", "verify"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("a wallet's balance is the sum of its entries") && said.contains("found 11000000"), "{said}");
}

async fn verify_makes_no_database(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path()).set("DATABASE_URL", "sqlite://elsewhere/numberline.db");
    let (code, said) = site.run(&["ledger", "verify"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("there is no database at elsewhere/numberline.db"), "{said}");
    assert!(!folder.path().join("elsewhere").exists(), "nothing was made");
}

async fn a_rented_number_is_texted_by_command(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path());
    let server = site.serve().await;
    let ada = Customer::register(&server.api).await;
    ada.deposit(10).await;
    let rented = ada.api.post("/verifications", json!({ "serviceCode": "tg", "country": "US" })).await.data(201);
    let number = rented["phoneNumber"].as_str().expect("a number");
    let (code, said) = site.run(&["sandbox", "sms", "--to", number, "--text", "Your code is 771-204"]).await;
    assert_eq!(code, Some(0), "{said}");
    let id = rented["id"].as_str().expect("an id");
    until("the code is there", Duration::from_secs(30), || async {
        let seen = ada.api.get(&format!("/verifications/{id}")).await.data(200);
        (seen["code"] == "771204").then_some(())
    })
    .await;
    let (code, said) = site.run(&["sandbox", "state", "text-verified"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(server.terminate().await, Some(0));
}

/// On one database, each with a folder of its own.
async fn two_servers_that_start_together_both_serve(db: TestDb) {
    let folders = [0, 1].map(|_| tempfile::tempdir().expect("a temporary folder"));
    let sites = [0, 1].map(|at: usize| Site::sharing(&db, folders[at].path()));
    let (one, other) = tokio::join!(sites[0].serve(), sites[1].serve());
    assert_eq!((one.terminate().await, other.terminate().await), (Some(0), Some(0)));
}
