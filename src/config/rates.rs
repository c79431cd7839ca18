//! The setting of rate limits.

use super::reader::Reader;
use crate::access::rate::{Class, Rate, Rates};

const NAME: &str = "DATELINE_RATE_LIMIT";

/// What callers may ask of the server: the usual rates, with those that are named instead.
pub(super) fn rates(r: &mut Reader<'_>) -> Rates {
    let words = r.words(NAME);
    if words == ["off"] {
        return Rates::OFF;
    }
    let (mut rates, mut named) = (Rates::usual(), Vec::new());
    for word in words {
        match class(&word) {
            Some((class, _)) if named.contains(&class) => r.fault(NAME, "one of them is named twice"),
            Some((class, rate)) => {
                named.push(class);
                rates = rates.with(class, rate);
            }
            None => r.fault(
                NAME,
                "each, parted by spaces, is KIND=REQUESTS/SECONDS, of kinds read, view, desk-read, desk-write, sign-in and refused, with 1 to 10000000 requests in 1 to 3600 \
                 seconds; or all is off",
            ),
        }
    }
    rates
}

fn class(word: &str) -> Option<(Class, Rate)> {
    let (kind, rate) = word.split_once('=')?;
    let class = Class::ALL.iter().copied().find(|class| class.as_str() == kind)?;
    let (quota, window) = rate.split_once('/')?;
    Some((class, Rate { quota: number(quota, 10_000_000)?, window: number(window, 3_600)? }))
}

/// A whole number from 1 on, in digits and nothing else.
fn number(text: &str, most: u32) -> Option<u32> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|number| plain && (1..=most).contains(number))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(text: &str) -> Result<Rates, String> {
        let environment = BTreeMap::from([(NAME.to_owned(), text.to_owned())]);
        let mut reader = Reader::new(&environment);
        let rates = rates(&mut reader);
        reader.faults.pop().map_or(Ok(rates), |(_, why)| Err(why))
    }

    #[test]
    fn what_is_not_named_keeps_its_default_and_the_default_is_what_is_usual() {
        assert_eq!(read(""), Ok(Rates::usual()));
        assert_eq!(read("off"), Ok(Rates::OFF));
        let rate = Rate { quota: 5, window: 10 };
        assert_eq!(read("sign-in=5/10"), Ok(Rates::usual().with(Class::SignIn, rate)));
        assert_eq!(
            read("sign-in=5/10  read=7/1"),
            Ok(Rates::usual().with(Class::SignIn, rate).with(Class::Read, Rate { quota: 7, window: 1 }))
        );
    }

    #[test]
    fn whatever_is_no_rate_is_a_fault() {
        for text in [
            "on",
            "Off",
            "off read=1/1",
            "read",
            "read=",
            "read=1",
            "read=1/",
            "read=/1",
            "read=0/1",
            "read=1/0",
            "read=01/1",
            "read=+1/1",
            "read=1/3601",
            "read=10000001/1",
            "read=1/1/1",
            "reads=1/1",
            "READ=1/1",
            "read=1.5/1",
            "read=-1/1",
            "read=1/1 read=2/1",
            "read=4294967297/1",
        ] {
            read(text).unwrap_err();
        }
    }
}
