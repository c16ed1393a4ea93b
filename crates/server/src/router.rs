//! Every route on one page, with what it needs of its caller and the limit it counts against.

use app::{
    auth, keys,
    market::{self, Market},
    numbers::{self, http::NumbersApi},
    offers, operators, orders, payments,
    sessions::{self, http::admin::PoolApi},
    verifications::{self, http::VerificationsApi},
    voice,
    web::{Gate, LayerConfig, Limit, Needs, Role, RouteRule, Routes, layers, openapi},
};
use axum::{Router, http::HeaderValue};
use utoipa::openapi::OpenApi;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

use crate::{compose::App, sandbox, system};

const BASE: &str = "/api/v1";
const LOGIN: Needs = Needs::Login;
const ANYBODY: Needs = Needs::Nobody;
const OPERATOR: Needs = Needs::Operator(Role::Admin);

const fn may(permission: &'static str) -> Needs {
    Needs::Permission(permission)
}

fn auth(gate: &Gate) -> Routes<auth::Auth> {
    Routes::new(gate)
        .add(ANYBODY, Limit::Auth, routes!(auth::http::register))
        .add(ANYBODY, Limit::Auth, routes!(auth::http::login))
        .add(ANYBODY, Limit::Default, routes!(auth::http::refresh))
        .add(LOGIN, Limit::Default, routes!(auth::http::logout))
        .add(LOGIN, Limit::Default, routes!(auth::http::me))
}

fn keys(gate: &Gate) -> Routes<keys::Keys> {
    Routes::new(gate)
        .add(may("keys:write"), Limit::Default, routes!(keys::http::create))
        .add(may("keys:read"), Limit::Default, routes!(keys::http::list))
        .add(may("keys:read"), Limit::Default, routes!(keys::http::get))
        .add(may("keys:write"), Limit::Default, routes!(keys::http::revoke))
}

fn offers(gate: &Gate) -> Routes<offers::Offers> {
    Routes::new(gate)
        .add(may("numbers:read"), Limit::Search, routes!(offers::http::search))
        .add(may("numbers:read"), Limit::Default, routes!(offers::http::pricing))
        .add(may("numbers:read"), Limit::Default, routes!(offers::http::countries))
        .add(may("numbers:read"), Limit::Default, routes!(offers::http::area_codes))
        .add(may("numbers:read"), Limit::Default, routes!(offers::http::types))
}

fn numbers(gate: &Gate) -> Routes<NumbersApi> {
    Routes::new(gate)
        .add(may("numbers:purchase"), Limit::Purchase, routes!(numbers::http::buy::purchase))
        .add(may("numbers:read"), Limit::Default, routes!(numbers::http::manage::list))
        .add(may("numbers:read"), Limit::Default, routes!(numbers::http::manage::show))
        .add(may("numbers:write"), Limit::Default, routes!(numbers::http::manage::update))
        .add(may("numbers:write"), Limit::Default, routes!(numbers::http::manage::configure))
        .add(may("numbers:write"), Limit::Default, routes!(numbers::http::manage::release))
}

fn orders(gate: &Gate) -> Routes<orders::Orders> {
    Routes::new(gate)
        .add(may("numbers:purchase"), Limit::Purchase, routes!(orders::http::order::create))
        .add(may("orders:read"), Limit::Default, routes!(orders::http::read::list))
        .add(may("orders:read"), Limit::Default, routes!(orders::http::read::show))
        .add(may("orders:read"), Limit::Default, routes!(orders::http::read::status))
        .add(may("orders:write"), Limit::Default, routes!(orders::http::order::cancel))
}

fn payments(gate: &Gate) -> Routes<payments::Payments> {
    Routes::new(gate)
        .add(may("payments:create"), Limit::Default, routes!(payments::http::deposit))
        .add(may("billing:read"), Limit::Default, routes!(payments::http::history))
        .add(may("billing:read"), Limit::Default, routes!(payments::http::show))
        .add(may("billing:read"), Limit::Default, routes!(payments::http::billing_account))
}

fn sessions(gate: &Gate) -> Routes<sessions::Sessions> {
    Routes::new(gate)
        .add(may("sessions:write"), Limit::Sessions, routes!(sessions::http::post))
        .add(may("sessions:read"), Limit::Default, routes!(sessions::http::list))
        .add(may("sessions:read"), Limit::Default, routes!(sessions::http::show))
        .add(may("sessions:write"), Limit::Default, routes!(sessions::http::extend))
        .merge(sessions_at_root(gate))
}

fn verifications(gate: &Gate) -> Routes<VerificationsApi> {
    Routes::new(gate)
        .add(may("verifications:write"), Limit::Purchase, routes!(verifications::http::order::create))
        .add(may("verifications:read"), Limit::Default, routes!(verifications::http::read::list))
        .add(may("verifications:write"), Limit::Default, routes!(verifications::http::order::cancel))
        .add(may("verifications:write"), Limit::Default, routes!(verifications::http::order::report))
        .add(may("verifications:write"), Limit::Default, routes!(verifications::http::order::resend))
}

/// Answers that may take their time: a look that waits for the text, and a stream.
fn live_verifications(gate: &Gate) -> Routes<VerificationsApi> {
    Routes::new(gate).add(may("verifications:read"), Limit::Default, routes!(verifications::http::read::show)).add(
        may("verifications:read"),
        Limit::Default,
        routes!(verifications::http::read::stream),
    )
}

/// The market's own protocol. Its API key stands in the query.
fn market_protocol_at_root(gate: &Gate) -> Routes<Market> {
    Routes::new(gate).add(ANYBODY, Limit::Unlimited, routes!(market::http::get, market::http::post))
}

fn supplier_webhooks(gate: &Gate) -> Routes<verifications::Verifications> {
    Routes::new(gate).add(ANYBODY, Limit::Unlimited, routes!(verifications::http::webhooks::text_verified))
}

/// What is served under the root too.
fn sessions_at_root(gate: &Gate) -> Routes<sessions::Sessions> {
    Routes::new(gate).add(may("sessions:write"), Limit::Sessions, routes!(sessions::http::create)).add(
        may("sessions:write"),
        Limit::Default,
        routes!(sessions::http::expire),
    )
}

fn pool(gate: &Gate) -> Routes<PoolApi> {
    Routes::new(gate)
        .add(OPERATOR, Limit::Default, routes!(sessions::http::admin::list))
        .add(OPERATOR, Limit::Default, routes!(sessions::http::admin::show))
        .add(OPERATOR, Limit::Default, routes!(sessions::http::admin::drain))
        .add(OPERATOR, Limit::Default, routes!(sessions::http::admin::remove))
}

/// Buying many numbers takes longer than other requests may.
fn pool_purchases(gate: &Gate) -> Routes<PoolApi> {
    Routes::new(gate).add(OPERATOR, Limit::Default, routes!(sessions::http::admin::add))
}

fn operators(gate: &Gate) -> Routes<operators::Operators> {
    use operators::http::{audit, jobs, orders, orphans, pricing_rules, providers, verifications};
    Routes::new(gate)
        .add(OPERATOR, Limit::Default, routes!(pricing_rules::list, pricing_rules::create))
        .add(OPERATOR, Limit::Default, routes!(pricing_rules::show, pricing_rules::update, pricing_rules::remove))
        .add(OPERATOR, Limit::Default, routes!(jobs::list))
        .add(OPERATOR, Limit::Default, routes!(jobs::run))
        .add(OPERATOR, Limit::Default, routes!(orders::list))
        .add(OPERATOR, Limit::Default, routes!(orders::show))
        .add(OPERATOR, Limit::Default, routes!(orders::cancel))
        .add(OPERATOR, Limit::Default, routes!(orders::refund))
        .add(OPERATOR, Limit::Default, routes!(providers::list))
        .add(OPERATOR, Limit::Default, routes!(providers::show, providers::update))
        .add(OPERATOR, Limit::Default, routes!(providers::test))
        .add(OPERATOR, Limit::Default, routes!(verifications::reveal))
        .add(OPERATOR, Limit::Default, routes!(audit::list))
        .add(OPERATOR, Limit::Default, routes!(orphans::list))
        .add(OPERATOR, Limit::Default, routes!(orphans::resolve))
}

fn carrier_webhooks_at_root(gate: &Gate) -> Routes<voice::Voice> {
    Routes::new(gate).add(ANYBODY, Limit::Unlimited, routes!(voice::http::incoming_call))
}

fn processor_webhooks(gate: &Gate) -> Routes<payments::Payments> {
    Routes::new(gate).add(ANYBODY, Limit::Unlimited, routes!(payments::http::webhook)).add(
        ANYBODY,
        Limit::Unlimited,
        routes!(payments::http::stripe_webhook),
    )
}

fn carrier_webhooks(gate: &Gate) -> Routes<voice::Voice> {
    Routes::new(gate)
        .add(ANYBODY, Limit::Unlimited, routes!(voice::http::voice))
        .add(ANYBODY, Limit::Unlimited, routes!(voice::http::dialled))
        .add(ANYBODY, Limit::Unlimited, routes!(voice::http::status))
}

fn sandbox(gate: &Gate) -> Routes<sandbox::Sandbox> {
    Routes::new(gate)
        .add(Needs::Loopback, Limit::Unlimited, routes!(sandbox::show))
        .add(Needs::Loopback, Limit::Unlimited, routes!(sandbox::clock, sandbox::advance))
        .add(Needs::Loopback, Limit::Unlimited, routes!(sandbox::sms))
}

/// The pages that share the inner layers.
fn pages(app: &App) -> Routes {
    let gate = &app.gate;
    let mut pages = Routes::new(gate)
        .merge(auth(gate).with_state(app.auth.clone()))
        .merge(keys(gate).with_state(app.keys.clone()))
        .merge(offers(gate).with_state(app.offers.clone()))
        .merge(numbers(gate).with_state(app.numbers_api()))
        .merge(orders(gate).with_state(app.orders.clone()))
        .merge(payments(gate).with_state(app.payments.clone()))
        .merge(sessions(gate).with_state(app.sessions.clone()))
        .merge(pool(gate).with_state(app.pool_api()))
        .merge(operators(gate).with_state(app.operators.clone()))
        .merge(verifications(gate).with_state(app.verifications_api()));
    if let Some(state) = &app.sandbox {
        pages = pages.merge(sandbox(gate).with_state(state.clone()));
    }
    pages
}

/// Vendors' webhooks, and what waits for many vendors' answers: these run to their end whatever it takes.
fn unhurried(app: &App) -> Routes {
    let gate = &app.gate;
    Routes::new(gate)
        .merge(pool_purchases(gate).with_state(app.pool_api()))
        .merge(live_verifications(gate).with_state(app.verifications_api()))
        .merge(supplier_webhooks(gate).with_state(app.verifications.clone()))
        .merge(processor_webhooks(gate).with_state(app.payments.clone()))
        .merge(carrier_webhooks(gate).with_state(app.voice.clone()))
}

/// Everything that is served, in its layers.
pub fn serve(app: &App) -> Router {
    let config = LayerConfig {
        origins: app.config.http.frontends.iter().filter_map(|origin| HeaderValue::try_from(origin).ok()).collect(),
        https: app.public_base.scheme() == "https",
        ..LayerConfig::default()
    };
    let gate = &app.gate;
    let root = sessions_at_root(gate).with_state(app.sessions.clone());
    let (pages, mut document, _) = Routes::new(gate).nest(BASE, pages(app)).merge(root).into_parts();
    let root = carrier_webhooks_at_root(gate)
        .with_state(app.voice.clone())
        .merge(market_protocol_at_root(gate).with_state(app.market()));
    let (unhurried, described, _) = Routes::new(gate).nest(BASE, unhurried(app)).merge(root).into_parts();
    document.merge(described);
    let document =
        openapi::finish(document, env!("CARGO_PKG_VERSION"), Some(app.public_base.as_str().trim_end_matches('/')));
    let browsable = Router::from(SwaggerUi::new("/docs").url(format!("{BASE}/openapi.json"), document));
    let router =
        layers::short(pages.merge(browsable), &config).merge(unhurried).merge(system::routes(app.system.clone()));
    layers::common(router, &config, &app.kernel.ambient)
}

/// The document that is served, for a reader without a server.
pub fn document() -> OpenApi {
    let gate = Gate::closed();
    let mut document = OpenApi::default();
    for (described, _) in described(&gate) {
        document.merge(described);
    }
    openapi::finish(document, env!("CARGO_PKG_VERSION"), None)
}

/// Every operation with its rules, for the test that walks them all.
pub fn rules() -> Vec<RouteRule> {
    described(&Gate::closed()).into_iter().flat_map(|(_, rules)| rules).collect()
}

fn described(gate: &Gate) -> Vec<(OpenApi, Vec<RouteRule>)> {
    fn parts<S: Clone + Send + Sync + 'static>(gate: &Gate, routes: Routes<S>) -> (OpenApi, Vec<RouteRule>) {
        at_root(Routes::new(gate).nest(BASE, routes))
    }
    fn at_root<S: Clone + Send + Sync + 'static>(routes: Routes<S>) -> (OpenApi, Vec<RouteRule>) {
        let (_, document, rules) = routes.into_parts();
        (document, rules)
    }
    vec![
        parts(gate, auth(gate)),
        parts(gate, keys(gate)),
        parts(gate, offers(gate)),
        parts(gate, numbers(gate)),
        parts(gate, orders(gate)),
        parts(gate, payments(gate)),
        parts(gate, sessions(gate)),
        parts(gate, pool(gate)),
        parts(gate, operators(gate)),
        parts(gate, pool_purchases(gate)),
        parts(gate, verifications(gate)),
        parts(gate, live_verifications(gate)),
        parts(gate, supplier_webhooks(gate)),
        at_root(sessions_at_root(gate)),
        at_root(carrier_webhooks_at_root(gate)),
        at_root(market_protocol_at_root(gate)),
        parts(gate, processor_webhooks(gate)),
        parts(gate, carrier_webhooks(gate)),
        parts(gate, sandbox(gate)),
    ]
}
