//! Growth of the ledger: a charge, a look at the wallet, and the payments.

use std::sync::Arc;

use hyper::StatusCode;

use super::Plan;
use crate::{
    grown::{self, Doing, Operation, Size, World},
    http::Ask,
    lab::Lab,
    load::Make,
    report::Section,
    statements::ledger::WALLETS,
};

/// How many payments the account that asks has made.
const THEIRS: u64 = 100;

/// Runs the case.
pub(crate) async fn run(lab: &mut Lab, plan: Plan) -> anyhow::Result<Section> {
    let sizes = [
        Books { name: "100 000 entries", entries: 100_000, payments: 10_000, wallets: 1_000 },
        Books { name: "10 000 000 entries", entries: 10_000_000, payments: 1_000_000, wallets: 100_000 },
    ]
    .map(|books| Size { name: books.name, fill: books.fill() });
    let owner = lab.buyers[0].clone();
    let asks = |ask: Ask| {
        move |_: &World| -> Arc<Make> {
            let ask = ask.clone();
            Arc::new(move |_, _| ask.clone())
        }
    };
    let (wallet, payments) = (asks(owner.wallet()), asks(owner.payments()));
    let operations = [
        Operation { name: "a charge", doing: Doing::Posted, is_repeated: true },
        Operation { name: "the wallet", doing: Doing::Asked(&wallet, StatusCode::OK), is_repeated: true },
        Operation { name: "the payments", doing: Doing::Asked(&payments, StatusCode::OK), is_repeated: true },
    ];
    let section = Section {
        title: "Growth: the ledger",
        about: "A charge for a call on one of 1,000 wallets by 32 writers through the product's own ledger (no HTTP; the \
                server's CPU is that of their process); `GET /billing/account` and `GET /payments/history?limit=20` of an \
                account with 100 payments, by 256 at once. The ledger has 100,000 entries and 10,000 payments, or a hundred \
                times as many, all but a few of them of other accounts.",
        ratios: Vec::new(),
        variants: Vec::new(),
        figures: Vec::new(),
    };
    grown::run(lab, plan, sizes, &operations, section).await
}

/// A ledger with the payments that came in.
struct Books {
    name: &'static str,
    entries: u64,
    payments: u64,
    /// How many wallets others have; a few of them are charged most.
    wallets: u64,
}

impl Books {
    fn fill(&self) -> String {
        let Self { name: _, entries, payments, wallets } = self;
        let every = payments / THEIRS;
        format!(
            "INSERT INTO wallets (account_id, currency, code, balance, held, credit_limit, updated_at)
             SELECT {other}, 'USD', 'wallet:' || replace({other}::text, '-', ''), 1000000000, 0, 0, now()
             FROM generate_series(0, {wallets} - 1) AS other;
             INSERT INTO ledger_postings (id, kind, subject, period, account_id, note, created_at)
             SELECT {ID}, 'USAGE', {ID}::text, '', account, 'VOICE_MINUTES', now() - interval '5 s' * ({entries} - n)
             FROM {drawn};
             INSERT INTO ledger_entries (posting_id, line, debit, credit, amount, currency)
             SELECT {ID}, 1, 'wallet:' || replace(account::text, '-', ''), 'revenue:USAGE', 10200, 'USD'
             FROM {drawn};
             INSERT INTO payments (id, account_id, user_id, amount, currency, status, status_since, processor, reference,
                 opened_at, in_doubt, keep_method, created_at, updated_at, processed_at)
             SELECT {ID}, CASE WHEN n % {every} = 0 THEN theirs.account ELSE {payer} END,
                 CASE WHEN n % {every} = 0 THEN theirs.payer ELSE {payer} END, 20000000, 'USD', 'SUCCEEDED', at, 'STRIPE',
                 'pi_' || md5(n::text), at, false, false, at, at, at
             FROM generate_series(0::bigint, {payments} - 1) AS n,
                 (SELECT account_id AS account, id AS payer FROM users WHERE email = 'buyer0@example.com') AS theirs,
                 LATERAL (SELECT now() - interval '50 s' * ({payments} - n) AS at) AS came;",
            other = "('01810000' || lpad(other::text, 24, '0'))::uuid",
            payer = format!("('01810000' || lpad((n % {wallets})::text, 24, '0'))::uuid"),
            drawn = format!(
                "generate_series(0::bigint, {entries} - 1) AS n, LATERAL (SELECT CASE WHEN n % 100 = 0 \
                 THEN lpad((n / 100 % {WALLETS})::text, 32, '0')::uuid ELSE ('01810000' || \
                 lpad(floor({wallets} * power((n * 7919 % 1000003) / 1000003.0, 3))::text, 24, '0'))::uuid END \
                 AS account) AS whose"
            ),
        )
    }
}

/// The id of the n-th of anything; ids grow with time.
const ID: &str = "('01800000' || lpad(n::text, 24, '0'))::uuid";
