//! The binary's parts: configuration, composition, routes, roles, commands.

pub mod commands;
pub mod compose;
pub mod config;
mod home;
mod logins;
pub mod logs;
pub mod roles;
pub mod router;
pub mod sandbox;
mod settings;
pub mod system;
pub mod twins;
mod vendors;
mod welcome;
