//! `dateline generate`: plausible content in any amount, for tests of scale and for those who size a machine.

use indicatif::{ProgressBar, ProgressStyle};

use super::{Failed, bundle, demo, system};
use crate::{
    access::{Caller, Permit, System},
    desk::{bundle::Rules, generating},
    store::Store,
};

/// Articles in one commit: a few tenths of a second's work.
const BATCH: i64 = 10_000;

/// Make `count` articles out of those of the demo newsroom.
pub(super) fn generate(store: &Store, count: i64) -> Result<(), Failed> {
    bundle::load(store, (demo::NEWSROOM.as_bytes(), None), &bundle::Quiet, Rules::default())?;
    let permit = Permit::try_from(Caller::system(System::Importer))?;
    store.begin_bulk_load()?;
    let plan = store.write_now(&permit, |tx| generating::plan(tx, &permit, count))?;
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(0));
    bar.set_style(
        ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} articles, {per_sec}, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let watch = system::stopwatch();
    let (mut at, mut translations) = (plan.first, 0usize);
    let end = plan.first.saturating_add(count);
    while at < end {
        let until = at.saturating_add(BATCH).min(end);
        translations = translations.saturating_add(store.write_now(&permit, |tx| generating::multiply(tx, &permit, &plan, (at, until)))?);
        bar.inc(u64::try_from(until.saturating_sub(at)).unwrap_or(0));
        at = until;
    }
    bar.finish_and_clear();
    store.analyze()?;
    store.checkpoint()?;
    let seconds = watch.elapsed().as_secs_f64();
    let each = f64::from(u32::try_from(translations).unwrap_or(u32::MAX)) / seconds.max(0.001);
    system::say(&format!("{count} articles, {translations} translations in {seconds:.1} s: {each:.0} translations a second"));
    Ok(())
}
