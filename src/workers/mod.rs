//! What the server does by itself: the scheduler now, followers of the change log to come.

pub mod scheduler;
