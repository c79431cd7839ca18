//! Deriving what publishing needs of revisions, before its transaction where that takes long: see [`crate::domain::ahead`].

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use crate::{
    domain::{
        Error,
        ahead::{Ahead, Depth, Derived, Found, Lagging, Need, ROUNDS, Revision},
        body::Document,
        freshness::{Lag, lag},
        translation::Words,
        write_transaction::bounded,
    },
    store::{self, Store, Tx, revisions::Kept},
};

/// Revisions that one statement reads.
const AT_ONCE: usize = 16;

/// What is derived from the words of revisions, which the caller is shown, in their order. Nothing of those, where it is not at hand and would
/// take long: then the transaction is [run](run) again.
///
/// # Errors
/// [`Error::NotFound`] when there is no such revision.
pub(super) fn derived(tx: &mut Tx<'_>, needed: &[(Revision, Depth)]) -> Result<Vec<Arc<Derived>>, Error> {
    let ahead = tx.ahead().unwrap_or_else(|| Arc::new(Ahead::on_the_spot()));
    let mut all = Vec::new();
    for some in needed.chunks(AT_ONCE) {
        let most = |(of, depth): &(Revision, Depth)| match ahead.find(of, *depth) {
            Found::Missing(most) => most,
            Found::There(_) | Found::Absent => 0,
        };
        let missing: Vec<_> = some.iter().filter(|needed| most(needed) > 0).map(|(of, _)| of.clone()).collect();
        let mut kept = store::revisions::all_kept(tx, &missing, some.iter().map(most).max().unwrap_or(0))?;
        for (of, depth) in some {
            let found = match (ahead.find(of, *depth), kept.remove(of)) {
                (Found::There(derived), _) => derived,
                (Found::Missing(most), Some(Some(kept))) if kept.bytes <= most => {
                    ahead.spend(kept.bytes);
                    let derived = bounded(|| Arc::new(Derived::of(&kept.words, kept.made_from, &of.locale, *depth)));
                    ahead.keep(of.clone(), Some((*depth, derived.clone())));
                    derived
                }
                (Found::Missing(most), there) if most == 0 || there.is_some() => {
                    ahead.miss(Need::Words(of.clone(), *depth));
                    Arc::default()
                }
                _ => return Err(Error::NotFound("revision")),
            };
            all.push(found);
        }
    }
    Ok(all)
}

/// What of a source has changed since a translation was made from it; nothing, where that is not at hand and would take long, or where a
/// revision is kept elsewhere: stale it is then, in what nobody can say.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn lag_of(tx: &mut Tx<'_>, of: &Lagging) -> Result<Lag, Error> {
    let Some(ahead) = tx.ahead() else {
        let words = |of: &Revision| there(store::revisions::kept(tx, of, usize::MAX));
        return compare(of, None, words);
    };
    if let Some(known) = ahead.lag(of) {
        return Ok(known);
    }
    let (most, mut bytes, mut too_long) = (ahead.room(of), 0_usize, false);
    let compared = {
        let words = |of: &Revision| match store::revisions::kept(tx, of, most.saturating_sub(bytes)) {
            Ok(Some(kept)) => {
                bytes = bytes.saturating_add(kept.bytes);
                Ok(Some(kept.words))
            }
            Ok(None) => {
                too_long = true;
                Ok(None)
            }
            other => there(other),
        };
        bounded(|| compare(of, None, words))?
    };
    if too_long {
        ahead.miss(Need::Lag(of.clone()));
        return Ok(Lag::default());
    }
    ahead.spend(bytes);
    ahead.keep_lag(of.clone(), compared.clone());
    Ok(compared)
}

fn there(kept: Result<Option<Kept>, Error>) -> Result<Option<Words>, Error> {
    match kept {
        Ok(kept) => Ok(kept.map(|kept| kept.words)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The same for a translation whose body is known.
pub(super) fn lag_behind(tx: &mut Tx<'_>, of: &Lagging, body: &Document) -> Result<Lag, Error> {
    compare(of, Some(body), |of| there(store::revisions::kept(tx, of, usize::MAX)))
}

fn compare(of: &Lagging, body: Option<&Document>, mut words: impl FnMut(&Revision) -> Result<Option<Words>, Error>) -> Result<Lag, Error> {
    let Some(before) = words(&of.made_from)? else { return Ok(Lag::default()) };
    let Some(published) = words(&of.published())? else { return Ok(Lag::default()) };
    let Some(body) = body else {
        let translation = words(&of.translation())?.unwrap_or_default();
        return Ok(lag(&before, &published, &translation.body));
    };
    Ok(lag(&before, &published, body))
}

/// Run a verb with what is at hand. [`Error::Busy`] where [something was missed](Ahead::has_missed): nothing of it is kept then, and whatever
/// it was refused for may be for the want of that.
///
/// # Errors
/// Those of the verb.
pub fn run<T>(tx: &mut Tx<'_>, ahead: &Arc<Ahead>, verb: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
    ahead.begin();
    tx.bring(ahead.clone());
    let done = verb(tx);
    ahead.end();
    match done {
        Err(passing) if passing.passes() => Err(passing),
        _ if ahead.has_missed() => Err(Error::Busy),
        done => done,
    }
}

/// Make some of what was missed, out of what is committed by now; false, when nothing is missed.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub fn make_next(store: &Store, ahead: &Ahead) -> Result<bool, Error> {
    let next = ahead.next();
    let read = |of: &Revision| store.read_now(|tx| store::revisions::kept(tx, of, usize::MAX));
    // The two revisions of a source, which those that lag behind it share.
    let mut source: HashMap<Revision, Option<Words>> = HashMap::new();
    for need in &next {
        match need {
            Need::Words(of, wanted) => {
                let kept = match read(of) {
                    Err(Error::NotFound(_)) => None,
                    other => other?,
                };
                let depth = ahead.depth(*wanted);
                let derived = kept.map(|kept| (depth, Arc::new(Derived::of(&kept.words, kept.made_from, &of.locale, depth))));
                ahead.keep(of.clone(), derived);
            }
            Need::Lag(of) => {
                for revision in [of.made_from.clone(), of.published()] {
                    if let Entry::Vacant(vacant) = source.entry(revision) {
                        let words = there(read(vacant.key()))?;
                        vacant.insert(words);
                    }
                }
                let translation = there(read(&of.translation()))?.unwrap_or_default();
                let both = source.get(&of.made_from).and_then(Option::as_ref).zip(source.get(&of.published()).and_then(Option::as_ref));
                let lag = both.map(|(before, published)| lag(before, published, &translation.body)).unwrap_or_default();
                ahead.keep_lag(of.clone(), lag);
            }
        }
    }
    Ok(!next.is_empty())
}

/// Write with a verb of the server's own, as often as it takes until all that it needs is at hand.
///
/// # Errors
/// Those of the verb; [`Error::Busy`] when it needs something else each time.
pub fn write_now<T>(store: &Store, verb: impl Fn(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let ahead = Arc::<Ahead>::default();
    for _ in 0..ROUNDS {
        match store.write_now(|tx| run(tx, &ahead, &verb)) {
            // Ends: each round makes some of what was missed, of which there is no more until the verb is run again.
            Err(Error::Busy) if ahead.has_missed() => while make_next(store, &ahead)? {},
            done => return done,
        }
    }
    Err(Error::Busy)
}
