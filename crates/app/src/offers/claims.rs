//! Who has which number. One number has one owner, whoever that is (product.md, law 9): a customer's order, a customer,
//! the operator's pool, or nobody while it cools down.

pub(crate) use super::sql::{adopt, claim, claiming, cool, give_up, held, leave, owning, pool, reserve, taken};
