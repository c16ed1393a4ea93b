//! The binary as a process: commands, stopping, and being killed.

mod commands;
mod first_minutes;
mod killed;
mod killed_renting;
mod stopping;
