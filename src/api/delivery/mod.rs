//! Delivery over HTTP: public, read-only.

pub mod articles;
pub mod collections;
pub mod listening;
pub mod media;
pub mod menus;
pub mod names;
pub mod pages;
pub mod preview;
pub mod resolve;
pub mod serve;
pub mod site;
