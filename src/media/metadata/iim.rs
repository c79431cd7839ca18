//! IPTC-IIM, version 4: records of numbered data sets.

use crate::domain::file::FileMetadata;

use super::{
    text::{decoded, latin1},
    times,
};

/// What says that text is UTF-8 (ISO 2022: an escape to it).
const UTF8: &[u8] = b"\x1b%G";

/// What the data sets of a picture say.
pub(super) fn read(records: &[u8]) -> FileMetadata {
    let sets = sets(records);
    let charset = sets.iter().find(|(set, _)| *set == (1, 90)).map(|(_, data)| *data);
    // Without a word on it, what is valid UTF-8 is hardly ever meant as anything else. Other marked character sets are those of Latin-1, all but.
    let text = |data: &[u8]| if charset.is_none_or(|set| set == UTF8) { decoded(data) } else { latin1_unless_utf8(data) };
    let all = |number: u8| sets.iter().filter(move |(set, _)| *set == (2, number)).map(|(_, data)| text(trimmed(data)));
    let first = |number| all(number).find(|text| !text.trim().is_empty()).unwrap_or_default();
    let (time, date) = (first(60), first(55));
    let (hour, offset) = time.split_at_checked(time.find(['+', '-']).unwrap_or(time.len())).unwrap_or_default();
    FileMetadata {
        creator: all(80).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", "),
        credit: first(110),
        copyright: first(116),
        source: first(115),
        caption: first(120),
        taken_at: times::rfc3339(&date, hour, offset),
        keywords: all(25).collect(),
        ..FileMetadata::default()
    }
}

/// Programs mark as one thing and write another: ASCII is the same in both.
fn latin1_unless_utf8(data: &[u8]) -> String {
    if data.is_ascii() { decoded(data) } else { latin1(data) }
}

/// Without the zeros that some fill up with.
fn trimmed(data: &[u8]) -> &[u8] {
    data.get(..data.len() - data.iter().rev().take_while(|byte| **byte == 0).count()).unwrap_or_default()
}

/// The data sets: the number of the record and of the set, and the data. What is damaged ends them.
fn sets(records: &[u8]) -> Vec<((u8, u8), &[u8])> {
    let mut found = Vec::new();
    let mut rest = records;
    // Ends: each round takes five bytes or more.
    while let [0x1c, record, number, high, low, data @ ..] = rest {
        let short = usize::from(u16::from_be_bytes([*high, *low]));
        let (length, data) = if *high < 0x80 {
            (short, data)
        } else {
            // The length of the length.
            let Some((digits, data)) = data.split_at_checked(short & 0x7fff).filter(|(digits, _)| digits.len() <= 4) else { break };
            (digits.iter().fold(0usize, |n, digit| n << 8 | usize::from(*digit)), data)
        };
        let Some((data, left)) = data.split_at_checked(length) else { break };
        found.push(((*record, *number), data));
        rest = left;
    }
    found
}
