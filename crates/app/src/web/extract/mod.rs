//! What handlers take as arguments, each checked and refused in the API's own words.

mod body;
mod idempotency_key;
mod path;
mod query;

pub(super) use body::BodyLimit;
pub use body::{Body, Options};
pub use idempotency_key::{IDEMPOTENCY_KEY, IdempotencyKey};
pub use path::{PathId, PathText};
pub use query::{CURSOR_ORDER, Numbered, PageNumberQuery, PageQuery, Paged, Query};
