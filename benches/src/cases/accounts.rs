//! Growth of the accounts: a request with an API key, and a login.

use std::sync::Arc;

use app::keys::{Environment, KeySecret};
use hyper::StatusCode;
use serde_json::json;
use vocab::{Ambient, ExposeSecret};

use super::Plan;
use crate::{
    grown::{self, Doing, Operation, Size, World},
    http::{get, post},
    lab::Lab,
    load::Make,
    report::Section,
};

/// Whose keys ask, spread evenly over all accounts.
const ASKING: u64 = 1_000;
/// How many keys each of these has. The product remembers a key for three seconds: together they are more than are
/// used in that time.
const KEYS: u64 = 20;

/// Runs the case.
pub(crate) async fn run(lab: &mut Lab, plan: Plan) -> anyhow::Result<Section> {
    let ambient = Ambient::system();
    let secrets: Vec<KeySecret> = (0..ASKING * KEYS).map(|_| KeySecret::new(&ambient, Environment::Live)).collect();
    let sizes = [("1 000 accounts", 1_000), ("2 000 000 accounts", 2_000_000)]
        .map(|(name, accounts)| Size { name, fill: fill(accounts, &secrets) });
    let keys: Arc<[String]> = secrets.iter().map(|secret| secret.reveal().expose_secret().to_owned()).collect();
    let list = move |_: &World| -> Arc<Make> {
        let keys = Arc::clone(&keys);
        Arc::new(move |_, n| {
            let key = &keys[usize::try_from(n % (ASKING * KEYS)).expect("few")];
            get("/api/v1/numbers?limit=20", Some(key))
        })
    };
    let login = |_: &World| -> Arc<Make> {
        let who = json!({ "email": "buyer0@example.com", "password": "correct horse battery" });
        Arc::new(move |_, _| post("/api/v1/auth/login", None, &who))
    };
    let operations = [
        Operation { name: "list with an API key", doing: Doing::Asked(&list, StatusCode::OK), is_repeated: true },
        Operation { name: "login", doing: Doing::Asked(&login, StatusCode::OK), is_repeated: false },
    ];
    let section = Section {
        title: "Growth: accounts",
        about: "`GET /api/v1/numbers?limit=20` with 20 keys each of 1,000 accounts, asked so that hardly a key is still \
                remembered, by 256 at once: among 1,000 accounts and among 2,000,000, each with a user and a number. The \
                keys were used a moment ago, so that no use is noted. Of a login only the pages count: its CPU is the \
                password's.",
        ratios: Vec::new(),
        variants: Vec::new(),
        figures: Vec::new(),
    };
    grown::run(lab, plan, sizes, &operations, section).await
}

/// So many accounts, each with a user, a key and a number; and the keys that ask.
fn fill(accounts: u64, keys: &[KeySecret]) -> String {
    let apart = accounts / ASKING;
    let digests: Vec<String> =
        keys.iter().map(|key| key.digest().iter().map(|byte| format!("{byte:02x}")).collect::<String>()).collect();
    let digests = digests.join(",");
    format!(
        "INSERT INTO accounts (id, status, created_at, updated_at)
         SELECT {ID}, 'ACTIVE', {AT}, {AT} FROM generate_series(0::bigint, {accounts} - 1) AS n;
         INSERT INTO users (id, account_id, email, password_hash, first_name, last_name, platform_role, account_role,
             status, email_verified, marketing_consent, created_at, updated_at)
         SELECT {ID}, {ID}, {spread} || '@example.org', hash, 'Ada', 'Lovelace', 'USER', 'OWNER', 'ACTIVE', true,
             false, {AT}, {AT}
         FROM generate_series(0::bigint, {accounts} - 1) AS n,
             (SELECT password_hash AS hash FROM users WHERE email = 'buyer0@example.com') AS known;
         INSERT INTO api_keys (id, account_id, user_id, name, key_prefix, key_hash, permissions, last_used_at, created_at)
         SELECT {ID}, {ID}, {ID}, 'live', 'nl_live_' || left(md5(n::text), 8),
             decode({spread} || md5(n::text) || {spread}, 'hex'), '[\"*\"]',
             {AT}, {AT}
         FROM generate_series(0::bigint, {accounts} - 1) AS n;
         INSERT INTO api_keys (id, account_id, user_id, name, key_prefix, key_hash, permissions, last_used_at, created_at)
         SELECT ('{ASKS}' || lpad(k::text, 24, '0'))::uuid, {ID}, {ID}, 'asks', 'nl_live_asks', decode(digest, 'hex'),
             '[\"*\"]', now() + interval '1 hour', now()
         FROM regexp_split_to_table('{digests}', ',') WITH ORDINALITY AS told(digest, k),
             LATERAL (SELECT k % {ASKING} * {apart} AS n) AS whose;
         INSERT INTO numbers (id, account_id, order_id, item_id, phone_number, country_code, area_code, number_type,
             capabilities, status, status_since, carrier, carrier_sid, monthly_price, setup_price, currency, tags,
             total_calls, total_seconds, purchased_at, created_at, updated_at)
         SELECT {ID}, {ID}, {ID}, {ID}, '+1' || 2000000000 + n, 'US', '200', 'LOCAL', '[\"VOICE\", \"SMS\"]', 'ACTIVE',
             {AT}, 'twilio', 'PN' || {spread} || left(md5(n::text), 16), 1380000, 0, 'USD', '[]', 0, 0, {AT}, {AT}, {AT}
         FROM generate_series(0::bigint, {accounts} - 1) AS n;",
        spread = grown::spread(accounts),
    )
}

/// The id of the n-th account, of its user, its key and its number, each in its own table; as theirs grow with time.
const ID: &str = "('01800000' || lpad(n::text, 24, '0'))::uuid";
/// How the ids of the keys that ask begin.
const ASKS: &str = "01900003";
/// When the n-th came, the latest a day ago.
const AT: &str = "(now() - interval '1 day' - interval '10 s' * (2000000 - n))";
