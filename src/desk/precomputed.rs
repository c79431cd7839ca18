//! Deriving what publishing needs of revisions, before its transaction where that takes long: see [`crate::domain::precomputed`].

use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    sync::Arc,
};

use crate::{
    access::Actor,
    domain::{
        Error,
        body::Document,
        freshness::{Lag, lag},
        precomputed::{Depth, Derived, Found, Lagging, Need, Precomputed, ROUNDS, Revision},
        translation::Words,
        write_transaction::bounded,
    },
    store::{self, Store, Tx, revisions::Kept},
};

/// Revisions that are read, and held, at once.
pub(super) const AT_ONCE: usize = 16;

/// What is derived from the words of revisions, which the caller is shown, in their order. Nothing of those, where it is not at hand and would
/// take long: then the transaction is [run](run) again.
///
/// # Errors
/// [`Error::NotFound`] when there is no such revision.
pub(super) fn derived(tx: &mut Tx<'_>, needed: &[(Revision, Depth)]) -> Result<Vec<Arc<Derived>>, Error> {
    let precomputed = tx.precomputed().unwrap_or_else(|| Arc::new(Precomputed::on_the_spot()));
    let mut all = Vec::new();
    for some in needed.chunks(AT_ONCE) {
        let most = |(of, depth): &(Revision, Depth)| match precomputed.find(of, *depth) {
            Found::Missing(most) => most,
            Found::There(_) | Found::Absent => 0,
        };
        let missing: Vec<_> = some.iter().filter(|needed| most(needed) > 0).map(|(of, _)| of.clone()).collect();
        let mut kept = store::revisions::all_kept(tx, &missing, some.iter().map(most).max().unwrap_or(0))?;
        for (of, depth) in some {
            let found = match (precomputed.find(of, *depth), kept.remove(of)) {
                (Found::There(derived), _) => derived,
                (Found::Missing(most), Some(Some(kept))) if kept.bytes <= most => {
                    precomputed.spend(kept.bytes);
                    let derived = bounded(|| Arc::new(Derived::of(&kept.words, kept.made_from, &of.locale, *depth)));
                    precomputed.keep(of.clone(), Some((*depth, derived.clone())));
                    derived
                }
                (Found::Missing(most), there) if most == 0 || there.is_some() => {
                    precomputed.miss(Need::Words(of.clone(), *depth));
                    Arc::default()
                }
                _ => return Err(Error::NotFound("revision")),
            };
            all.push(found);
        }
    }
    Ok(all)
}

/// What of sources has changed since translations were made from them, in their order; nothing, where that is not at hand and would take long,
/// or where a revision is kept elsewhere: stale it is then, in what nobody can say.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn lags(tx: &mut Tx<'_>, all: &[Lagging]) -> Result<Vec<Lag>, Error> {
    let mut lags = Vec::new();
    // Each has three.
    for some in all.chunks(AT_ONCE / 3) {
        lags.extend(some_lags(tx, some)?);
    }
    Ok(lags)
}

fn some_lags(tx: &mut Tx<'_>, all: &[Lagging]) -> Result<Vec<Lag>, Error> {
    let precomputed = tx.precomputed().unwrap_or_else(|| Arc::new(Precomputed::on_the_spot()));
    let new = || all.iter().filter(|of| precomputed.lag(of).is_none());
    let revisions: BTreeSet<_> = new().flat_map(|of| [of.made_from.clone(), of.published(), of.translation()]).collect();
    let most = new().map(|of| precomputed.room(of)).max().unwrap_or(0);
    if most == 0 {
        new().for_each(|of| precomputed.miss(Need::Lag(of.clone())));
        return Ok(all.iter().map(|of| precomputed.lag(of).unwrap_or_default()).collect());
    }
    let kept = store::revisions::all_kept(tx, &Vec::from_iter(revisions), most)?;
    let lag = |of: &Lagging| {
        if let Some(known) = precomputed.lag(of) {
            return known;
        }
        let revisions = [of.made_from.clone(), of.published(), of.translation()];
        let bytes = revisions.iter().map(|of| kept.get(of).map_or(0, |kept| kept.as_ref().map_or(usize::MAX, |kept| kept.bytes)));
        let bytes = bytes.fold(0_usize, usize::saturating_add);
        if bytes > precomputed.room(of) {
            precomputed.miss(Need::Lag(of.clone()));
            return Lag::default();
        }
        precomputed.spend(bytes);
        let words = |of: &Revision| kept.get(of).and_then(Option::as_ref).map(|kept| &kept.words);
        let lag = bounded(|| compare(of, words(&of.translation()).map(|words| &words.body), words));
        precomputed.keep_lag(of.clone(), lag.clone());
        lag
    };
    Ok(all.iter().map(lag).collect())
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
    let kept = store::revisions::all_kept(tx, &[of.made_from.clone(), of.published()], usize::MAX)?;
    Ok(compare(of, Some(body), |of| kept.get(of).and_then(Option::as_ref).map(|kept| &kept.words)))
}

fn compare<'w>(of: &Lagging, body: Option<&Document>, words: impl Fn(&Revision) -> Option<&'w Words>) -> Lag {
    let both = words(&of.made_from).zip(words(&of.published()));
    both.map_or_else(Lag::default, |(before, published)| lag(before, published, body.unwrap_or(&Document::default())))
}

/// Run a verb with what is at hand. [`Error::Busy`] where [something was missed](Precomputed::has_missed): nothing of it is kept then, and whatever
/// it was refused for may be for the want of that.
///
/// # Errors
/// Those of the verb.
pub fn run<T>(tx: &mut Tx<'_>, precomputed: &Arc<Precomputed>, verb: impl FnOnce(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
    precomputed.begin();
    tx.bring(precomputed.clone());
    let done = verb(tx);
    precomputed.end();
    match done {
        Err(passing) if passing.passes() => Err(passing),
        _ if precomputed.has_missed() => Err(Error::Busy),
        done => done,
    }
}

/// Make some of what was missed, out of what is committed by now; false, when nothing is missed.
///
/// # Errors
/// [`Error::Busy`] and [`Error::Internal`] when the database fails.
pub fn make_next(store: &Store, precomputed: &Precomputed) -> Result<bool, Error> {
    let next = precomputed.next();
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
                let depth = precomputed.depth(*wanted);
                let derived = kept.map(|kept| (depth, Arc::new(Derived::of(&kept.words, kept.made_from, &of.locale, depth))));
                precomputed.keep(of.clone(), derived);
            }
            Need::Lag(of) => {
                for revision in [of.made_from.clone(), of.published()] {
                    if let Entry::Vacant(vacant) = source.entry(revision) {
                        let words = there(read(vacant.key()))?;
                        vacant.insert(words);
                    }
                }
                let translation = there(read(&of.translation()))?.unwrap_or_default();
                let lag = compare(of, Some(&translation.body), |of| source.get(of).and_then(Option::as_ref));
                precomputed.keep_lag(of.clone(), lag);
            }
        }
    }
    Ok(!next.is_empty())
}

/// Write with a verb of the server's own, as often as it takes until all that it needs is at hand.
///
/// # Errors
/// Those of the verb; [`Error::Busy`] when it needs something else each time.
pub fn write_now<T>(store: &Store, actor: &impl Actor, verb: impl Fn(&mut Tx<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let precomputed = Arc::<Precomputed>::default();
    for _ in 0..ROUNDS {
        match store.write_now(actor, |tx| run(tx, &precomputed, &verb)) {
            // Ends: each round makes some of what was missed, of which there is no more until the verb is run again.
            Err(Error::Busy) if precomputed.has_missed() => while make_next(store, &precomputed)? {},
            done => return done,
        }
    }
    Err(Error::Busy)
}
