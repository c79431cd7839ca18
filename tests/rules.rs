//! Rules of the domain, told without a database.

mod bodies;
mod cursors;
mod instants;
mod locales;
mod paths;
mod slugs;
mod standing;
mod story;
mod urls;
mod users;
