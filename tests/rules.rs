//! Rules that are told without a database, most of them of the domain.

mod bodies;
mod cache_tags;
mod changes;
mod codings;
mod comparing;
mod content;
mod cursors;
mod facets;
mod instants;
mod locales;
mod memory;
mod networks;
mod paths;
mod policy;
mod precomputed;
mod preflight;
mod revisions;
mod secrets;
mod slugs;
mod standing;
mod story;
mod texts;
mod throttle;
mod urls;
mod users;
mod write_transaction;
