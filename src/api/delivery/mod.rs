//! Delivery over HTTP: public, and read-only but for views, which are counted.

pub mod articles;
pub mod collections;
pub mod listening;
pub mod media;
pub mod menus;
pub mod names;
pub mod pages;
pub mod preview;
pub mod resolve;
pub mod search;
pub mod serve;
pub mod site;
pub mod views;
