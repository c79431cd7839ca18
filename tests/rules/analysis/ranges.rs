//! Where words stand in the text that was given.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::analyser;

const LOCALES: [&str; 16] = ["en", "hi", "bn", "kn", "ml", "ta", "ur", "ar", "fr", "tr", "ko", "ja", "zh", "th", "my", "sw"];

/// The words of a text as they stand in it.
fn standing<'t>(locale: &str, text: &'t str) -> Vec<&'t str> {
    analyser(locale).words(text).into_iter().map(|word| text.get(word.range).unwrap()).collect()
}

#[test]
fn words_are_marked_as_they_were_written() {
    assert_eq!(standing("hi", "फ़िल्म, “दिल्ली”।"), ["फ़िल्म", "दिल्ली"]);
    // NFC has the nukta by itself, and the accent with its letter.
    let written = "\u{95e}िल्म cafe\u{301} का";
    assert_eq!(standing("hi", written), ["\u{95e}िल्म", "cafe\u{301}", "का"]);
    assert_eq!(standing("fr", "l’e\u{301}conomie d'ici"), ["e\u{301}conomie", "ici"]);
    assert_eq!(standing("en", "India's soft\u{ad}ware"), ["India's", "soft\u{ad}ware"]);
    assert_eq!(standing("ko", "\u{1109}\u{1165}\u{110b}\u{116e}\u{11af}에서"), ["\u{1109}\u{1165}\u{110b}\u{116e}\u{11af}에서"]);
    assert_eq!(standing("ja", "ト\u{3099}イツ"), ["ト\u{3099}イツ"]);
}

#[test]
fn a_word_without_end_is_cut() {
    for (locale, letter) in [("en", "a"), ("hi", "की"), ("kn", "ಕ್"), ("ar", "ب"), ("ru", "я"), ("de", "ß"), ("fr", "é"), ("ta", "கோ")]
    {
        let text = letter.repeat(1_000);
        let words = analyser(locale).words(&text);
        assert_eq!(words.len(), 1, "{locale}");
        let word = words.first().unwrap();
        assert_eq!(word.range, 0..text.len(), "{locale}");
        assert!(word.folded.chars().count() <= 64 && word.stem.chars().count() <= 64, "{locale}: {}", word.folded);
        assert!(word.latin.iter().all(|latin| latin.close.len() <= 64), "{locale}: {:?}", word.latin);
    }
}

/// Any text, and texts of letters with what combines.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{0,40}",
        "[a-zA-Z .,:'’\u{300}-\u{30f}éàıß\u{200d}\u{958}-\u{95f}क-ह\u{93c}-\u{94d}\u{9c7}\u{9be}\u{9d7}ক-হ\u{cc6}\u{cc2}\u{cd5}ಕ-ಹ\u{d46}\u{d3e}ക-ഹ\u{1100}-\u{1112}\u{1161}-\u{1175}\u{11a8}-\u{11c2}か-ご\u{3099}ก-ฮ\u{e31}\u{e33}\u{e34}-\u{e3a}\u{600}-\u{6ff}]{0,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_its_words_in_it(text in texts(), n in 0..LOCALES.len()) {
        let words = analyser(LOCALES[n]).words(&text);
        let mut last = 0;
        for word in &words {
            prop_assert!(word.range.start >= last && word.range.end > word.range.start, "{words:?}");
            last = word.range.end;
            prop_assert!(text.get(word.range.clone()).is_some(), "{word:?}");
            prop_assert!(!word.folded.is_empty() && !word.stem.is_empty(), "{word:?}");
            prop_assert!(word.folded.chars().count() <= 64, "{word:?}");
        }
        prop_assert!(last <= text.len());
    }

    #[test]
    fn a_text_has_the_same_words_composed_and_decomposed(text in texts(), n in 0..LOCALES.len()) {
        let told = |text: &str| {
            let words = analyser(LOCALES[n]).words(text);
            words.into_iter().map(|word| (word.folded.into_owned(), word.stem.into_owned(), word.latin, word.is_common)).collect::<Vec<_>>()
        };
        let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
        prop_assert_eq!(told(&composed), told(&decomposed));
    }

    #[test]
    fn letters_and_their_marks_are_never_parted(text in texts()) {
        let text: String = text.nfd().collect();
        for locale in ["hi", "th", "ko"] {
            for word in analyser(locale).words(&text) {
                let behind = text.get(word.range.end..).unwrap();
                let mark = behind.chars().next().is_some_and(unicode_normalization::char::is_combining_mark);
                prop_assert!(!mark, "{locale}: {word:?} before {behind:?}");
            }
        }
    }
}
