//! `dateline check`.

use std::collections::BTreeMap;

use super::{Failed, configured, in_words, survey::survey, system};
use crate::{domain::Error, store};

/// Check configuration and database, and report every fault. Writes nothing.
pub(super) fn check(environment: &BTreeMap<String, String>) -> Result<(), Failed> {
    let settings = configured(environment)?;
    let found = survey(&settings);
    let mut others: Vec<String> = found.unanswered.iter().map(|error| format!("DATABASE_URL: {}", in_words(error))).collect();
    others.extend(found.open.iter().map(|path| format!("{}: others can read it; `dateline migrate` and `serve` close it", path.display())));
    match &found.store {
        Some(store) => {
            match store.pending_migrations() {
                Ok(0) => {}
                Ok(n) => others.push(format!("{n} migration(s) have not run: run `dateline migrate`")),
                Err(error) => others.push(format!("DATABASE_URL: {}", in_words(&error))),
            }
            others.extend(store.durability_faults().unwrap_or_default());
        }
        None if found.faults.is_empty() && others.is_empty() => others.push("there is no database yet: run `dateline migrate`".to_owned()),
        None => {}
    }
    others.iter().for_each(|fault| system::complain(fault));
    if !found.faults.is_empty() {
        return Err(Failed::Configured(found.faults));
    }
    if !others.is_empty() {
        return Err(Failed::Partly);
    }
    if found.store.map_or(Ok::<_, Error>(0), |store| store.read_now(store::users::count))? == 0 {
        system::complain("note: nobody can sign in yet; run `dateline user create`");
    }
    system::say("Configuration and database are in order.");
    Ok(())
}
