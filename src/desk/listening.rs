//! Stories to listen to: what is spoken of them, and recordings of people in the place of a voice.
//!
//! **Decision.** A recording belongs to the words that it was given for: those of the working copy at that moment, which may become public after it. Other words
//! silence it as they silence a voice; whoever finds that it says them all the same gives it again.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    access::{
        Action, Permit, Visibility,
        action::{EditTranslation, Publish, ReadArticle},
    },
    domain::{
        Error, Id, Locale, Version,
        article::Article,
        body::doc,
        credit::Credit,
        file::MediaKind,
        locale::LocaleState,
        media::{Digest, MediaId},
        site::Masthead,
        speech::{Script, SoundState, spoken_of, spoken_with},
        translation::Slot,
        voice::Voice,
    },
    store::{self, Tx, editions::BodyForm, recordings::Recording},
};

/// What is to be spoken of what is live.
#[derive(Debug)]
pub struct Speakable {
    /// The text.
    pub script: Script,
    /// The sum of the words.
    pub spoken: Digest,
    /// Whether the edition does not know that yet.
    pub is_unsummed: bool,
    /// The voice of the locale, where it has one.
    pub voice: Option<Voice>,
}

/// The locales of the site in which stories are read aloud: of those that readers are offered.
#[must_use]
pub fn voiced(masthead: &Masthead) -> Vec<Locale> {
    let speaks = |l: &&crate::domain::locale::LocaleSettings| l.voice.is_some() && l.state == LocaleState::Public;
    masthead.locales.iter().filter(speaks).map(|l| l.locale.clone()).collect()
}

/// Whom a story credits first, as its page says it: `Reported by: Digital Desk`.
fn byline(tx: &mut Tx<'_>, masthead: &Masthead, locale: &Locale, credits: &[Credit]) -> Result<String, Error> {
    let Some(first) = credits.first() else { return Ok(String::new()) };
    let named: Vec<_> = credits.iter().filter(|credit| credit.role == first.role).map(|credit| credit.author_id).collect();
    let names = store::names::of(tx, &named.iter().map(|id| id.uuid()).collect::<BTreeSet<_>>())?;
    let name = |id: &Id<_>| names.get(&id.uuid()).and_then(|named| masthead.pick(&named.names, locale)).map(|(_, name)| name.name.clone());
    let names: Vec<String> = named.iter().filter_map(name).collect();
    let (_, label) = masthead.label(&first.role, locale);
    Ok(if names.is_empty() { String::new() } else { format!("{label}: {}", names.join(", ")) })
}

/// What is to be spoken of the words that are live; nothing, where none are.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub fn speakable(tx: &mut Tx<'_>, id: Id<Article>, locale: &Locale) -> Result<Option<Speakable>, Error> {
    let masthead = store::site::masthead(tx)?;
    let Some(live) = store::editions::live(tx, Visibility::public(), id, std::slice::from_ref(locale), BodyForm::Doc)? else {
        return Ok(None);
    };
    let body = doc::stored(&serde_json::from_str::<Value>(&live.body).map_err(Error::internal)?)?;
    let (headline, credits) = (&live.content.headline, &live.facts.credits);
    let script = Script::of(locale, headline, &byline(tx, &masthead, locale, credits)?, &body);
    let known = store::recordings::live_sum(tx, id, locale)?.flatten();
    let spoken = known.unwrap_or_else(|| spoken_with(spoken_of(headline, &body), credits));
    // What readers are not offered yet is sent to nobody.
    let voice = masthead.settings(locale).filter(|l| l.state == LocaleState::Public).and_then(|l| l.voice.clone());
    Ok(Some(Speakable { script, spoken, is_unsummed: known.is_none(), voice }))
}

/// How it stands with listening to the words of an article in a locale.
#[derive(Debug)]
pub struct Standing {
    /// What there is.
    pub recording: Recording,
    /// What is spoken, or would be, of what is live; nothing while nothing is.
    pub speakable: Option<Speakable>,
    /// The sum of the words of the working copy.
    pub working: Digest,
}

impl Standing {
    /// How far the sound of a voice is for what is live; nothing where none is to be made.
    #[must_use]
    pub fn state(&self) -> Option<SoundState> {
        let live = self.speakable.as_ref().filter(|live| live.voice.is_some())?;
        match self.recording.state {
            // What is there is of other words, and nobody has taken notice yet.
            Some(SoundState::Ready) if self.recording.spoken != Some(live.spoken) => Some(SoundState::Pending),
            state => state,
        }
    }
}

/// The words, which whoever asks has to see.
fn slot<A: Action>(tx: &mut Tx<'_>, permit: &Permit<A>, id: Id<Article>, locale: &Locale) -> Result<(Slot, Digest), Error> {
    let article = store::articles::find(tx, &permit.visibility(), id)?;
    if !article.shows(locale) {
        return Err(Error::NotFound("translation"));
    }
    let words = super::translations::find(tx, &article, locale)?.words;
    let sum = spoken_with(spoken_of(&words.content.headline, &words.body), &article.facts.credits);
    Ok((Slot { article, locale: locale.clone() }, sum))
}

/// How it stands with listening to the words of an article in a locale.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(tx: &mut Tx<'_>, permit: &Permit<ReadArticle>, id: Id<Article>, locale: &Locale) -> Result<Standing, Error> {
    let (_, working) = slot(tx, permit, id, locale)?;
    standing(tx, id, locale, working)
}

fn standing(tx: &mut Tx<'_>, id: Id<Article>, locale: &Locale, working: Digest) -> Result<Standing, Error> {
    let recording = store::recordings::find(tx, id, locale)?;
    Ok(Standing { recording, speakable: speakable(tx, id, locale)?, working })
}

/// Have the words that are live spoken once more, as after a failure.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Conflict`] with code `not-live`, or `no-voice` where the locale has none.
pub fn ask(tx: &mut Tx<'_>, permit: Permit<EditTranslation>, id: Id<Article>, locale: &Locale) -> Result<Standing, Error> {
    let (slot, working) = slot(tx, &permit, id, locale)?;
    permit.over(slot)?;
    let live = speakable(tx, id, locale)?;
    let Some(live) = live else {
        return Err(Error::Conflict { code: "not-live", detail: "what is not public is not read aloud".to_owned() });
    };
    if live.voice.is_none() {
        return Err(Error::Conflict { code: "no-voice", detail: format!("`{locale}` has no voice; set one in its settings") });
    }
    store::recordings::ask(tx, (id, locale.clone()))?;
    standing(tx, id, locale, working)
}

/// Let an item of the library be heard of the words as they are now, or of nothing but a voice again. What is live changes with it, for which it takes who may publish.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Stale`], [`Error::Forbidden`]; [`Error::Invalid`] for what is no sound of
/// the library.
pub fn record(
    tx: &mut Tx<'_>,
    permit: Permit<EditTranslation>,
    (id, locale): (Id<Article>, &Locale),
    expected: Version,
    media: Option<MediaId>,
) -> Result<Standing, Error> {
    store::articles::hold(tx, id)?;
    let (slot, sum) = slot(tx, &permit, id, locale)?;
    let granted = permit.over(slot)?;
    let before = store::recordings::find(tx, id, locale)?;
    Error::unless_newest("audio", before.version, expected)?;
    if let Some(media) = media {
        // Whoever deletes it beside this comes before or after.
        store::media::hold_from_references(tx, media)?;
        let is_sound = match store::media::find(tx, media) {
            Ok(found) => found.kind() == MediaKind::Audio,
            Err(Error::NotFound(_)) => false,
            Err(other) => return Err(other),
        };
        if !is_sound {
            return Err(Error::invalid("#/media_id", "unknown_audio", "no sound of the media library has this id"));
        }
    } else if before.recorded.is_none() {
        return Err(Error::NotFound("recording"));
    }
    let is_live = store::recordings::live_sum(tx, id, locale)?.is_some();
    if is_live && !permit.caller().may::<Publish>(granted.get()) {
        return Err(Error::Forbidden(Publish::NAME));
    }
    store::recordings::record(tx, &granted, media.map(|media| (media, sum)), expected)?;
    standing(tx, id, locale, sum)
}
