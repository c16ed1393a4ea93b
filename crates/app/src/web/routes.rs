//! How routes are declared: each with what it needs of its caller and the limit it counts against.
//!
//! A slice's `http.rs` has the handlers; arguments are names in parentheses, because the document
//! is derived from them too:
//!
//! ```ignore
//! #[utoipa::path(get, path = "/numbers", params(NumberFilter, PageQuery), responses((status = 200, body = Envelope<List<NumberView>>)))]
//! async fn list(caller: Caller, Paged(filter, page): Paged<NumberFilter>) -> ApiResult<Ok200<List<NumberView>>> { … }
//! ```
//!
//! and its `routes.rs` has one line for each:
//!
//! ```ignore
//! Pages::new(gate).add(Permission("numbers:read"), Limit::Default, routes!(http::list))
//! ```

use std::{collections::BTreeMap, convert::Infallible, future::Future, pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    http::Method,
    middleware::from_fn_with_state,
    response::Response,
    routing::{MethodFilter, MethodRouter},
};
use tower::ServiceExt;
use utoipa::openapi::{OpenApi, Paths};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::{
    gate::{Gate, Guard, Needs, guard},
    limit::Limit,
    openapi,
};

/// One operation and its rules, for the test that walks them all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRule {
    /// The method.
    pub method: Method,
    /// The path as documented, with `{names}`.
    pub path: String,
    /// What it needs of its caller.
    pub needs: Needs,
    /// What it counts against.
    pub limit: Limit,
}

/// Routes that state their needs and their limit, with their documentation.
pub struct Routes<S = ()> {
    gate: Gate,
    base: &'static str,
    router: OpenApiRouter<S>,
    rules: Vec<RouteRule>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet, behind this gate.
    pub fn new(gate: &Gate) -> Self {
        Self::under("", gate)
    }

    /// The same, for paths under this one, as in `/api/v1`. A router that is nested in another would cut each request's
    /// path in two.
    pub fn under(base: &'static str, gate: &Gate) -> Self {
        Self { gate: gate.clone(), base, router: OpenApiRouter::default(), rules: Vec::new() }
    }

    /// Adds what `routes!` collected. The gate, the security requirement and the standard failures
    /// are added to each operation; a PUT answers to PATCH too.
    #[must_use]
    pub fn add(mut self, needs: Needs, limit: Limit, routes: UtoipaMethodRouter<S>) -> Self {
        let (schemas, mut paths, mut handlers) = routes;
        paths.paths = paths.paths.into_iter().map(|(path, item)| (format!("{}{path}", self.base), item)).collect();
        if paths.paths.values().any(|item| item.put.is_some() && item.patch.is_none()) {
            handlers = handlers.clone().on(MethodFilter::PATCH, PatchAsPut(handlers));
            openapi::alias_patch(&mut paths);
        }
        openapi::complete(&mut paths, needs, limit);
        self.rules.extend(rules(&paths, needs, limit));
        let guarded = Arc::new(Guard { gate: self.gate.clone(), needs, limit });
        let handlers = handlers.route_layer(from_fn_with_state(guarded, guard));
        self.router = self.router.routes((schemas, paths, handlers));
        self
    }

    /// Adds another page of routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.rules.extend(other.rules);
        self
    }

    /// The same routes with their state, so that pages of several slices can be merged.
    #[must_use]
    pub fn with_state(self, state: S) -> Routes {
        Routes { gate: self.gate, base: self.base, router: self.router.with_state(state), rules: self.rules }
    }

    /// The router, the document (see [`openapi::finish`]) and every operation's rules.
    pub fn into_parts(self) -> (Router<S>, OpenApi, Vec<RouteRule>) {
        let (router, document) = self.router.split_for_parts();
        (router, document, self.rules)
    }
}

fn rules(paths: &Paths, needs: Needs, limit: Limit) -> Vec<RouteRule> {
    let operations = paths.paths.iter().flat_map(|(path, item)| {
        let methods: BTreeMap<&str, bool> = [
            ("GET", item.get.is_some()),
            ("PUT", item.put.is_some()),
            ("POST", item.post.is_some()),
            ("DELETE", item.delete.is_some()),
            ("PATCH", item.patch.is_some()),
        ]
        .into();
        methods.into_iter().filter(|(_, present)| *present).map(move |(method, _)| (method, path.clone()))
    });
    let rule = |(method, path): (&str, String)| {
        let method = Method::from_bytes(method.as_bytes()).expect("one of the five above");
        RouteRule { method, path, needs, limit }
    };
    operations.map(rule).collect()
}

/// Serves PATCH by the handler of PUT: both merge (api-design.md, "Conventions").
#[derive(Clone)]
struct PatchAsPut<S>(MethodRouter<S, Infallible>);

impl<S: Clone + Send + Sync + 'static> Handler<(), S> for PatchAsPut<S> {
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, mut request: Request, state: S) -> Self::Future {
        *request.method_mut() = Method::PUT;
        let service = self.0.with_state::<()>(state);
        Box::pin(async move {
            match service.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        })
    }
}
