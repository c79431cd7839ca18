//! The speaker: has sound made of what is live, wherever its locale has a voice, and removes the files of sounds that nobody hears any more.
//!
//! Every instance follows the change log and notes what is to be made, each thing once however many note it ([`store::recordings`]); whichever comes first claims it. A story
//! at a time is spoken here: more instances speak more.

use std::{
    fs::File,
    io::{Read, Seek},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    Worker,
    projection::{Projection, Runner},
};
use crate::{
    access::Bookkeeping,
    desk::listening::{self, Speakable},
    domain::{
        Error,
        change::{Event, Subject},
        file::FileFormat,
        media::Digest,
        speech::{MOST_CHARACTERS, Sound},
        voice::Voice,
    },
    media::{
        Limits,
        files::Files,
        looking::{HEAD_BYTES, format_of, look_into},
        storage::{Incoming, Key},
    },
    speech::{Speech, Unspoken, Utterance},
    store::{
        self, Store, Tx,
        changes::Span,
        recordings::{Claim, Made, Place},
    },
};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(100);
/// Rounds after which it sweeps.
const SWEEPS: u32 = 100;
/// What is looked for at once.
const AT_ONCE: i64 = 200;
/// Stories that are spoken before what has come meanwhile is looked at, and what was dropped is swept.
const A_ROUND: i64 = 8;
/// Seconds that a claim lasts beyond what speaking and encoding may take.
const MARGIN: i64 = 120;
/// Seconds for which a file that was dropped is left alone: whoever is about to name one with the same bytes does so in far less.
pub const SPARED: i64 = 120;
/// How much of a file is copied at once, in bytes.
const PIECE: usize = 65_536;

/// What is noted to be made, as the change log tells it.
#[derive(Debug)]
pub struct Noting {
    store: Store,
    /// Whether all that is live is to be looked through: at the start, when a locale has changed, and when too much has.
    everything: AtomicBool,
}

impl Projection for Noting {
    type Work = Vec<Place>;

    fn shown(&self) -> String {
        "what is to be read aloud".to_owned()
    }

    fn read(&self, tx: &mut Tx<'_>, span: &Span) -> Result<Vec<Place>, Error> {
        let Some(changes) = span.changes.as_ref().filter(|_| span.last > span.after) else {
            self.everything.store(true, Ordering::Relaxed);
            return Ok(Vec::new());
        };
        if changes.iter().any(|change| matches!(change.subject, Subject::Locale(_))) {
            self.everything.store(true, Ordering::Relaxed);
        }
        let published = |event| matches!(event, Event::Published | Event::Voiced);
        let article = |subject: &Subject| if let Subject::Translation(article, _) = subject { Some(*article) } else { None };
        let articles: Vec<_> = changes.iter().filter(|c| published(c.event)).filter_map(|c| article(&c.subject)).collect();
        let voiced = listening::voiced(&*store::site::masthead(tx)?);
        store::recordings::missing(tx, &voiced, Some(&articles), i64::MAX)
    }

    fn apply(&self, _: &Span, asked: Vec<Place>) -> Result<(), Error> {
        self.keep(&asked)
    }
}

impl Noting {
    fn keep(&self, asked: &[Place]) -> Result<(), Error> {
        let Some((some, rest)) = asked.split_at_checked(asked.len().min(usize::try_from(AT_ONCE).unwrap_or(1))) else { return Ok(()) };
        if some.is_empty() {
            return Ok(());
        }
        self.store.write_now(&Bookkeeping, |tx| store::recordings::note(tx, some))?;
        self.keep(rest)
    }

    /// Look through all that is live, some at a time.
    fn look_through(&self) -> Result<(), Error> {
        if !self.everything.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let missing = |tx: &mut Tx<'_>| {
            let voiced = listening::voiced(&*store::site::masthead(tx)?);
            store::recordings::missing(tx, &voiced, None, AT_ONCE)
        };
        let done = self.store.read_now(missing).and_then(|missing| {
            self.keep(&missing)?;
            Ok(i64::try_from(missing.len()).unwrap_or(i64::MAX) < AT_ONCE)
        });
        if !matches!(done, Ok(true)) {
            self.everything.store(true, Ordering::Relaxed);
        }
        done.map(drop)
    }
}

/// What makes sound.
#[derive(Debug)]
pub struct Reader {
    store: Store,
    files: Arc<Files>,
    speech: Arc<Speech>,
    runner: Runner<Noting>,
}

/// What came of an attempt.
enum Outcome {
    /// Nothing is to be made.
    Nothing,
    /// It was made; of the same words in the same voice what was there is kept.
    Made(Made, Option<Sound>),
    /// It was not, for this reason; and whether that is for good.
    Not(Option<Digest>, String, bool),
}

impl Reader {
    /// One that follows the change log from its present end, and looks through all that is live.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn new(store: Store, files: Arc<Files>, speech: Arc<Speech>) -> Result<Self, Error> {
        let noting = Noting { store: store.clone(), everything: AtomicBool::new(true) };
        Ok(Self { runner: Runner::of_this_process(store.clone(), noting)?, store, files, speech })
    }

    /// Note what is to be made.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails.
    pub fn note(&self) -> Result<(), Error> {
        self.runner.run()?;
        if self.store.read_now(|tx| store::recordings::due(tx, 1))?.is_empty() { self.runner.projection().look_through() } else { Ok(()) }
    }

    /// Note what is to be made, and make what nobody else is at; how many attempts that were.
    ///
    /// # Errors
    /// [`Error::Busy`] and [`Error::Internal`] when the database fails; what was not done is done the next time.
    pub fn run(&self) -> Result<usize, Error> {
        self.note()?;
        let mut tried = 0;
        for place in self.store.read_now(|tx| store::recordings::due(tx, A_ROUND))? {
            let twice = i64::try_from(self.speech.limits.time.as_secs()).unwrap_or(i64::MAX).saturating_mul(2);
            let until = self.store.now().plus_seconds(twice.saturating_add(MARGIN));
            let claim = self.store.write_now(&Bookkeeping, |tx| store::recordings::claim(tx, place.clone(), until))?;
            if let Some(claim) = claim {
                tried += 1;
                self.fulfil(&claim)?;
                // Words that were published meanwhile are noted before the next story is spoken.
                self.note()?;
            }
        }
        Ok(tried)
    }

    fn fulfil(&self, claim: &Claim) -> Result<(), Error> {
        let outcome = match self.attempt(claim) {
            Ok(outcome) => outcome,
            Err(Error::StorageUnavailable(_)) => Outcome::Not(None, "the media store is away".to_owned(), false),
            Err(other) => return Err(other),
        };
        let (article, locale) = &claim.place;
        match outcome {
            Outcome::Nothing => self.store.write_now(&Bookkeeping, |tx| store::recordings::let_be(tx, claim)),
            Outcome::Made(made, sound) => {
                let kept = self.store.write_now(&Bookkeeping, |tx| store::recordings::made(tx, claim, made, sound.as_ref()))?;
                tracing::debug!(%article, locale = locale.as_str(), kept, "a story can be heard");
                Ok(())
            }
            Outcome::Not(wanted, why, for_good) => {
                let given_up = self.store.write_now(&Bookkeeping, |tx| store::recordings::failed(tx, claim, wanted, &why, for_good))?;
                tracing::warn!(%article, locale = locale.as_str(), why, given_up, "a story could not be read aloud");
                Ok(())
            }
        }
    }

    fn attempt(&self, claim: &Claim) -> Result<Outcome, Error> {
        let (article, locale) = &claim.place;
        let found = self.store.read_now(|tx| {
            let speakable = listening::speakable(tx, *article, locale)?;
            Ok((speakable, store::recordings::find(tx, *article, locale)?))
        });
        let (Some(Speakable { script, spoken, is_unsummed, voice: Some(voice) }), before) = found? else { return Ok(Outcome::Nothing) };
        if is_unsummed {
            self.store.write_now(&Bookkeeping, |tx| store::recordings::sum_up(tx, *article, locale, spoken))?;
        }
        let made = Made { spoken, script: script.digest(&voice) };
        if before.script == Some(made.script)
            && let Some(sound) = &before.sound
            && self.files.storage().open(&Key::Original(sound.digest.parse()?))?.is_some()
        {
            return Ok(Outcome::Made(made, None));
        }
        let characters = script.text().chars().count();
        if characters > MOST_CHARACTERS {
            let why = format!("the story has {characters} characters to be spoken; {MOST_CHARACTERS} are");
            return Ok(Outcome::Not(Some(spoken), why, true));
        }
        let utterance = Utterance { text: script.text(), voice: &voice.name, locale: locale.as_str() };
        match self.speak(&utterance, &voice)? {
            Ok(sound) => Ok(Outcome::Made(made, Some(sound))),
            Err(Unspoken(why)) => Ok(Outcome::Not(Some(spoken), why, false)),
        }
    }

    /// Speak and encode; the file is in the store then.
    fn speak(&self, utterance: &Utterance<'_>, voice: &Voice) -> Result<Result<Sound, Unspoken>, Error> {
        let mut said = self.files.begin()?;
        if let Err(why) = self.speech.speaker.speak(utterance, said.file()?, self.speech.limits) {
            return Ok(Err(why));
        }
        let mut duration_ms = None;
        if format_of(&said.head(HEAD_BYTES)?).is_ok_and(|format| format == FileFormat::Wav) {
            let looked = look_into(said.file()?, FileFormat::Wav, &Limits::default());
            duration_ms = looked.ok().and_then(|facts| facts.duration_ms);
            if duration_ms.is_none() {
                return Ok(Err(Unspoken("what was spoken is a WAV file without sound".to_owned())));
            }
            let wav = said.file()?.try_clone().map_err(Error::storage)?;
            let mut encoded = self.files.begin()?;
            if let Err(why) = self.speech.encode(wav, voice.bit_rate, encoded.file()?) {
                return Ok(Err(why));
            }
            said = encoded;
        }
        let kept = self.files.begin().and_then(|into| copied(said.file()?, into)).and_then(|copy| self.files.take_in_sound(copy));
        let file = match kept {
            Err(Error::File(_)) => return Ok(Err(Unspoken("what was spoken is no sound: WAV, MP3 and Ogg are".to_owned()))),
            kept => kept?,
        };
        let Some(duration_ms) = duration_ms.or(file.facts.duration_ms) else {
            return Ok(Err(Unspoken("what was spoken does not say how long it plays".to_owned())));
        };
        let (digest, format) = (file.digest.to_string(), file.facts.format);
        Ok(Ok(Sound { digest, bytes: file.bytes, format, duration_ms, voice: voice.name.clone() }))
    }
}

/// A file that others wrote, summed up.
fn copied(from: &mut File, mut into: Incoming) -> Result<Incoming, Error> {
    from.rewind().map_err(Error::storage)?;
    let mut piece = vec![0; PIECE];
    // Ends: each round takes a piece of the file.
    loop {
        let read = from.read(&mut piece).map_err(Error::storage)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(into) };
        into.write(bytes)?;
    }
}

/// Remove the files of sounds that no row names any more, unless something else has the same bytes; how many those were.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails; [`Error::StorageUnavailable`].
pub fn sweep(store: &Store, files: &Files) -> Result<usize, Error> {
    let before = store.now().plus_seconds(-SPARED);
    let mut swept = 0;
    for (digest, is_owned) in store.read_now(|tx| store::recordings::dropped(tx, before, AT_ONCE))? {
        if !is_owned {
            // One that cannot be removed now keeps no other.
            match files.storage().remove(digest, before) {
                Ok(is_removed) => swept += usize::from(is_removed),
                Err(error) => {
                    tracing::warn!(%digest, %error, "a sound that nobody is to hear any more could not be removed");
                    continue;
                }
            }
            if files.storage().open(&Key::Original(digest))?.is_some() {
                continue;
            }
        }
        store.write_now(&Bookkeeping, |tx| store::recordings::removed(tx, digest))?;
    }
    Ok(swept)
}

/// Read aloud for as long as the worker lives, where anybody does, and sweep.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database or the system fails at the start.
pub fn start(store: Store, files: Arc<Files>, speech: Option<Arc<Speech>>) -> Result<Worker, Error> {
    let reader = speech.map(|speech| Reader::new(store.clone(), files.clone(), speech)).transpose()?;
    let mut rounds = 0u32;
    Worker::start("speaker", EVERY, move || {
        let swept = if rounds.is_multiple_of(SWEEPS) { sweep(&store, &files) } else { Ok(0) };
        rounds = rounds.wrapping_add(1);
        reader.as_ref().map_or(Ok(0), Reader::run)?;
        swept.map(drop)
    })
}
