//! Rented numbers whose suppliers go wrong: whatever happens, a customer has a code or the money, and what is gone from
//! our float is explained (docs/product.md, laws 3 to 6, 10, 16).

mod cancelling;
mod desk;
mod late;
mod limits;
mod more;
mod news;
mod outage;
mod purchases;
mod supply;
