//! `dateline check`.

use std::collections::BTreeMap;

use super::{Failed, in_words, open, seal, system};
use crate::{config::Settings, store};

/// Check configuration and database, and report every fault.
pub(super) fn check(environment: &BTreeMap<String, String>) -> Result<(), Failed> {
    let settings = Settings::from_env(environment).map_err(Failed::Configured)?;
    let mut faults = Vec::new();
    if let Err(Failed::Configured(of_seal)) = seal(&settings) {
        faults.extend(of_seal.into_iter().map(|(name, why)| format!("{name}: {why}")));
    }
    match open(&settings) {
        Err(error) => faults.push(format!("DATABASE_URL: {}", in_words(&error))),
        Ok(store) => {
            match store.pending_migrations() {
                Ok(0) => {}
                Ok(n) => faults.push(format!("{n} migration(s) have not run: run `dateline migrate`")),
                Err(error) => faults.push(format!("DATABASE_URL: {}", in_words(&error))),
            }
            faults.extend(store.durability_faults().unwrap_or_default());
            if faults.is_empty() && store.read_now(store::users::count)? == 0 {
                system::complain("note: nobody can sign in yet; run `dateline user create`");
            }
        }
    }
    if faults.is_empty() {
        system::print("Configuration and database are in order.\n");
        return Ok(());
    }
    for fault in &faults {
        system::complain(fault);
    }
    Err(Failed::Partly)
}
