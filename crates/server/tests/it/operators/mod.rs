//! What operators do, over HTTP.

mod credentials;
