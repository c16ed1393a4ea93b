//! Every route with a request that its rightful caller may make, in an order in which they can be made.

use serde_json::{Value, json};

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// Anybody.
    Anybody,
    /// A customer, and the owner of the object that the path names.
    Owner,
    /// The operator.
    Operator,
    /// Somebody who logs in for this request alone: it ends the login.
    Passing,
}

/// A route, with a request that it takes.
pub(super) struct Example {
    pub(super) method: &'static str,
    /// As the router names it.
    pub(super) path: &'static str,
    /// What its `{id}` or `{name}` is: a key of [`super::routes::World::ids`].
    pub(super) object: &'static str,
    pub(super) query: &'static str,
    pub(super) right: Right,
    /// What is sent, if anything. `$0` and the like stand for numbers on offer.
    pub(super) body: Option<Value>,
    /// What its rightful caller is answered.
    pub(super) status: u16,
}

fn of(right: Right, method: &'static str, path: &'static str, status: u16, body: Option<Value>) -> Example {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let (path, object) = path.split_once(" = ").unwrap_or((path, ""));
    Example { method, path, object, query, right, body, status }
}

fn get(path: &'static str) -> Example {
    of(Right::Owner, "GET", path, 200, None)
}

fn send(method: &'static str, path: &'static str, status: u16, body: Value) -> Example {
    of(Right::Owner, method, path, status, Some(body))
}

/// A webhook is anybody's to call and its sender's to sign: without a signature it says so.
fn unsigned(path: &'static str, status: u16) -> Example {
    of(Right::Anybody, "POST", path, status, Some(json!({ "CallSid": "CA1", "To": "+14155550100" })))
}

/// Every route there is. `path = object` says what its `{id}` is.
pub(super) fn examples() -> Vec<Example> {
    [reads(), operators(), writes(), strangers(), ends()].into_iter().flatten().collect()
}

fn reads() -> Vec<Example> {
    vec![
        get("/api/v1/auth/me"),
        get("/api/v1/billing/account"),
        get("/api/v1/payments/history"),
        get("/api/v1/payments/{id} = payment"),
        get("/api/v1/api-keys"),
        get("/api/v1/api-keys/{id} = key"),
        get("/api/v1/numbers"),
        get("/api/v1/numbers/search?countryCode=US"),
        get("/api/v1/numbers/pricing?countryCode=US"),
        get("/api/v1/numbers/countries"),
        get("/api/v1/numbers/area-codes?countryCode=US"),
        get("/api/v1/numbers/types"),
        get("/api/v1/numbers/{id} = number"),
        get("/api/v1/orders"),
        get("/api/v1/orders/{id} = order"),
        get("/api/v1/orders/{id}/status = order"),
        get("/api/v1/sessions"),
        get("/api/v1/sessions/{id} = session"),
        get("/api/v1/verifications"),
        get("/api/v1/verifications/services"),
        get("/api/v1/verifications/countries"),
        get("/api/v1/verifications/prices?serviceCode=tg&country=US"),
        get("/api/v1/verifications/{id} = verification"),
        get("/api/v1/verifications/{id}/stream = verification"),
    ]
}

fn writes() -> Vec<Example> {
    let key = json!({ "name": "another", "permissions": ["numbers:read"] });
    let say = json!({ "defaultAction": { "type": "say", "destination": "Hello." } });
    let session = json!({ "userId": "guest", "greetingText": "Hello." });
    vec![
        send("POST", "/api/v1/api-keys", 201, key),
        send("PUT", "/api/v1/numbers/{id} = number", 200, json!({ "notes": "mine" })),
        send("PATCH", "/api/v1/numbers/{id} = number", 200, json!({ "tags": ["mine"] })),
        send(
            "POST",
            "/api/v1/numbers/{id}/configure = number",
            200,
            json!({ "configuration": { "name": "main", "routingRules": say } }),
        ),
        send("POST", "/api/v1/numbers/purchase", 201, json!({ "numbers": [{ "phoneNumber": "$0" }] })),
        send(
            "POST",
            "/api/v1/orders",
            201,
            json!({ "items": [{ "type": "PHONE_NUMBER", "itemId": "$1", "quantity": 1 }] }),
        ),
        // Delivered: its owner may ask, and hears that it is too late.
        send("PUT", "/api/v1/orders/{id}/cancel = order", 409, json!({})),
        send("PATCH", "/api/v1/orders/{id}/cancel = order", 409, json!({})),
        send("POST", "/api/v1/payments/deposit", 201, json!({ "amount": 5, "paymentMethodId": "pm_card_visa" })),
        send("POST", "/api/v1/sessions", 201, session.clone()),
        send("POST", "/api/v1/sessions/create", 201, session.clone()),
        send("POST", "/sessions/create", 201, session),
        send("POST", "/api/v1/verifications", 201, json!({ "serviceCode": "tg", "country": "US" })),
        // A text has come, and one more may.
        of(Right::Owner, "POST", "/api/v1/verifications/{id}/resend = verification", 200, None),
        send("POST", "/api/v1/sessions/{id}/extend = session", 200, json!({ "minutes": 5 })),
    ]
}

fn operators() -> Vec<Example> {
    let operator = |method, path, status, body| of(Right::Operator, method, path, status, body);
    vec![
        operator("GET", "/api/v1/admin/pool/numbers", 200, None),
        operator("GET", "/api/v1/admin/pool/numbers/{id} = pool number", 200, None),
        operator("POST", "/api/v1/admin/pool/numbers", 201, Some(json!({ "countryCode": "US", "quantity": 1 }))),
        operator("POST", "/api/v1/admin/pool/numbers/{id}/drain = pool number", 200, None),
        operator("DELETE", "/api/v1/admin/pool/numbers/{id} = pool number", 200, None),
        operator("GET", "/api/v1/admin/jobs", 200, None),
        operator("POST", "/api/v1/admin/jobs/{name}/run = job", 202, None),
        operator("GET", "/api/v1/admin/orders?type=PHONE_NUMBER&status=COMPLETED", 200, None),
        operator("GET", "/api/v1/admin/orders/{id} = order", 200, None),
        operator("POST", "/api/v1/admin/orders/{id}/cancel = order", 409, None),
        operator("POST", "/api/v1/admin/orders/{id}/refund = order", 200, Some(json!({ "reason": "It was noisy." }))),
        operator("GET", "/api/v1/admin/providers", 200, None),
        operator("GET", "/api/v1/admin/providers/{name} = provider", 200, None),
        operator("PUT", "/api/v1/admin/providers/{name} = provider", 200, Some(json!({ "priority": 5 }))),
        operator("PATCH", "/api/v1/admin/providers/{name} = provider", 200, Some(json!({ "isEnabled": true }))),
        operator("POST", "/api/v1/admin/providers/{name}/test = provider", 200, None),
        operator(
            "POST",
            "/api/v1/admin/verifications/{id}/reveal = verification",
            200,
            Some(json!({ "reason": "Its owner disputes it." })),
        ),
        operator("GET", "/api/v1/admin/pricing-rules", 200, None),
        operator("POST", "/api/v1/admin/pricing-rules", 201, Some(pricing_rule())),
        operator("GET", "/api/v1/admin/pricing-rules/{id} = pricing rule", 200, None),
        operator("PUT", "/api/v1/admin/pricing-rules/{id} = pricing rule", 200, Some(json!({ "priority": 5 }))),
        operator("PATCH", "/api/v1/admin/pricing-rules/{id} = pricing rule", 200, Some(json!({ "country": null }))),
        operator("DELETE", "/api/v1/admin/pricing-rules/{id} = pricing rule", 200, None),
        operator("GET", "/api/v1/admin/audit", 200, None),
        operator("GET", "/api/v1/admin/orphans", 200, None),
        operator(
            "POST",
            "/api/v1/admin/orphans/{id}/resolve = orphan",
            200,
            Some(json!({ "note": "Released there." })),
        ),
    ]
}

/// A rule that changes no price.
pub(super) fn pricing_rule() -> Value {
    json!({ "product": "VERIFICATION", "serviceCode": "tg", "profitType": "FIXED", "profitValue": 1, "isActive": false })
}

fn strangers() -> Vec<Example> {
    let anybody = |method, path, status, body| of(Right::Anybody, method, path, status, Some(body));
    let new = json!({ "email": "new@example.com", "password": "Test123!", "firstName": "New", "lastName": "User" });
    vec![
        anybody("POST", "/api/v1/auth/register", 201, new),
        anybody("POST", "/api/v1/auth/login", 200, json!({ "email": "new@example.com", "password": "Test123!" })),
        anybody("POST", "/api/v1/auth/refresh", 401, json!({ "refreshToken": "nobody's" })),
        of(Right::Anybody, "GET", "/api/v1/sandbox", 200, None),
        of(Right::Anybody, "GET", "/api/v1/sandbox/clock", 200, None),
        anybody("POST", "/api/v1/sandbox/clock", 200, json!({ "advanceSeconds": 0 })),
        // Nobody has rented it.
        anybody("POST", "/api/v1/sandbox/sms", 404, json!({ "to": "+14155550100" })),
        // A protocol with answers of its own, which asks for the key itself.
        of(Right::Anybody, "GET", "/stubs/handler_api.php?action=getBalance&api_key=wrong", 200, None),
        of(Right::Anybody, "POST", "/stubs/handler_api.php?action=getBalance&api_key=wrong", 200, None),
        unsigned("/api/v1/webhooks/twilio/voice", 403),
        unsigned("/api/v1/webhooks/twilio/dialled", 403),
        unsigned("/api/v1/webhooks/twilio/status", 403),
        unsigned("/twilio/incoming-call", 403),
        unsigned("/api/v1/webhooks/textverified", 403),
        // The market's protocol says in words that a key is missing.
        of(Right::Anybody, "GET", "/stubs/handler_api.php?action=getBalance", 200, None),
        of(Right::Anybody, "POST", "/stubs/handler_api.php?action=getBalance", 200, None),
        unsigned("/api/v1/payments/webhook", 400),
        unsigned("/api/v1/webhooks/stripe/payment", 400),
    ]
}

/// What cannot be undone comes last.
fn ends() -> Vec<Example> {
    vec![
        of(Right::Owner, "POST", "/api/v1/sessions/{id}/expire = session", 200, None),
        of(Right::Owner, "POST", "/sessions/{id}/expire = session", 200, None),
        // Paid for: its renter may ask, and hears that it is too late.
        of(Right::Owner, "POST", "/api/v1/verifications/{id}/cancel = verification", 409, None),
        of(Right::Owner, "POST", "/api/v1/verifications/{id}/report = verification", 409, None),
        of(Right::Owner, "DELETE", "/api/v1/numbers/{id} = number", 200, None),
        of(Right::Owner, "DELETE", "/api/v1/api-keys/{id} = key", 200, None),
        of(Right::Passing, "POST", "/api/v1/auth/logout", 200, None),
    ]
}
