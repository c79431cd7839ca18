//! Where words begin and end.

use dateline::domain::analysis::Word;
use proptest::prelude::*;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

use super::{analyser, folded};

#[test]
fn words_end_where_their_language_ends_them() {
    for (locale, text, words) in [
        ("hi", "दिल्ली।अब नई सरकार॥", vec!["दिल्ली", "अब", "नई", "सरकार"]),
        ("hi", "COVID-19 और IPL 2024", vec!["covid", "19", "और", "ipl", "2024"]),
        ("bn", "ঢাকা, কলকাতা—দুই শহর", vec!["ঢাকা", "কলকাতা", "দুই", "শহর"]),
        ("kn", "‘ಬೆಂಗಳೂರು’ (ನಗರ)", vec!["ಬೆಂಗಳೂರು", "ನಗರ"]),
        ("ur", "حکومت۔عوام، خبر؟", vec!["حكومت", "عوام", "خبر"]),
        ("en", "He said.The end", vec!["he", "said", "the", "end"]),
        ("en", "bbc.com and snake_case", vec!["bbc", "com", "and", "snake", "case"]),
        ("en", "3.5 U.S. don't", vec!["3.5", "us", "dont"]),
        ("en", "state-of-the-art/old", vec!["state", "of", "the", "art", "old"]),
        ("en", "#Budget2024 @modi", vec!["budget2024", "modi"]),
        ("fr", "aujourd'hui l'eau", vec!["aujourdhui", "eau"]),
        ("th", "ภาษาไทย", vec!["ภาษา", "ไทย"]),
        ("th", "นายกรัฐมนตรี แถลงข่าว", vec!["นายก", "รัฐมนตรี", "แถลง", "ข่าว"]),
        ("zh", "我们讨论经济", vec!["我们", "讨论", "经济"]),
        ("ja", "東京都知事", vec!["東京", "都知事"]),
        ("ja", "ニュースを見る", vec!["ニュース", "を", "見る"]),
        ("km", "រដ្ឋាភិបាលកម្ពុជា", vec!["រដ្ឋាភិបាល", "កម្ពុជា"]),
        ("my", "မြန်မာနိုင်ငံအစိုးရ", vec!["မြန်မာနိုင်ငံ", "အစိုးရ"]),
        ("lo", "ພາສາລາວ", vec!["ພາສາ", "ລາວ"]),
        ("hi", "WHO ने ไทย", vec!["who", "ने", "ไทย"]),
        ("en", "… — !!! 👍", vec![]),
    ] {
        assert_eq!(folded(locale, text), words, "{locale}: {text}");
    }
}

/// Words by the book, parted as newsrooms leave spaces out.
fn by_the_book(text: &str) -> Vec<&str> {
    let parts = ['.', ':', '_', '\u{2024}', '\u{ff0e}', '\u{ff1a}', '\u{ff3f}'];
    let mut words = Vec::new();
    for word in text.unicode_words() {
        let is_initials = word.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic));
        if is_initials || word.chars().all(|c| c.is_numeric() || c == ',' || parts.contains(&c)) {
            words.push(word);
        } else {
            words.extend(word.split(parts).filter(|part| part.contains(char::is_alphanumeric)));
        }
    }
    words
}

/// Letters, marks and signs of many scripts, with those that join and part beside them.
fn texts() -> impl Strategy<Value = String> {
    let spaced = "[ a-zA-Z0-9.,:;_'’\"\\-!?/\n।॥\u{200c}\u{200d}\u{ad}àéßıİøş\u{300}\u{301}а-яЁёΑ-ω\u{5d0}-\u{5ea}\u{5b0}\u{600}-\u{6ff}क-ह\u{93c}-\u{94d}ँंः०-९ড়ক-হ\u{9bc}\u{9be}-\u{9cd}০-৯ਕ-ਹ\u{a3c}-\u{a4d}\u{a70}\u{a71}ક-હ\u{abc}-\u{acd}க-ஹ\u{bbe}-\u{bcd}క-హ\u{c3e}-\u{c4d}ಕ-ಹ\u{cbe}-\u{ccd}ക-ഹ\u{d3e}-\u{d4d}ൺ-ൿ가-힣\u{1100}-\u{1112}\u{1161}-\u{1175}]{0,40}";
    // Of a word that begins with a mark, the book itself is of two minds.
    spaced.prop_map(|text: String| {
        let mut on_a_letter = false;
        let stands = |c: &char| match c {
            '\u{ad}' | '\u{200c}' | '\u{200d}' => true,
            c if is_combining_mark(*c) => on_a_letter,
            c => {
                on_a_letter = c.is_alphanumeric();
                c.general_category() != GeneralCategory::Unassigned
            }
        };
        text.chars().filter(stands).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_short_way_finds_the_words_of_the_book(text in texts()) {
        let text: String = unicode_normalization::UnicodeNormalization::nfc(text.chars()).collect();
        let given = folded("sw", &text);
        let book: Vec<String> = by_the_book(&text).into_iter().flat_map(|word| folded("sw", word)).collect();
        prop_assert_eq!(given, book);
    }
}

#[test]
fn words_are_not_kept_waiting_for_by_what_is_behind_them() {
    // A word is the same whatever stands around it.
    let words = |text: &str| -> Vec<String> { analyser("hi").words(text).into_iter().map(|word: Word| word.folded.into_owned()).collect() };
    assert_eq!(words("मोदी"), words("“मोदी”"));
    assert_eq!(words("मोदी"), words("(मोदी),"));
    assert_eq!(words("मोदी"), words("मोदी।"));
}
