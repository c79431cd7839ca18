//! Instants: microseconds of UTC, and the clock they are read from.

use std::{borrow::Cow, fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::{PartialSchema, ToSchema, openapi};

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// A point in time in UTC, to the microsecond, between the years 1 and 9999; written as RFC 3339 with `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    const MIN: i64 = -62_135_596_800_000_000;
    const MAX: i64 = 253_402_300_799_999_999;

    /// The instant `micros` microseconds after 1970-01-01T00:00:00Z, held within the years 1 to 9999.
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN, Self::MAX))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, as JSON web tokens count (RFC 7519).
    #[must_use]
    pub fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The beginning of its day, in UTC.
    #[must_use]
    pub fn day(self) -> Self {
        Self::from_micros(self.0.div_euclid(DAY).saturating_mul(DAY))
    }

    /// The instant `seconds` later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// The date and time of clocks that show `zone`; those of the last day, east of Greenwich, stop with the year 9999.
    #[must_use]
    pub fn in_zone(self, zone: &TimeZone) -> DateTime {
        // The calendar's library ends a day before the year does, so that its last instant can be told in any zone.
        let offset = i64::from(zone.to_offset(self.timestamp()).seconds());
        Self::from_micros(self.0.saturating_add(offset.saturating_mul(1_000_000))).civil()
    }

    /// The same instant for arithmetic with time zones, held to what that knows of: none of the last day of the year 9999.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    fn civil(self) -> DateTime {
        EPOCH.saturating_add(SignedDuration::from_micros(self.0))
    }
}

/// 1970-01-01T00:00:00.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.civil())
    }
}
impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 date and time with offset, between the years 1 and 9999 of UTC")]
pub struct NoInstant;

/// So many digits at the beginning of a text, as a number, and what is left of it.
fn digits<T: FromStr>(text: &str, count: usize) -> Result<(T, &str), NoInstant> {
    let (number, rest) = text.split_at_checked(count).ok_or(NoInstant)?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NoInstant);
    }
    number.parse().map(|number| (number, rest)).ok().ok_or(NoInstant)
}

/// What is left of a text behind one of these letters.
fn behind<'t>(text: &'t str, letters: &[char]) -> Result<&'t str, NoInstant> {
    text.strip_prefix(letters).ok_or(NoInstant)
}

impl FromStr for Instant {
    type Err = NoInstant;

    /// An instant of RFC 3339, section 5.6, and nothing wider. What is finer than a microsecond is left out, and a leap second is the
    /// one before it, for clocks that count none.
    fn from_str(text: &str) -> Result<Self, NoInstant> {
        let (year, rest) = digits::<i16>(text, 4)?;
        let (month, rest) = digits::<i8>(behind(rest, &['-'])?, 2)?;
        let (day, rest) = digits::<i8>(behind(rest, &['-'])?, 2)?;
        let (hour, rest) = digits::<i8>(behind(rest, &['T', 't'])?, 2)?;
        let (minute, rest) = digits::<i8>(behind(rest, &[':'])?, 2)?;
        let (second, mut rest) = digits::<i8>(behind(rest, &[':'])?, 2)?;
        let mut micros = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
            let (figures, after) = fraction.split_at_checked(end).ok_or(NoInstant)?;
            let shown: String = figures.chars().chain("000000".chars()).take(6).collect();
            micros = if figures.is_empty() { return Err(NoInstant) } else { digits::<i64>(&shown, 6)?.0 };
            rest = after;
        }
        let west = match rest.strip_prefix(['+', '-']) {
            None if rest == "Z" || rest == "z" => 0,
            None => return Err(NoInstant),
            Some(offset) => {
                let (hours, minutes) = digits::<i64>(offset, 2)?;
                let (minutes, end) = digits::<i64>(behind(minutes, &[':'])?, 2)?;
                if hours > 23 || minutes > 59 || !end.is_empty() {
                    return Err(NoInstant);
                }
                let seconds = hours.saturating_mul(3_600).saturating_add(minutes.saturating_mul(60));
                if rest.starts_with('+') { -seconds } else { seconds }
            }
        };
        let second = if second == 60 { 59 } else { second };
        let there = DateTime::new(year, month, day, hour, minute, second, 0).ok().ok_or(NoInstant)?;
        let seconds = there.duration_since(EPOCH).as_secs().saturating_add(west);
        let at = seconds.saturating_mul(1_000_000).saturating_add(micros);
        if (Self::MIN..=Self::MAX).contains(&at) { Ok(Self(at)) } else { Err(NoInstant) }
    }
}
impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}
impl PartialSchema for Instant {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        openapi::ObjectBuilder::new()
            .schema_type(openapi::schema::Type::String)
            .format(Some(openapi::SchemaFormat::KnownFormat(openapi::KnownFormat::DateTime)))
            .examples(["2024-03-16T13:09:00Z"])
            .into()
    }
}
impl ToSchema for Instant {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Instant")
    }
}

/// Where the present instant is read: the system's clock, or one that a test moves.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
}
