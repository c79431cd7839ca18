//! The illustrator: draws pictures before anybody asks for them, where the site wants that, and what takes too long to be waited for.
//!
//! **Context.** A rendition is drawn when it is first asked for, which costs its first reader a moment, and AVIF takes seconds. **Decision.** Every instance follows the change
//! log, and draws what was published, one picture at a time; of two that are about to draw the same one does ([`Files`]). Nothing is noted anywhere: what was not drawn
//! because a server ended is drawn when it is asked for. **Consequence.** Readers find it drawn, and wait for none of it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::{
    Worker,
    projection::{Projection, Runner},
};
use crate::{
    delivery::media::given,
    domain::{
        Error,
        change::{Event, Subject},
        file::MediaKind,
        media::MediaId,
        rendition::RenditionFormat,
    },
    media::{
        files::Files,
        later::{Awaited, MOST},
    },
    store::{self, Store, Tx, changes::Span},
};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(250);
/// Pictures that are drawn before what was published meanwhile is looked at.
const A_ROUND: usize = 4;

/// What is to be drawn, as the change log tells it.
#[derive(Debug)]
struct Ahead {
    files: Arc<Files>,
}

impl Projection for Ahead {
    type Work = Vec<Awaited>;

    fn shown(&self) -> String {
        "what is to be drawn ahead".to_owned()
    }

    fn read(&self, tx: &mut Tx<'_>, span: &Span) -> Result<Vec<Awaited>, Error> {
        let renditions = &store::site::for_readers(tx)?.site.renditions;
        // Of what was published when nobody looked, each is drawn when it is asked for.
        let Some(changes) = span.changes.as_ref().filter(|_| renditions.drawn_ahead || !renditions.extra_formats.is_empty()) else {
            return Ok(Vec::new());
        };
        let (mut articles, mut items) = (Vec::new(), BTreeSet::new());
        for change in changes {
            match &change.subject {
                Subject::Translation(article, _) if change.event == Event::Published => articles.push(*article),
                Subject::Media(id) if matches!(change.event, Event::Revised | Event::Reinstated) => _ = items.insert(*id),
                _ => {}
            }
        }
        items.extend(store::media::pictures_of(tx, &articles)?);
        let formats: Vec<_> = renditions.formats().filter(|format| renditions.drawn_ahead || format.is_slow()).collect();
        let mut awaited = Vec::new();
        for id in items {
            // What more there is, is drawn when it is asked for.
            if awaited.len() < MOST {
                awaited.extend(of(tx, id, &formats)?);
            }
        }
        Ok(awaited)
    }

    fn apply(&self, _: &Span, awaited: Vec<Awaited>) -> Result<(), Error> {
        awaited.into_iter().for_each(|awaited| self.files.later().push(awaited));
        Ok(())
    }
}

/// All renditions of a picture in some formats; none of what readers are not given.
fn of(tx: &mut Tx<'_>, id: MediaId, formats: &[RenditionFormat]) -> Result<Vec<Awaited>, Error> {
    let given = match given(tx, id) {
        Err(Error::NotFound(_) | Error::Gone(_)) => return Ok(Vec::new()),
        given => given?,
    };
    let Some(size) = given.facts.size.filter(|_| given.facts.format.kind() == MediaKind::Image) else { return Ok(Vec::new()) };
    let renditions = &given.renditions;
    let ratios = std::iter::once(None).chain(renditions.ratios.iter().copied().map(Some));
    let presets: Vec<_> = ratios.flat_map(|ratio| renditions.of(size, ratio).map(|(preset, _)| preset)).collect();
    Ok(presets.iter().flat_map(|preset| formats.iter().map(|format| (id, *preset, *format))).collect())
}

/// What draws ahead.
#[derive(Debug)]
pub struct Illustrator {
    store: Store,
    files: Arc<Files>,
    runner: Runner<Ahead>,
}

impl Illustrator {
    /// One that follows the change log from its present end.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn new(store: Store, files: Arc<Files>) -> Result<Self, Error> {
        Ok(Self { runner: Runner::of_this_process(store.clone(), Ahead { files: files.clone() })?, store, files })
    }

    /// Note what was published, and draw some of what waits; whether more may wait.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails, or readers need all the room; [`Error::StorageUnavailable`]. What was not drawn waits on.
    pub fn run(&self) -> Result<bool, Error> {
        self.runner.run()?;
        for _ in 0..A_ROUND {
            let Some(awaited) = self.files.later().pop() else { return Ok(false) };
            if let Err(error) = self.draw(awaited) {
                self.files.later().put_back(awaited);
                return Err(error);
            }
            // Whoever ends the server waits for one of those at most.
            if awaited.2.is_slow() {
                break;
            }
        }
        Ok(true)
    }

    /// Draw what was to be drawn, as the item and the site are now: it may have been replaced or withdrawn, or the site may want it no more.
    fn draw(&self, (id, preset, format): Awaited) -> Result<(), Error> {
        match self.store.read_now(|tx| given(tx, id)) {
            Err(Error::NotFound(_) | Error::Gone(_)) => Ok(()),
            Ok(given) if !given.renditions.has(preset, format) => Ok(()),
            given => self.files.draw_ahead(given?.wanted(preset, format)?),
        }
    }
}

/// Draw ahead for as long as the worker lives.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database or the system fails at the start.
pub fn start(store: Store, files: Arc<Files>) -> Result<Worker, Error> {
    let illustrator = Illustrator::new(store, files)?;
    Worker::start_aside("illustrator", EVERY, move || illustrator.run().map(drop))
}
