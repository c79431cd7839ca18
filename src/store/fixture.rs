//! A store for unit tests, in a folder of its own, at an instant that does not pass.

use std::{path::PathBuf, sync::Arc};

use super::{Limits, Options, Store};
use crate::domain::{Instant, id::Entropy, instant::Clock};

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant::from_micros(0)
    }
}

impl Entropy for FixedClock {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// An embedded store without tables that one reads and one writes, its folder, and the file in it.
pub(super) fn store(name: &str) -> (Store, PathBuf, PathBuf) {
    let folder = std::env::temp_dir().join(format!("dateline-test-{}-{name}", std::process::id()));
    let file = folder.join("still.db");
    let url = format!("sqlite://{}", file.display());
    let options = Options {
        url,
        readers: 1,
        writers: 1,
        clock: Arc::new(FixedClock),
        entropy: Arc::new(FixedClock),
        media_url: "http://127.0.0.1:8080/v1/media".to_owned(),
        limits: Limits::default(),
    };
    (Store::open(options).unwrap(), folder, file)
}
