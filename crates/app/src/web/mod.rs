//! The HTTP kernel: everything that routes share, and no route of its own.
//!
//! What a client sends is checked in [`extract`], what it gets back is shaped in [`envelope`],
//! [`list`] and [`error`], who it is and how often it may ask is decided by [`gate`], and
//! [`routes`] is how a slice declares its operations. No SQL
//! here but the one table of [`idempotency`].

pub mod caller;
mod check;
pub mod client;
mod code;
pub mod envelope;
pub mod error;
pub mod extract;
pub mod gate;
pub mod idempotency;
pub mod inbound;
pub mod layers;
mod leftover;
pub mod limit;
pub mod list;
pub mod openapi;
mod pages;
pub mod permission;
pub mod port;
pub mod routes;
pub mod scope;
pub(crate) mod spent;
pub mod time;

pub use caller::{AuthFailure, Authenticator, Caller, Role, Via};
pub use check::Input;
pub use client::{Client, TrustedProxies, public_urls};
pub use envelope::{Accepted, Answer, Created, Envelope, ErrorEnvelope, Meta, Ok200};
pub use error::{ApiError, ApiResult, ErrorCode, FieldError};
pub use extract::{
    Body, IdempotencyKey, Numbered, Options, PageNumberQuery, PageQuery, Paged, PathId, PathText, Query,
};
pub use gate::{Gate, Needs, NotAdmitted};
pub use layers::LayerConfig;
pub use limit::{InProcessLimiter, Limit, RateLimiter, RateLimits};
pub use list::{List, Pagination, SummarisedList};
pub use pages::{Pages, Served};
pub use permission::{Permission, Permissions};
pub use routes::{RouteRule, Routes};
pub use time::{Since, Timestamp, Until};

#[cfg(test)]
mod tests;
