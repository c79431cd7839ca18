//! Counters and gauges of the parts of a server, for whoever watches it.

/// A part that counts what it does.
pub trait Measured {
    /// Tell each measure as it is now: its name, a label (empty where there is one value only), and its value.
    fn measure(&self, tell: &mut dyn FnMut(&'static str, &'static str, u64));
}
