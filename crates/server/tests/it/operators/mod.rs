//! What operators do, over HTTP.

mod audited;
mod credentials;
mod keeping;

use crate::support::{api::Api, product::Product};

/// The operator of this product.
fn operator(product: &Product) -> Api {
    product.api.bearing(product.sandbox["admin"]["apiKey"].as_str().expect("a key"))
}
