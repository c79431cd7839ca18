//! Quotation marks of `<q>`, by the language that it stands in.
//!
//! They are those of the Unicode CLDR (45, `delimiters`): of a quotation, and of one within it. Of each language those regions and scripts are
//! named that differ from it; where none is named the marks are those of English, as CLDR's root has them.

use crate::domain::Locale;

type Marks = [&'static str; 4];

const ROOT: Marks = ["“", "”", "‘", "’"];

const LANGUAGES: [(&str, Marks); 18] = [
    ("ca el es-US eu it kk pt-AO pt-CH pt-CV pt-GQ pt-GW pt-LU pt-MO pt-MZ pt-PT pt-ST pt-TL sq", ["«", "»", "“", "”"]),
    ("cs de dsb et hr hsb is mk sk sl", ["„", "“", "‚", "‘"]),
    ("be ky ru uk", ["«", "»", "„", "“"]),
    ("el-polyton nb nn no", ["«", "»", "‘", "’"]),
    ("am fa fr-CH", ["«", "»", "‹", "›"]),
    ("fi he sv", ["”", "”", "’", "’"]),
    ("ja yue zh-Hant zh-HK zh-MO zh-TW", ["「", "」", "『", "』"]),
    ("ar ur", ["”", "“", "’", "‘"]),
    ("bg lt", ["„", "“", "„", "“"]),
    ("fr hy", ["«", "»", "«", "»"]),
    ("pl ro", ["„", "”", "«", "»"]),
    ("bs", ["„", "”", "‘", "’"]),
    ("fr-CA", ["«", "»", "”", "“"]),
    ("hu", ["„", "”", "»", "«"]),
    ("ka", ["„", "“", "«", "»"]),
    ("nl", ["‘", "’", "‘", "’"]),
    ("sr", ["„", "“", "‘", "‘"]),
    ("uz", ["“", "”", "’", "‘"]),
];

/// The marks before and after a quotation within so many others.
pub(super) fn of(locale: Option<&Locale>, within: usize) -> (&'static str, &'static str) {
    let mut tag = locale.map(Locale::as_str).unwrap_or_default();
    let listed = |tag: &str| LANGUAGES.iter().find(|(tags, _)| tags.split(' ').any(|t| t == tag)).map(|(_, marks)| marks);
    // Ends: each round takes a part off the tag.
    let [open, close, inner, outer] = loop {
        match (listed(tag), tag.rsplit_once('-')) {
            (Some(marks), _) => break *marks,
            (None, Some((parent, _))) => tag = parent,
            (None, None) => break ROOT,
        }
    };
    if within.is_multiple_of(2) { (open, close) } else { (inner, outer) }
}

/// True for words that are one quotation in marks already: those at its end are of the same pair, and none of them stand between.
pub(super) fn quoted(words: &str) -> bool {
    const PAIRS: [(char, &str); 15] = [
        ('"', "\""),
        ('“', "”"),
        ('”', "”“"),
        ('„', "“”"),
        ('«', "»"),
        ('»', "«"),
        ('‘', "’"),
        ('’', "’‘"),
        ('‚', "‘’"),
        ('‹', "›"),
        ('›', "‹"),
        ('「', "」"),
        ('『', "』"),
        ('《', "》"),
        ('〈', "〉"),
    ];
    let words = words.trim();
    let ends = |open: char| PAIRS.iter().find(|(o, _)| *o == open).map_or("", |(_, ends)| *ends);
    let mut chars = words.chars();
    let (Some(open), Some(close)) = (chars.next(), chars.next_back()) else { return false };
    // An apostrophe looks like the end of a quotation.
    ends(open).contains(close) && (close == '’' || !chars.as_str().contains(close))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_quotation_marks_where_both_are_there() {
        for (words, are) in [
            ("“a”", true),
            (" „b“ ", true),
            ("‘it’s’", true),
            ("‘Tis the season", false),
            ("“a” and “b”", false),
            ("“a", false),
            ("\"", false),
            ("'a'", false),
        ] {
            assert_eq!(quoted(words), are, "{words}");
        }
    }

    #[test]
    fn a_tag_has_the_marks_of_the_nearest_that_is_listed() {
        for (tag, outer, inner) in [
            ("en-IN", ("“", "”"), ("‘", "’")),
            ("de-AT", ("„", "“"), ("‚", "‘")),
            ("fr-CH", ("«", "»"), ("‹", "›")),
            ("fr-BE", ("«", "»"), ("«", "»")),
            ("zh-Hant-HK", ("「", "」"), ("『", "』")),
            ("zh-Hans", ("“", "”"), ("‘", "’")),
            ("hi", ("“", "”"), ("‘", "’")),
        ] {
            let locale: Locale = tag.parse().unwrap();
            assert_eq!((of(Some(&locale), 0), of(Some(&locale), 1), of(Some(&locale), 2)), (outer, inner, outer), "{tag}");
        }
    }
}
