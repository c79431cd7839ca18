//! Instants as files write them: with or without an offset, in any of three ways.

use jiff::civil::{Date, Time};

/// RFC 3339 of a date, a time and an offset, each as digits with any separators; without a time where there is none, and without an offset where
/// there is none. Empty, where the date or the time does not exist.
pub(super) fn rfc3339(date: &str, time: &str, offset: &str) -> String {
    let read = || {
        let [year, month, day] = numbers(date, [4, 2, 2])?;
        let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        if date.year() <= 0 {
            return None;
        }
        if time.trim().is_empty() {
            return Some(date.to_string());
        }
        let [hour, minute, second] = numbers(time, [2, 2, 2]).or_else(|| numbers(time, [2, 2, 0]))?;
        let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()?;
        Some(format!("{date}T{:02}:{:02}:{:02}{}", time.hour(), time.minute(), time.second(), zone(offset)))
    };
    read().unwrap_or_default()
}

/// What XMP writes: ISO 8601, down to the part that is known.
pub(super) fn iso(text: &str) -> String {
    let (date, rest) = text.trim().split_once(['T', ' ']).unwrap_or((text.trim(), ""));
    let at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (time, offset) = rest.split_at_checked(at).unwrap_or((rest, ""));
    rfc3339(date, time, offset)
}

/// Numbers of so many digits each, at the start of a text.
fn numbers<const N: usize>(text: &str, lengths: [usize; N]) -> Option<[u32; N]> {
    let digits: Vec<u32> = text.chars().filter(|c| !matches!(c, ':' | '-' | ' ')).map_while(|c| c.to_digit(10)).collect();
    let mut rest = digits.as_slice();
    let mut found = [0; N];
    for (number, length) in found.iter_mut().zip(lengths) {
        let (mine, left) = rest.split_at_checked(length)?;
        *number = mine.iter().fold(0, |n, digit| n * 10 + digit);
        rest = left;
    }
    Some(found)
}

/// An offset as RFC 3339 has it; empty, where it is none.
fn zone(text: &str) -> String {
    let text = text.trim();
    if text.eq_ignore_ascii_case("z") {
        return "Z".to_owned();
    }
    let Some(sign) = text.chars().next().filter(|c| matches!(c, '+' | '-')) else { return String::new() };
    match numbers(text.get(1..).unwrap_or_default(), [2, 2]) {
        Some([hour, minute]) if hour < 24 && minute < 60 => format!("{sign}{hour:02}:{minute:02}"),
        _ => String::new(),
    }
}
