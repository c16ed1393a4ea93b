//! Growth of the call log: a number rings, and a customer looks at one.

use std::sync::Arc;

use hyper::StatusCode;

use super::Plan;
use crate::{
    customers::ringing,
    grown::{self, Doing, Operation, Size, World},
    lab::{Lab, PRODUCT},
    load::Make,
    report::Section,
    statements::voice::NUMBERS,
    twilio::Caller,
};

/// How many of the lab's numbers ring; the others are looked at, so that their calls stay as many as they are.
const RINGING: u64 = NUMBERS / 2;

/// Runs the case.
pub(crate) async fn run(lab: &mut Lab, plan: Plan) -> anyhow::Result<Section> {
    let sizes = [
        Log { name: "100 000 calls", calls: 100_000, days: 60, numbers: 1_000, every: 10 },
        Log { name: "10 000 000 calls", calls: 10_000_000, days: 600, numbers: 5_000, every: 100 },
    ]
    .map(|log| Size { name: log.name, fill: log.fill() });
    let auth_token = lab.twins.auth_token();
    let ring = move |world: &World| -> Arc<Make> {
        let caller = Caller::of(world.address, auth_token.clone());
        Arc::new(move |_, call| caller.ring(&ringing(call % RINGING), call))
    };
    let sql = format!(
        "SELECT string_agg('num_' || replace(id::text, '-', ''), ',') FROM numbers \
         WHERE phone_number BETWEEN '{}' AND '{}'",
        ringing(RINGING),
        ringing(NUMBERS - 1)
    );
    let ids: Arc<[String]> = lab.admin.text_in(PRODUCT, sql).await?.split(',').map(str::to_owned).collect();
    let owner = lab.buyers[0].clone();
    let look = move |_: &World| -> Arc<Make> {
        let (owner, ids) = (owner.clone(), Arc::clone(&ids));
        Arc::new(move |_, n| owner.number(&ids[usize::try_from(n).expect("fits") % ids.len()]))
    };
    let operations = [
        Operation { name: "a number's details", doing: Doing::Asked(&look, StatusCode::OK), is_repeated: true },
        Operation { name: "a number rings", doing: Doing::Asked(&ring, StatusCode::OK), is_repeated: true },
    ];
    let section = Section {
        title: "Growth: the call log",
        about: "`GET /numbers/{id}` with its latest calls and the sums of two months, and the webhook of a number that \
                rings, by 256 at once. The account has 100 numbers with less than two calls a day each; the log goes back \
                60 days or 600, and a tenth or a hundredth of it is theirs. Of the others' numbers a few have most calls.",
        ratios: Vec::new(),
        variants: Vec::new(),
        figures: Vec::new(),
    };
    grown::run(lab, plan, sizes, &operations, section).await
}

/// A call log.
struct Log {
    name: &'static str,
    calls: u64,
    /// How far it goes back.
    days: u64,
    /// How many numbers others have.
    numbers: u64,
    /// Of so many calls one is for the lab's numbers.
    every: u64,
}

impl Log {
    fn fill(&self) -> String {
        let Self { name: _, calls, days, numbers, every } = self;
        format!(
            "INSERT INTO calls (id, account_id, number_id, carrier, carrier_sid, from_number, to_number, direction, status,
                 duration_seconds, cost, currency, started_at, ended_at, created_at)
             SELECT ('01800000' || lpad(n::text, 24, '0'))::uuid,
                 CASE WHEN n % {every} = 0 THEN account
                      ELSE ('01810000' || lpad((other / 3)::text, 24, '0'))::uuid END,
                 CASE WHEN n % {every} = 0 THEN ids[1 + n / {every} % {NUMBERS}]
                      ELSE ('01820000' || lpad(other::text, 24, '0'))::uuid END,
                 'twilio', 'CA' || {spread} || left(md5(n::text), 16),
                 '+1212555' || lpad((n % 10000)::text, 4, '0'), '+1415530' || lpad((other % 10000)::text, 4, '0'),
                 'INBOUND', 'COMPLETED', n % 300, 10200 * (1 + n % 300 / 60), 'USD', at, at + interval '2 min', at
             FROM generate_series(0::bigint, {calls} - 1) AS n,
                 (SELECT array_agg(id ORDER BY phone_number) AS ids, min(account_id::text)::uuid AS account FROM numbers
                  WHERE phone_number LIKE '+1415530%') AS theirs,
                 LATERAL (SELECT floor({numbers} * power((n * 7919 % 1000003) / 1000003.0, 3))::bigint AS other,
                     now() - interval '1 day' * {days} * (1 - n / {calls}.0) AS at) AS drawn;",
            spread = grown::spread(*calls),
        )
    }
}
