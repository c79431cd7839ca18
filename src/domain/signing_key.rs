//! Signing keys: when one is published, signs, verifies, and is refused.
//!
//! **Context.** Others verify our tokens with the keys at `/.well-known/jwks.json`, and keep those for a while. **Decision.** A new key is
//! published longer before it signs than anybody keeps the former answer; the one before it verifies for as long as anything that it signed may
//! live: an access token fifteen minutes, a preview a day. Times are stored, so that all instances change over at one instant without a
//! word between them. **Consequence.** No token is refused for a rotation before its time is over. A key that is revoked skips all of this: what it
//! signed is refused at once, previews with the rest, and its successor signs before others have heard of it.

use super::{Error, Instant, preview, vocabulary::vocabulary};

/// Seconds that an access token lives.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// Seconds by which clocks may differ.
pub const LEEWAY: i64 = 5;
/// Seconds for which others may keep the published keys.
pub const JWKS_MAX_AGE: i64 = 300;
/// Seconds from the publication of a key until it signs.
pub const OVERLAP: i64 = JWKS_MAX_AGE + 60;

vocabulary! {
    /// How a signing key stands.
    pub enum KeyState {
        /// It is published, and signs nothing yet.
        Published => "published",
        /// It signs.
        Signing => "signing",
        /// It signs no more; what it signed is still good.
        Verifying => "verifying",
        /// Nothing that it signed is taken any more.
        Retired => "retired",
        /// It was revoked: nothing that it signed is taken.
        Revoked => "revoked",
    }
}

/// When a key does what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyLife {
    /// When others could first see its public half.
    pub published_at: Instant,
    /// From when it signs.
    pub signs_from: Instant,
    /// Until when, once another one follows it.
    pub signs_until: Option<Instant>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Instant>,
}

impl KeyLife {
    /// That of a key which signs at once.
    #[must_use]
    pub fn at_once(now: Instant) -> Self {
        Self { published_at: now, signs_from: now, signs_until: None, revoked_at: None }
    }

    /// That of a key which signs when everybody may know it.
    #[must_use]
    pub fn announced(now: Instant) -> Self {
        Self { signs_from: now.plus_seconds(OVERLAP), ..Self::at_once(now) }
    }

    /// The same of a key that is revoked: it signs no longer than until then.
    fn ended(&self, now: Instant) -> Self {
        Self { signs_until: Some(self.signs_until.map_or(now, |until| until.min(now))), revoked_at: Some(now), ..*self }
    }

    /// True when it signs, or will: its turn is not over.
    #[must_use]
    pub fn may_sign(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && self.signs_until.is_none_or(|until| until > now)
    }

    /// True while what it signed may be good, where that lives so many seconds at the longest.
    #[must_use]
    pub fn verifies(&self, longest: i64, now: Instant) -> bool {
        let last = self.signs_until.map(|until| until.plus_seconds(longest.saturating_add(LEEWAY)));
        self.revoked_at.is_none() && last.is_none_or(|last| now <= last)
    }

    /// From when on nothing that it signed is taken, once that is known.
    #[must_use]
    pub fn retires_at(&self) -> Option<Instant> {
        let over = self.signs_until.map(|until| until.plus_seconds(preview::MAX_SECONDS.saturating_add(LEEWAY)));
        self.revoked_at.or(over)
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self, now: Instant) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.signs_from > now && self.may_sign(now) {
            KeyState::Published
        } else if self.may_sign(now) {
            KeyState::Signing
        } else if self.verifies(preview::MAX_SECONDS, now) {
            KeyState::Verifying
        } else {
            KeyState::Retired
        }
    }
}

/// What a rotation or a revocation brings about.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Succession {
    /// Lives of keys, by their names, that are others now.
    pub changed: Vec<(String, KeyLife)>,
    /// That of the key to be made, if one is.
    pub made: Option<KeyLife>,
}

impl Succession {
    /// Announce another key to the keys that there are.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `key-announced` while one is announced that does not sign yet.
    pub fn rotation(all: &[(String, KeyLife)], now: Instant) -> Result<Self, Error> {
        if !signs(all, now) {
            // A clock that was wrong when they were made: nobody waits until it is right.
            return Ok(Self { made: Some(made_after(all, KeyLife::at_once(now))), ..Self::default() });
        }
        if let Some((kid, life)) = all.iter().find(|(_, life)| life.state(now) == KeyState::Published) {
            let detail = format!("the key {kid} is announced, and signs from {}", life.signs_from);
            return Err(Error::Conflict { code: "key-announced", detail });
        }
        let made = made_after(all, KeyLife::announced(now));
        let ends = |life: &KeyLife| KeyLife { signs_until: Some(made.signs_from), ..*life };
        let changed = all.iter().filter(|(_, life)| life.may_sign(now)).map(|(kid, life)| (kid.clone(), ends(life))).collect();
        Ok(Self { changed, made: Some(made) })
    }

    /// Revoke a key of those that there are; nothing when it was before. Whatever it was to do falls to another one at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this name.
    pub fn revocation(all: &[(String, KeyLife)], revoked: &str, now: Instant) -> Result<Self, Error> {
        let (_, life) = all.iter().find(|(kid, _)| kid == revoked).ok_or(Error::NotFound("key"))?;
        if life.revoked_at.is_some() {
            return Ok(Self::default());
        }
        let others = || all.iter().filter(|(kid, life)| kid != revoked && life.may_sign(now));
        let mut changed = vec![(revoked.to_owned(), life.ended(now))];
        let may_sign = life.may_sign(now);
        match life.state(now) {
            // Its predecessor was to end when it began.
            KeyState::Published => changed.extend(others().map(|(kid, life)| (kid.clone(), KeyLife { signs_until: None, ..*life }))),
            KeyState::Signing => {
                let next = others().min_by_key(|(_, life)| life.signs_from);
                changed.extend(next.map(|(kid, next)| (kid.clone(), KeyLife { signs_from: next.signs_from.min(now), ..*next })));
            }
            KeyState::Verifying | KeyState::Retired | KeyState::Revoked => {}
        }
        let after =
            |(kid, life): &(String, KeyLife)| (kid.clone(), changed.iter().find(|(one, _)| one == kid).map_or(*life, |(_, life)| *life));
        let left: Vec<_> = all.iter().map(after).collect();
        let made = (may_sign && !signs(&left, now)).then(|| made_after(all, KeyLife::at_once(now)));
        Ok(Self { changed, made })
    }
}

/// True when one of them signs.
fn signs(all: &[(String, KeyLife)], now: Instant) -> bool {
    all.iter().any(|(_, life)| life.state(now) == KeyState::Signing)
}

/// The life of a key that is made after these, whatever clocks said when they were: the first one stays the first.
fn made_after(all: &[(String, KeyLife)], made: KeyLife) -> KeyLife {
    let newest = all.iter().map(|(_, life)| life.published_at.as_micros()).max().unwrap_or(i64::MIN);
    KeyLife { published_at: made.published_at.max(Instant::from_micros(newest.saturating_add(1))), ..made }
}
