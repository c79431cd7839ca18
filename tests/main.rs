//! The suite: one file per capability, every story told on `SQLite` and on `PostgreSQL`.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[macro_use]
mod support;

mod addresses;
mod ahead;
mod archive;
mod bad_input;
mod beside;
mod bulk;
mod bundles;
mod caching;
mod care;
mod carried;
mod checking;
mod clients;
mod command_line;
mod contract;
mod degraded;
mod demo;
mod driving;
mod embargo;
mod enduring;
mod erasing;
mod faces;
mod flooding;
mod guessing;
mod house;
mod instants;
mod interleaving;
mod keeping_up;
mod listing;
mod long_answers;
mod long_lists;
mod naming;
mod objects;
mod pages;
mod permissions;
mod pipelining;
mod previewing;
mod publishing;
mod purging;
mod reading;
mod repeating;
mod resolving;
mod reviewing;
mod revising;
mod rules;
mod scheduling;
mod schema;
mod scopes;
mod sessions;
mod sets;
mod shaping;
mod snapshots;
mod starting;
mod statements;
mod stopping;
mod story;
mod translating;
mod trying_again;
mod turns;
mod users;
mod verbatim;
mod within_grants;
