//! A slice's routes, by how they are served.

use axum::Router;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::UtoipaMethodRouter;

use super::{
    gate::{Gate, Needs},
    limit::Limit,
    routes::{RouteRule, Routes},
};

/// Where the API is.
const BASE: &str = "/api/v1";

/// The routes of one slice or of several. Most are served under the API's base and within the time a request has;
/// vendors' webhooks, and what waits for somebody outside, run to their end, and some are known under the root too.
pub struct Pages<S = ()> {
    hurried: Routes<S>,
    unhurried: Routes<S>,
    root: Routes<S>,
    root_unhurried: Routes<S>,
}

/// What is served, and how it is described.
pub struct Served {
    /// What ends within the time that a request has.
    pub hurried: Router,
    /// What takes its time.
    pub unhurried: Router,
    /// The document of both.
    pub document: OpenApi,
}

impl<S: Clone + Send + Sync + 'static> Pages<S> {
    /// No routes yet, behind this gate.
    pub fn new(gate: &Gate) -> Self {
        let (based, at_root) = (|| Routes::under(BASE, gate), || Routes::new(gate));
        Self { hurried: based(), unhurried: based(), root: at_root(), root_unhurried: at_root() }
    }

    /// Adds what `routes!` collected, with what it needs of its caller and the limit it counts against.
    #[must_use]
    pub fn add(mut self, needs: Needs, limit: Limit, routes: UtoipaMethodRouter<S>) -> Self {
        self.hurried = self.hurried.add(needs, limit, routes);
        self
    }

    /// The same, run to its end whatever it takes.
    #[must_use]
    pub fn add_unhurried(mut self, needs: Needs, limit: Limit, routes: UtoipaMethodRouter<S>) -> Self {
        self.unhurried = self.unhurried.add(needs, limit, routes);
        self
    }

    /// The same as [`Pages::add`], under the root.
    #[must_use]
    pub fn add_at_root(mut self, needs: Needs, limit: Limit, routes: UtoipaMethodRouter<S>) -> Self {
        self.root = self.root.add(needs, limit, routes);
        self
    }

    /// The same as [`Pages::add_unhurried`], under the root.
    #[must_use]
    pub fn add_at_root_unhurried(mut self, needs: Needs, limit: Limit, routes: UtoipaMethodRouter<S>) -> Self {
        self.root_unhurried = self.root_unhurried.add(needs, limit, routes);
        self
    }

    /// Adds another slice's pages.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            hurried: self.hurried.merge(other.hurried),
            unhurried: self.unhurried.merge(other.unhurried),
            root: self.root.merge(other.root),
            root_unhurried: self.root_unhurried.merge(other.root_unhurried),
        }
    }

    /// The same pages with their state, so that those of several slices can be merged.
    #[must_use]
    pub fn with_state(self, state: S) -> Pages {
        Pages {
            hurried: self.hurried.with_state(state.clone()),
            unhurried: self.unhurried.with_state(state.clone()),
            root: self.root.with_state(state.clone()),
            root_unhurried: self.root_unhurried.with_state(state),
        }
    }

    /// The document, and every operation with its rules.
    pub fn describe(self) -> (OpenApi, Vec<RouteRule>) {
        let (hurried, unhurried) = self.by_pace();
        let (_, mut document, mut rules) = hurried.into_parts();
        let (_, more, more_rules) = unhurried.into_parts();
        document.merge(more);
        rules.extend(more_rules);
        (document, rules)
    }

    fn by_pace(self) -> (Routes<S>, Routes<S>) {
        (self.root.merge(self.hurried), self.root_unhurried.merge(self.unhurried))
    }
}

impl Pages {
    /// What is served.
    pub fn serve(self) -> Served {
        let (hurried, unhurried) = self.by_pace();
        let (hurried, mut document, _) = hurried.into_parts();
        let (unhurried, more, _) = unhurried.into_parts();
        document.merge(more);
        Served { hurried, unhurried, document }
    }
}
