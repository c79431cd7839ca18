//! API keys: what a machine shows in the place of a token.
//!
//! **Context.** What a machine holds is copied into settings, logs and other people's hands. **Decision.** A key acts as its owner and never does
//! more than they may at that moment: it has bounds (actions, sections, locales), and what counts is what these leave of the owner's grants, each time
//! it is used. **Consequence.** Nothing has to be done to keys when grants change: who loses a right has lost it for their keys, and nobody hands
//! out by a key what they do not have. What is the owner's own (what they created, what they are assigned) stays within the bounds as well.

use super::{
    Error, Id, Instant, Locale,
    error::{Faults, TokenFault},
    section::Section,
    text::limits,
    user::{Grant, User},
};

/// Seconds that a key lives when nothing is said: 90 days.
pub const USUAL_SECONDS: i64 = 90 * 24 * 3_600;
/// Seconds that a key lives at most: 365 days.
pub const MAX_SECONDS: i64 = 365 * 24 * 3_600;
/// Seconds that a key lives at least.
pub const MIN_SECONDS: i64 = 60;
/// Seconds within which another use of a key is not noted.
pub const NOTED_SECONDS: i64 = 5 * 60;

/// What a key is limited to; each that is not there limits nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    /// These actions.
    pub scope: Option<Vec<String>>,
    /// What lies in one of these sections, or below it.
    pub sections: Option<Vec<Id<Section>>>,
    /// What is in one of these locales.
    pub locales: Option<Vec<Locale>>,
}

/// Every one of `within`, or the one that stands for all.
fn each<T: Clone>(within: Option<&Vec<T>>) -> Vec<Option<T>> {
    within.map_or_else(|| vec![None], |all| all.iter().cloned().map(Some).collect())
}

impl Bounds {
    /// True when they say where, and not only what.
    #[must_use]
    pub fn is_somewhere(&self) -> bool {
        self.sections.is_some() || self.locales.is_some()
    }

    /// Where they lie: sections and locales, each with each.
    #[must_use]
    pub fn places(&self) -> Vec<(Option<Id<Section>>, Option<Locale>)> {
        let locales = each(self.locales.as_ref());
        each(self.sections.as_ref()).into_iter().flat_map(|section| locales.iter().map(move |locale| (section, locale.clone()))).collect()
    }

    /// True when words in a locale, of what lies in a section with these above it, lie within.
    #[must_use]
    pub fn hold(&self, path: &[Id<Section>], locale: &Locale) -> bool {
        self.sections.as_ref().is_none_or(|all| all.iter().any(|section| path.contains(section)))
            && self.locales.as_ref().is_none_or(|all| all.contains(locale))
    }

    /// What is left of grants: each where it reaches and the bounds do as well. `path` tells of a section which lie above it, itself included.
    #[must_use]
    pub fn narrow(&self, grants: &[Grant], path: impl Fn(Id<Section>) -> Vec<Id<Section>>) -> Vec<Grant> {
        let mut left: Vec<Grant> = Vec::new();
        for grant in grants {
            for (section, locale) in self.places() {
                let section = match (grant.section, section) {
                    (None, one) | (one, None) => one,
                    (Some(granted), Some(bound)) if path(bound).contains(&granted) => Some(bound),
                    (Some(granted), Some(bound)) if path(granted).contains(&bound) => Some(granted),
                    _ => continue,
                };
                let locale = match (&grant.locale, locale) {
                    (None, one) => one,
                    (Some(granted), None) => Some(granted.clone()),
                    (Some(granted), Some(bound)) if *granted == bound => Some(bound),
                    _ => continue,
                };
                let narrow = Grant { section, locale, ..grant.clone() };
                if !left.contains(&narrow) {
                    left.push(narrow);
                }
            }
        }
        left
    }

    /// Note what is wrong with the form of them: nothing is named twice, none of them names nothing, and they lie in no more places than every
    /// request with the key can be asked over.
    pub fn check(&self, faults: &mut Faults) {
        repeated(faults, "#/scope", self.scope.as_ref());
        repeated(faults, "#/section_ids", self.sections.as_ref());
        repeated(faults, "#/locales", self.locales.as_ref());
        let count = |named: Option<usize>| named.unwrap_or(1);
        let (sections, locales) = (count(self.sections.as_ref().map(Vec::len)), count(self.locales.as_ref().map(Vec::len)));
        if sections.saturating_mul(locales) > limits::KEY_PLACES {
            let pointer = if sections > locales { "#/section_ids" } else { "#/locales" };
            let detail = format!("{sections} sections times {locales} locales; at most {} of both together", limits::KEY_PLACES);
            faults.add(pointer, "too_many", detail);
        }
    }
}

fn repeated<T: PartialEq>(faults: &mut Faults, pointer: &str, named: Option<&Vec<T>>) {
    let Some(named) = named else { return };
    if named.is_empty() {
        faults.add(pointer, "required", "at least one; null for a key that is not limited so");
    }
    for (n, one) in named.iter().enumerate() {
        if named.iter().take(n).any(|earlier| earlier == one) {
            faults.add(format!("{pointer}/{n}"), "repeated", "named already");
        }
    }
}

/// A key, without its secret.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Its id.
    pub id: Id<ApiKey>,
    /// Whom it acts as.
    pub owner: Id<User>,
    /// What it is for.
    pub name: String,
    /// The letters that it is found by, which it shows.
    pub handle: String,
    /// What it is limited to.
    pub bounds: Bounds,
    /// Who made it; nothing when they are gone.
    pub created_by: Option<Id<User>>,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// When it was used last, to within some minutes.
    pub last_used_at: Option<Instant>,
}

impl ApiKey {
    /// When a key ends that is to live for so many seconds.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `#/expires_in`.
    pub fn expiring(now: Instant, seconds: i64) -> Result<Instant, Error> {
        if (MIN_SECONDS..=MAX_SECONDS).contains(&seconds) {
            return Ok(now.plus_seconds(seconds));
        }
        Err(Error::invalid("#/expires_in", "out_of_range", format!("between {MIN_SECONDS} and {MAX_SECONDS} seconds")))
    }

    /// Nothing, while it is good.
    ///
    /// # Errors
    /// [`Error::TokenRefused`] when it was revoked, or its time is over.
    pub fn is_good(&self, now: Instant) -> Result<(), Error> {
        if self.revoked_at.is_some() {
            Err(Error::TokenRefused(TokenFault::KeyRevoked))
        } else if self.expires_at <= now {
            Err(Error::TokenRefused(TokenFault::KeyExpired))
        } else {
            Ok(())
        }
    }

    /// True when a use of it is worth noting: none was of late.
    #[must_use]
    pub fn is_due(&self, now: Instant) -> bool {
        self.last_used_at.is_none_or(|last| last.plus_seconds(NOTED_SECONDS) <= now)
    }
}

/// Nothing, when a user who has so many keys may have one more.
///
/// # Errors
/// [`Error::Conflict`] with code `too-many`.
pub fn one_more(count: i64) -> Result<(), Error> {
    if count < limits::API_KEYS {
        return Ok(());
    }
    let detail = format!("{} API keys are good at once for one user; revoke one of them", limits::API_KEYS);
    Err(Error::Conflict { code: "too-many", detail })
}
