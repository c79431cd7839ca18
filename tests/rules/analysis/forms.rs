//! One form for what is written in several.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::{analyser, folded};

#[test]
fn what_is_written_in_two_ways_is_found_under_one() {
    for (locale, one, other) in [
        ("hi", "हिन्दी", "हिंदी"),
        ("hi", "सम्बन्ध", "संबंध"),
        ("hi", "चाँद", "चांद"),
        ("hi", "क़लम", "कलम"),
        ("hi", "फ़िल्म", "फिल्म"),
        ("hi", "डॉक्टर", "डाक्टर"),
        ("hi", "दुःख", "दुख"),
        ("hi", "जगत्", "जगत"),
        ("hi", "२०२४", "2024"),
        ("hi", "क्\u{200d}ष", "क्ष"),
        ("mr", "बँक", "बॅंक"),
        ("bn", "২০২৪", "2024"),
        ("bn", "হঠাৎ", "হঠাত"),
        ("bn", "\u{9dc}", "\u{9a1}\u{9bc}"),
        ("bn", "অঙ্ক", "অংক"),
        ("bn", "মো\u{200c}দি", "মোদি"),
        ("pa", "ਸਿੰਘ", "ਸਿਂਘ"),
        ("pa", "ਜ਼ਮੀਨ", "ਜਮੀਨ"),
        ("gu", "હિન્દી", "હિંદી"),
        ("kn", "೨೦೨೪", "2024"),
        ("kn", "ಬ್ಯಾಂಕ್\u{200c}ನಲ್ಲಿ", "ಬ್ಯಾಂಕ್ನಲ್ಲಿ"),
        ("kn", "ಹಿನ್ದಿ", "ಹಿಂದಿ"),
        ("ml", "അവന്\u{200d}", "അവൻ"),
        ("ml", "അവൻ", "അവന്"),
        ("ta", "௨௦௨௪", "2024"),
        ("ur", "كتاب", "کتاب"),
        ("ur", "پاكستاني", "پاکستانی"),
        ("ar", "أَحْمَد", "احمد"),
        ("ar", "مـــصر", "مصر"),
        ("ar", "مدرسة", "مدرسه"),
        ("ar", "مصطفى", "مصطفي"),
        ("ar", "٢٠٢٤", "2024"),
        ("fa", "۲۰۲۴", "2024"),
        ("ar", "ﻣﺼﺮ", "مصر"),
        ("en", "COVID", "covid"),
        ("en", "ＣＯＶＩＤ", "covid"),
        ("en", "café", "cafe"),
        ("en", "India's", "india"),
        ("en", "India’s", "india"),
        ("hi", "Modi’s", "modi"),
        ("en", "U.S.A.", "usa"),
        ("en", "O'Brien", "OBrien"),
        ("en", "1,000", "1000"),
        ("en", "12,345,678", "12345678"),
        ("hi", "12,34,567", "1234567"),
        ("hi", "१२,३४,५६७", "1234567"),
        ("de", "3,5", "３，５"),
        ("hi", "३,५", "3,5"),
        ("ar", "١٬٠٠٠", "1,000"),
        ("ar", "٣٫٥", "3.5"),
        ("tr", "Türkiye'nin", "Türkiye"),
        ("tr", "Erdoğan’ın", "Erdoğan"),
        ("tr", "AB'ye", "AB"),
        ("tr", "ANKARA'DAKİ", "Ankara"),
        ("az", "Bakı'da", "Bakı"),
        ("az", "Bakı\u{2bc}da", "Bakı"),
        ("bn", "১২,৩৪,৫৬৭", "1234567"),
        ("en", "soft\u{ad}ware", "software"),
        ("en", "ﬁlm", "film"),
        ("fr", "l'économie", "economie"),
        ("fr", "L’Économie", "economie"),
        ("it", "dell'arte", "arte"),
        ("de", "Größe", "Grosse"),
        ("el", "Αθήνα", "αθηνα"),
        ("el", "ΠΟΛΙΣ", "πολις"),
        ("ru", "Ёж", "еж"),
        ("vi", "Việt", "viet"),
        ("ro", "ştire", "știre"),
        ("he", "שָׁלוֹם", "שלום"),
        ("ja", "ﾆｭｰｽ", "ニュース"),
        ("tr", "ISPARTA", "ısparta"),
        ("az", "İSTANBUL", "istanbul"),
    ] {
        assert_eq!(folded(locale, one), folded(locale, other), "{locale}: {one} and {other}");
        assert_eq!(folded(locale, one).len(), 1, "{locale}: {one}");
    }
}

#[test]
fn letters_that_make_another_word_stay() {
    for (locale, one, other) in [
        ("sv", "får", "far"),
        ("da", "øre", "ore"),
        ("es", "año", "ano"),
        ("tr", "kış", "kıs"),
        ("tr", "ılık", "ilik"),
        ("fi", "sää", "saa"),
        ("hi", "मोदी", "मादी"),
        ("bn", "পড়া", "পরা"),
        ("ru", "мой", "мои"),
        ("ur", "گھر", "گہر"),
        ("ja", "かき", "がき"),
        ("kn", "ಕಾಲ", "ಕಲ"),
    ] {
        assert_ne!(folded(locale, one), folded(locale, other), "{locale}: {one} and {other}");
    }
}

#[test]
fn what_means_another_thing_stays_another() {
    for (locale, one, other) in [
        ("en", "3,5", "35"),
        ("de", "1,2", "12"),
        ("fr", "0,25", "025"),
        ("hi", "३,५", "३५"),
        ("ar", "٣٫٥", "٣٥"),
        ("en", "12,34", "1234"),
        ("en", "1234,567", "1234567"),
        ("bn", "১২,৩৪", "১২৩৪"),
        ("de", "1.234,567", "1.234567"),
        ("tr", "Ankara'daki", "Ankaradaki"),
        ("en", "O'Brien", "O"),
        ("tr", "D'Artagnan", "D"),
    ] {
        assert_ne!(folded(locale, one), folded(locale, other), "{locale}: {one} and {other}");
        assert_eq!(folded(locale, one).len(), 1, "{locale}: {one}");
    }
}

#[test]
fn every_digit_of_unicode_is_one_of_ascii() {
    let hindi = analyser("hi");
    let mut count = 0;
    for c in ('\u{80}'..=char::MAX).filter(|c| c.general_category() == GeneralCategory::DecimalNumber) {
        let text = format!("1{c}");
        let words = hindi.words(&text);
        let told: String = words.iter().map(|word| word.folded.as_ref()).collect();
        assert!(told.len() == 2 && told.bytes().all(|b| b.is_ascii_digit()), "{c:?}: {told}");
        // Compatibility forms are the only ones of which Unicode itself tells the value.
        if let Some(plain) = c.nfkc().next().filter(char::is_ascii_digit) {
            assert!(told.ends_with(plain), "{c:?}: {told}");
        }
        count += 1;
    }
    assert!(count > 600, "{count}");
    assert_eq!(folded("hi", "०१२३४५६७८९ ০১২৩৪৫৬৭৮৯ ೦೧೨೩೪೫೬೭೮೯ ០១២៣៤៥៦៧៨៩"), ["0123456789"; 4]);
}

#[test]
fn a_language_that_is_not_known_is_folded_and_not_stemmed() {
    for (locale, text) in [("sw", "Habari za Siasa"), ("sa", "रामः ग्रामम् गच्छति")] {
        for word in analyser(locale).words(text) {
            assert_eq!(word.folded, word.stem, "{locale}");
        }
    }
    assert_eq!(folded("sw", "Habari za Siasa"), ["habari", "za", "siasa"]);
    // By its script, it may be typed in Latin letters all the same.
    assert!(analyser("sa").words("मोदी").iter().all(|word| word.latin.is_some()));
    assert!(analyser("sw").words("मोदी").iter().all(|word| word.latin.is_none()));
}

#[test]
fn punjabi_is_read_by_its_script() {
    let stems = |locale: &str| analyser(locale).words("کتابوں ਕਿਸਾਨਾਂ").into_iter().map(|word| word.stem.into_owned()).collect::<Vec<_>>();
    assert_eq!(stems("pa-Arab"), ["كتاب", "ਕਿਸਾਨਾਂ"]);
    assert_eq!(stems("pa-PK"), ["كتاب", "ਕਿਸਾਨਾਂ"]);
    assert_eq!(stems("pa"), ["كتابوں", "ਕਿਸਾਨ"]);
}

/// What documents are made of word by word is what queries are made of as a whole, of whatever text.
#[test]
fn each_word_of_a_text_has_the_forms_that_it_has_in_the_text() {
    let pieces = [
        "l'économie d’aujourd’hui",
        "U.S.A. 1,000 e-mail",
        "मोदी ने कहा।",
        "बंदरगाह\u{200d}ों",
        "e\u{301}tat",
        "ঢাকায় ৳১,০০০",
        "ಬೆಂಗಳೂರಿನಲ್ಲಿ",
        "สวัสดีชาวโลก",
        "北京市朝阳区",
        "東京タワーへ",
        "İstanbul’da",
        "🛥️ -- ‘quoted’",
        "\u{94d}\u{200c}",
        "كتابٌ",
        "",
    ];
    for locale in ["en", "fr", "hi", "bn", "kn", "th", "zh", "ja", "tr", "ar", "ml", "sw"] {
        let analyser = analyser(locale);
        for (n, piece) in pieces.iter().enumerate() {
            let text = format!("{piece} {}", pieces[(n * 7 + 3) % pieces.len()]);
            let whole: Vec<_> = analyser
                .words(&text)
                .into_iter()
                .map(|word| (word.folded.into_owned(), word.stem.into_owned(), word.latin, word.is_common))
                .collect();
            let mut each = Vec::new();
            analyser.each(&text, &mut |word| {
                each.extend(
                    analyser.forms(word).map(|word| (word.folded.into_owned(), word.stem.into_owned(), word.latin, word.is_common)),
                );
            });
            assert_eq!(each, whole, "{locale}: {text}");
        }
    }
}
