//! Dateline, a headless CMS for multilingual newsrooms.
//!
//! The house, from the top; an import goes down only, and `tests/house.rs` holds it:
//!
//! ```text
//! main → cli → app, config → api | workers → desk | delivery | openid | media | fetching | speech → store | search → access → domain
//! ```
//!
//! - [`cli`]: the commands, and where the clock and the randomness of production come from.
//! - [`app`], [`config`]: the service, built once for `serve` and for tests; its settings.
//! - [`api`]: HTTP in and out.
//! - [`workers`]: what the server does by itself, such as publishing when an instant has come.
//! - [`desk`]: what a newsroom does, one function per verb, and the only writer.
//! - [`delivery`]: what the public reads, made of live editions.
//! - [`openid`]: the newsroom's OpenID provider, whose word lets people in.
//! - [`media`]: looks into files of the media library, and makes renditions of pictures.
//! - [`fetching`]: the one way in which an address is asked that a request named.
//! - [`speech`]: who reads stories aloud: programs and services of others.
//! - [`search`]: the index that stories are found by, and queries over it.
//! - [`store`]: the only place that speaks SQL; `dialect` the only one where `SQLite` and `PostgreSQL` differ.
//! - [`access`]: who asks and what they may: `Permit`, `Granted`, `Visibility`, the policy table.
//! - [`domain`]: the words and rules of a newsroom, without clock, database or HTTP.
//!
//! `docs/house.md` draws it, and the way of a story through it.

pub mod access;
pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod delivery;
pub mod desk;
pub mod domain;
pub mod fetching;
pub mod media;
pub mod openid;
pub mod search;
pub mod speech;
pub mod store;
pub mod workers;
