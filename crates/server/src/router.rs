//! Every slice's routes, put together; what each route needs of its caller stands in the slice's `routes.rs`.

use std::sync::{Arc, LazyLock};

use app::{
    auth, keys, market, numbers, offers, operators, orders, payments, sessions, verifications, voice,
    web::{Gate, LayerConfig, Pages, RouteRule, layers, openapi},
};
use axum::{
    Router,
    body::Bytes,
    http::{HeaderValue, header::CONTENT_TYPE},
    routing::get,
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::SwaggerUi;

use crate::{compose::App, home, sandbox, system};

/// Where the document is.
const DOCUMENT: &str = "/api/v1/openapi.json";

/// The slices, a line each: their routes, and what these work with.
fn slices(table: Table<'_>) -> Table<'_> {
    table
        .slice(auth::routes, |app| app.auth.clone())
        .slice(keys::routes, |app| app.keys.clone())
        .slice(offers::routes, |app| app.offers.clone())
        .slice(numbers::routes, App::numbers_api)
        .slice(orders::routes, |app| app.orders.clone())
        .slice(payments::routes, |app| app.payments.clone())
        .slice(verifications::routes, App::verifications_api)
        .slice(market::routes, App::market)
        .slice(sessions::routes, |app| app.sessions.clone())
        .slice(sessions::pool_routes, App::pool_api)
        .slice(voice::routes, |app| app.voice.clone())
        .slice(operators::routes, |app| app.operators.clone())
        .slice_if(sandbox::routes, |app| app.sandbox.clone())
}

/// What is gathered of the slices: to serve an app, or without one only to be described.
struct Table<'a> {
    gate: Gate,
    app: Option<&'a App>,
    pages: Pages,
    described: Vec<(OpenApi, Vec<RouteRule>)>,
}

impl<'a> Table<'a> {
    fn of(app: &'a App) -> Self {
        Self { gate: app.gate.clone(), app: Some(app), pages: Pages::new(&app.gate), described: Vec::new() }
    }

    fn described() -> Self {
        let gate = Gate::closed();
        Self { pages: Pages::new(&gate), gate, app: None, described: Vec::new() }
    }

    fn slice<S: Send + Sync + 'static>(self, routes: fn(&Gate) -> Pages<Arc<S>>, state: fn(&App) -> S) -> Self {
        let state = self.app.map(state);
        self.with(routes, state)
    }

    /// A slice that not every process has.
    fn slice_if<S: Send + Sync + 'static>(
        self,
        routes: fn(&Gate) -> Pages<Arc<S>>,
        state: fn(&App) -> Option<S>,
    ) -> Self {
        let state = self.app.and_then(state);
        self.with(routes, state)
    }

    fn with<S: Send + Sync + 'static>(mut self, routes: fn(&Gate) -> Pages<Arc<S>>, state: Option<S>) -> Self {
        let pages = routes(&self.gate);
        match (self.app, state) {
            // Each layer around a handler copies its state for each request, and a slice has dozens of parts.
            (Some(_), Some(state)) => self.pages = self.pages.merge(pages.with_state(Arc::new(state))),
            (Some(_), None) => {}
            (None, _) => self.described.push(pages.describe()),
        }
        self
    }
}

/// Everything that is served, in its layers.
pub fn serve(app: &App) -> Router {
    let config = LayerConfig {
        origins: app.config.http.frontends.iter().filter_map(|origin| HeaderValue::try_from(origin).ok()).collect(),
        https: app.public_base.scheme() == "https",
        ..LayerConfig::default()
    };
    let served = slices(Table::of(app)).pages.serve();
    let base = app.public_base.as_str().trim_end_matches('/').to_owned();
    let browser = SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from(DOCUMENT));
    let browsable = described(served.document, base.clone()).merge(browser).merge(home::routes(base));
    let router = layers::short(served.hurried.merge(browsable), &config)
        .merge(served.unhurried)
        .merge(system::routes(app.system.clone()));
    layers::common(router, &config, &app.kernel.ambient)
}

/// The document, finished when it is first asked for: that takes longer than much of the start.
fn described(document: OpenApi, base: String) -> Router {
    let finished = Arc::new(LazyLock::new(move || {
        let document = openapi::finish(document, env!("CARGO_PKG_VERSION"), Some(&base));
        Bytes::from(serde_json::to_vec(&document).expect("a document of ours is JSON"))
    }));
    let show = move || {
        let finished = Arc::clone(&finished);
        async move { ([(CONTENT_TYPE, "application/json")], Bytes::clone(&finished)) }
    };
    Router::new().route(DOCUMENT, get(show))
}

/// The document that is served, for a reader without a server.
pub fn document() -> OpenApi {
    let mut document = OpenApi::default();
    for (described, _) in slices(Table::described()).described {
        document.merge(described);
    }
    openapi::finish(document, env!("CARGO_PKG_VERSION"), None)
}

/// Every operation with its rules, for the test that walks them all.
pub fn rules() -> Vec<RouteRule> {
    slices(Table::described()).described.into_iter().flat_map(|(_, rules)| rules).collect()
}
