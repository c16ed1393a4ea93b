//! Every route asks its caller what it says it asks (docs/product.md, laws 8 and 14).

mod credentials;
mod routes;
mod table;
