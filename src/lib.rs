//! Dateline.
pub mod access;
pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod delivery;
pub mod desk;
pub mod domain;
pub mod store;
