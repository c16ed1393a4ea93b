//! What somebody sees who has just built the product.

use reqwest::header::ACCEPT;
use serde_json::{Value, json};

use crate::support::{TestDb, api::Answer, on_both, process::Site};

on_both!(
    the_lines_of_the_welcome_work_as_they_are_pasted,
    the_logins_are_the_same_after_a_restart,
    the_root_says_what_this_is,
    requests_that_went_well_are_logged_on_demand,
);

async fn the_lines_of_the_welcome_work_as_they_are_pasted(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path());
    let server = site.serve().await;
    let welcome = site.printed().await;
    let pasted: Vec<&str> = welcome.lines().filter(|line| line.contains("NUMBER")).collect();
    assert_eq!(pasted.len(), 3, "{welcome}");
    let logins = server.api.get("/sandbox").await.data(200);
    for who in ["admin", "demo"] {
        let key = logins[who]["apiKey"].as_str().expect("a key");
        assert!(welcome.contains(key), "{who}: {welcome}");
    }

    let said = site.shell(&pasted.join("\n")).await;
    let number = said.lines().next().expect("the first says the number");
    let bought = said.lines().find(|line| line.contains("orderNumber")).expect("the second buys it");
    let bought: Value = serde_json::from_str(bought).expect("JSON");
    assert_eq!(
        bought["data"]["results"][0],
        json!({
            "phoneNumber": number, "status": "SUCCESS", "numberId": bought["data"]["results"][0]["numberId"],
        })
    );
    assert!(said.contains("\"status\": \"completed\"") && said.contains("transcript"), "the third rings: {said}");
    assert_eq!(server.twilio.held().await, [number]);
}

async fn the_logins_are_the_same_after_a_restart(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path());
    let server = site.serve().await;
    let before = server.api.get("/sandbox").await.data(200);
    let login = json!({ "email": before["demo"]["email"], "password": before["demo"]["password"] });
    server.api.post("/auth/login", login.clone()).await.data(200);
    let demo = server.api.bearing(before["demo"]["apiKey"].as_str().expect("a key"));
    let keys = demo.get("/api-keys").await.data(200);
    let id = keys["data"][0]["id"].as_str().expect("the sandbox's key");
    demo.delete(&format!("/api-keys/{id}")).await.data(200);
    server.kill().await;

    let server = site.serve().await;
    let after = server.api.get("/sandbox").await.data(200);
    assert_eq!([&before["demo"], &before["admin"]], [&after["demo"], &after["admin"]]);
    server.api.post("/auth/login", login).await.data(200);
    let demo = server.api.bearing(after["demo"]["apiKey"].as_str().expect("a key"));
    let keys = demo.get("/api-keys").await.data(200);
    assert_eq!(keys["pagination"]["total"], 1, "a revoked one holds again, and none is added: {keys}");
    let admin = server.api.bearing(after["admin"]["apiKey"].as_str().expect("a key"));
    admin.get("/admin/providers").await.data(200);
}

async fn the_root_says_what_this_is(db: TestDb) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = Site::new(&db, folder.path());
    let server = site.serve().await;
    let root = server.api.root().to_owned();
    let told: Answer = server.api.send(server.api.request_at(reqwest::Method::GET, "/")).await;
    assert_eq!((&told.body["name"], told.status), (&json!("Numberline"), 200));
    for link in ["docs", "openapi", "health"] {
        let url = told.body[link].as_str().expect("a link");
        let there = reqwest::get(url).await.expect("is answered");
        assert!(url.starts_with(&root) && there.status().is_success(), "{link}: {url}");
    }
    let page = server.api.request_at(reqwest::Method::GET, "/").header(ACCEPT, "text/html,*/*;q=0.8").send().await;
    let page = page.expect("is answered").text().await.expect("a page");
    assert!(page.contains("<h1>Numberline</h1>") && page.contains("href=\"/docs\""), "{page}");
}

async fn requests_that_went_well_are_logged_on_demand(db: TestDb) {
    for (level, logged) in [("", false), ("info", true)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let site = Site::new(&db, folder.path()).set("LOG_LEVEL", level);
        let server = site.serve().await;
        server.api.get("/sandbox").await.data(200);
        assert_eq!(server.terminate().await, Some(0));
        assert_eq!(site.logged().contains("/api/v1/sandbox"), logged, "LOG_LEVEL={level}: {}", site.logged());
    }
}
