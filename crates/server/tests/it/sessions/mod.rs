//! Number sessions: lent once at a time, ended once, never by somebody else's hand.

mod calls;
mod ends;
mod lending;
mod pool;
mod stock;
