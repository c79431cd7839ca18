//! Adds up how often stories were read, and what is read most.

use std::{sync::Arc, time::Duration};

use super::Worker;
use crate::{
    desk::views::{Views, rank},
    domain::{Error, views::Window},
    store::Store,
};

/// How often it adds: what a crash loses.
const EVERY: Duration = Duration::from_secs(5);

/// Add what was counted since the last time, and what is due of the rankings.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails; what was not added is added the next time.
pub fn add(store: &Store, views: &Views) -> Result<(), Error> {
    views.write(store)?;
    Window::ALL.iter().try_for_each(|window| rank(store, *window).map(drop))
}

/// Add for as long as the worker lives.
///
/// # Errors
/// [`Error::Internal`] when the system gives no thread.
pub fn start(store: Store, views: Arc<Views>) -> Result<Worker, Error> {
    Worker::start("view_counting", EVERY, move || add(&store, &views))
}
