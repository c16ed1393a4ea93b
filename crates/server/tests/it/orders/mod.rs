//! An order whose process dies, or is taken for dead, at each step: delivered and paid for, or the money is back
//! (docs/product.md, laws 3 to 6).

mod again;
mod crashes;
mod gadgets;
