//! Every route × {nobody, a wrong token, a missing scope, another tenant, the right caller}.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use app::{accounts::PERMISSIONS, web::Needs};
use reqwest::Method;
use serde_json::{Value, json};
use server::router;

use super::table::{Example, Right, examples, pricing_rule};
use crate::support::{
    TestDb,
    api::{Answer, Api},
    customer::Customer,
    on_both,
    product::Product,
    wait::until,
};

on_both!(every_route_asks_for_what_it_needs);

/// A product in which everything there can be is there, once.
pub(super) struct World {
    product: Product,
    owner: Customer,
    /// Another tenant, who may do everything with what is theirs.
    other: Customer,
    operator: Api,
    /// Ids of what the owner has, and of the operator's.
    pub(super) ids: BTreeMap<&'static str, String>,
    /// Numbers on offer.
    offers: Vec<String>,
}

impl World {
    async fn new(db: &TestDb) -> Self {
        let product = Product::start(db).await;
        let (owner, other) = (product.customer(50).await, product.customer(50).await);
        let operator = product.api.bearing(product.sandbox["admin"]["apiKey"].as_str().expect("a key"));
        let pool = json!({ "countryCode": "US", "quantity": 6 });
        let pool = operator.post("/admin/pool/numbers", pool).await.data(201);
        let number = owner.offers("415", 1).await.remove(0);
        let bought = owner.order(&[number]).await.data(201);
        let key = json!({ "name": "one", "permissions": ["*"] });
        let key = owner.api.post("/api-keys", key).await.data(201);
        let session = json!({ "userId": "guest", "greetingText": "Hello." });
        let session = owner.api.post("/sessions", session).await.data(201);
        let rental = json!({ "serviceCode": "tg", "country": "US" });
        let rental = owner.api.post("/verifications", rental).await.data(201);
        text_comes(&owner, &rental).await;
        let rule = operator.post("/admin/pricing-rules", pricing_rule()).await.data(201);
        let payment = owner.deposit(5).await;
        let orphan = orphan(&product, &operator, &owner).await;
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("an id, not {value}")).to_owned();
        let taken = session["phoneNumber"].clone();
        let mut idle = pool["numbers"].as_array().expect("pool numbers").iter();
        let idle = idle.rfind(|number| number["phoneNumber"] != taken).expect("one that nobody has");
        let ids = BTreeMap::from([
            ("number", text(&bought["results"][0]["numberId"])),
            ("order", text(&bought["order"]["id"])),
            ("key", text(&key["id"])),
            ("session", text(&session["sessionId"])),
            ("verification", text(&rental["id"])),
            ("payment", text(&payment["payment"]["id"])),
            ("pool number", text(&idle["id"])),
            ("pricing rule", text(&rule["id"])),
            ("job", "idempotency-keys".to_owned()),
            ("provider", "SMS_MAN".to_owned()),
            ("orphan", orphan),
        ]);
        let offers = owner.offers("212", 2).await;
        Self { product, owner, other, operator, ids, offers }
    }

    /// Makes the example's request as this caller, about this object.
    async fn ask(&self, api: &Api, example: &Example, id: &str) -> Answer {
        let path = example.path.replace("{id}", id).replace("{name}", id);
        let query = if example.query.is_empty() { String::new() } else { format!("?{}", example.query) };
        let method = Method::from_bytes(example.method.as_bytes()).expect("a method");
        let request = api.request_at(method, &format!("{path}{query}"));
        let Some(body) = &example.body else { return api.send(request).await };
        let mut body = body.to_string();
        for (at, offer) in self.offers.iter().enumerate() {
            body = body.replace(&format!("${at}"), offer);
        }
        api.send(request.header("content-type", "application/json").body(body)).await
    }

    /// The id of the example's own object, or none.
    fn id(&self, example: &Example) -> &str {
        if example.object.is_empty() { "" } else { &self.ids[example.object] }
    }

    /// A key of the owner's, or of the operator's, that may do everything but this.
    async fn key_without(&self, needs: Needs) -> Api {
        let (owner, missing) = match needs {
            Needs::Operator(_) => (&self.operator, "operators:act"),
            Needs::Permission(name) => (&self.owner.api, name),
            other => panic!("nothing can be missing for {other:?}"),
        };
        let rest: Vec<_> = PERMISSIONS.iter().filter(|name| **name != missing).collect();
        let made = owner.post("/api-keys", json!({ "name": missing, "permissions": rest })).await.data(201);
        self.product.api.bearing(made["key"].as_str().expect("the secret is shown once"))
    }
}

/// The rented number has its text: what may still be done with it does not hang on time.
async fn text_comes(owner: &Customer, rental: &Value) {
    owner.api.post("/sandbox/sms", json!({ "to": rental["phoneNumber"] })).await.data(200);
    let path = format!("/verifications/{}", rental["id"].as_str().expect("an id"));
    until("the text has come", Duration::from_secs(30), || async {
        (owner.api.get(&path).await.data(200)["status"] == "COMPLETED").then_some(())
    })
    .await;
}

/// What the carrier sold us in the place of something else.
async fn orphan(product: &Product, operator: &Api, customer: &Customer) -> String {
    product.twilio.post("numbers/swap", json!({ "times": 1 })).await;
    let number = customer.offers("415", 1).await.remove(0);
    customer.order(&[number]).await.data(201);
    let orphans = operator.get("/admin/orphans").await.data(200);
    orphans["data"][0]["id"].as_str().expect("an orphan").to_owned()
}

async fn every_route_asks_for_what_it_needs(db: TestDb) {
    let examples = examples();
    let needs: BTreeMap<_, _> =
        router::rules().into_iter().map(|rule| ((rule.method.to_string(), rule.path), rule.needs)).collect();
    let known: BTreeSet<_> =
        examples.iter().map(|example| (example.method.to_owned(), example.path.to_owned())).collect();
    let served = needs.keys().cloned().collect();
    let missing: Vec<_> = known.symmetric_difference(&served).collect();
    assert!(missing.is_empty(), "every route has an example in access/table.rs, and no other: {missing:?}");

    let world = World::new(&db).await;
    let mut scoped: BTreeMap<String, Api> = BTreeMap::new();
    for example in &examples {
        let needs = needs[&(example.method.to_owned(), example.path.to_owned())];
        nobody_gets_in(&world, example, needs).await;
        if matches!(needs, Needs::Permission(_) | Needs::Operator(_)) {
            let key = format!("{needs:?}");
            if !scoped.contains_key(&key) {
                scoped.insert(key.clone(), world.key_without(needs).await);
            }
            a_missing_scope_is_named(&world, example, needs, &scoped[&key]).await;
        }
        if !example.object.is_empty() && example.right == Right::Owner {
            another_tenant_sees_nothing(&world, example).await;
        }
    }
    for example in &examples {
        the_right_caller_gets_in(&world, example).await;
    }
}

async fn nobody_gets_in(world: &World, example: &Example, needs: Needs) {
    let what = format!("{} {}", example.method, example.path);
    if !needs.bearer() {
        assert_eq!(example.right, Right::Anybody, "{what} asks for nothing: is that right?");
        return;
    }
    let nobody = &world.product.api;
    for wrong in [None, Some("nonsense"), Some("a.b.c"), Some("nl_test_0000000000000000000000000000000000000000")] {
        let api = wrong.map_or_else(|| nobody.clone(), |token| nobody.bearing(token));
        let answer = world.ask(&api, example, world.id(example)).await;
        assert!(answer.header("www-authenticate").is_some_and(|how| how.starts_with("Bearer")), "{what}: {answer:?}");
        answer.refused(401, "AUTHENTICATION_ERROR");
    }
}

async fn a_missing_scope_is_named(world: &World, example: &Example, needs: Needs, key: &Api) {
    let error = world.ask(key, example, world.id(example)).await.refused(403, "AUTHORIZATION_ERROR");
    let missing = match needs {
        Needs::Permission(name) => name,
        _ => "operators:act",
    };
    assert_eq!(error["details"]["requiredPermissions"], json!([missing]), "{} {}", example.method, example.path);
    if let Needs::Operator(role) = needs {
        let customer = world.ask(&world.owner.api, example, world.id(example)).await;
        let error = customer.refused(403, "AUTHORIZATION_ERROR");
        assert_eq!(error["details"]["requiredRole"], json!(role), "{} {}", example.method, example.path);
    }
}

/// Another's id is answered as one that does not exist, and as one that is none.
async fn another_tenant_sees_nothing(world: &World, example: &Example) {
    let id = world.id(example);
    let (prefix, hex) = id.split_once('_').expect("an id of ours");
    let last = if hex.ends_with('0') { "1" } else { "0" };
    let free = format!("{prefix}_{}{last}", &hex[..hex.len() - 1]);
    let upper = id.to_ascii_uppercase();
    let mut messages = BTreeSet::new();
    for id in [id, &free, &upper, "0", "%27%20OR%201%3D1", "..%2F..%2Fetc%2Fpasswd", "%00", "%FF"] {
        let error = world.ask(&world.other.api, example, id).await.refused(404, "NOT_FOUND");
        messages.insert(error.to_string());
    }
    assert_eq!(messages.len(), 1, "{} {}: {messages:?}", example.method, example.path);
}

async fn the_right_caller_gets_in(world: &World, example: &Example) {
    let api = match example.right {
        Right::Anybody => world.product.api.clone(),
        Right::Owner => world.owner.api.clone(),
        Right::Operator => world.operator.clone(),
        Right::Passing => Customer::register(&world.product.api).await.api,
    };
    let answer = world.ask(&api, example, world.id(example)).await;
    assert_eq!(answer.status, example.status, "{} {}: {}", example.method, example.path, answer.body);
}
