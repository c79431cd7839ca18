//! Dateline.
pub mod access;
pub mod api;
pub mod app;
pub mod delivery;
pub mod desk;
pub mod domain;
pub mod store;
