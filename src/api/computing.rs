//! Reading and comparing bodies: work that takes as long as what was sent decides, on as many threads as there are processors.
//!
//! **Context.** Each of these may take a second of a processor and tens of megabytes, and whoever asks for a hundred at once gets no more
//! done by it. **Decision.** So many at once as there are processors; the others wait in line, where they hold what they sent, which is
//! in the budget of unfinished requests, and nothing else. **Consequence.** Reads are answered beside it, and memory stays in bounds.

use std::{sync::LazyLock, thread};

use tokio::sync::Semaphore;

use crate::{domain::Error, store};

static PLACES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(thread::available_parallelism().map_or(1, usize::from)));

/// Do this when it is its turn, where nobody else is kept waiting by it. Who hangs up before gives up the place.
///
/// # Errors
/// Those of `work`; [`Error::Internal`] when it panics.
pub(in crate::api) async fn compute<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    let place = PLACES.acquire().await.map_err(Error::internal)?;
    store::aside(move || {
        let done = work();
        drop(place);
        done
    })
    .await
}
