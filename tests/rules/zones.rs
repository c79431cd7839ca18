//! What time zones are called beside a time.

use dateline::domain::{Instant, Locale, zone};

fn name(zone: &str, at: &str, locale: &str) -> String {
    zone::name(zone, at.parse::<Instant>().unwrap(), &Locale::read(locale).unwrap()).to_string()
}

#[test]
fn a_zone_is_called_as_it_is_at_the_instant_in_the_language_of_the_reader() {
    for (zone, locale, january, july) in [
        ("America/New_York", "en", "EST", "EDT"),
        ("Asia/Kolkata", "en", "IST", "IST"),
        ("Asia/Kolkata", "en-IN", "IST", "IST"),
        ("Asia/Calcutta", "hi", "IST", "IST"),
        ("Europe/London", "en", "GMT", "BST"),
        ("Europe/Berlin", "de", "MEZ", "MESZ"),
        ("Etc/UTC", "en", "UTC", "UTC"),
        ("Asia/Kathmandu", "ne", "GMT+5:45", "GMT+5:45"),
        ("America/St_Johns", "hi", "GMT-3:30", "GMT-2:30"),
        ("America/New_York", "de", "GMT-5", "GMT-4"),
    ] {
        let told = (name(zone, "2026-01-15T12:00:00Z", locale), name(zone, "2026-07-15T12:00:00Z", locale));
        assert_eq!((told.0.as_str(), told.1.as_str()), (january, july), "{zone} in {locale}");
    }
}

#[test]
fn only_india_has_india_standard_time() {
    let locales = ["en", "en-IE", "en-IL", "en-IN", "en-GB", "ga", "he", "hi", "bn", "kn", "de", "ar"];
    let mut called = Vec::new();
    for zone in jiff::tz::db().available().filter(|zone| !zone.as_str().starts_with("posix")) {
        for at in ["1996-07-15T12:00:00Z", "2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"] {
            for locale in locales {
                let told = name(zone.as_str(), at, locale);
                assert!(!told.is_empty() && !told.starts_with(['+', '-', '<']), "{zone}: {told}");
                if told == "IST" {
                    called.push(zone.to_string());
                }
            }
        }
    }
    called.dedup();
    assert_eq!(called, ["Asia/Calcutta", "Asia/Kolkata"]);
}
