//! Number sessions: lent once at a time, ended once, never by somebody else's hand.

mod calls;
mod ends;
mod killed;
mod lending;
mod pool;
mod stock;
