//! Inflections of a word meet, and other words do not.

use std::collections::BTreeMap;

use super::stem;

/// By language, a word in several of its forms on each line.
const FORMS: &[(&str, &[&str])] = &[
    ("en", &["election elections", "minister ministers minister's", "vote votes voted voting", "city cities"]),
    (
        "hi",
        &[
            "किसान किसानों",
            "चुनाव चुनावों",
            "सरकार सरकारें सरकारों",
            "नीति नीतियां नीतियों",
            "महिला महिलाएं महिलाओं महिलाएँ",
            "लड़का लड़के लड़कों",
            "कर्मचारी कर्मचारियों",
            "जिला जिले जिलों ज़िले",
            "मामला मामले मामलों",
            "बदलना बदलता बदलते बदलेगा बदलेंगे",
            "टीका टीके",
            "दिल्ली दिल्लि",
            "भूकंप भुकंप भूकम्प",
        ],
    ),
    (
        "bn",
        &[
            "সরকার সরকারের সরকারকে",
            "নির্বাচন নির্বাচনের নির্বাচনে",
            "মন্ত্রী মন্ত্রীর মন্ত্রীরা মন্ত্রীদের মন্ত্রীকে",
            "শিশু শিশুরা শিশুদের শিশুর শিশুটি",
            "ঢাকা ঢাকার ঢাকায়",
            "কলকাতা কলকাতার কলকাতায় কলকাতাতে",
            "দল দলের দলগুলি দলগুলির দলটি দলে",
            "বাংলাদেশ বাংলাদেশের বাংলাদেশে",
            "খবর খবরের খবরে খবরটি",
            "বাড়ি বাড়ির বাড়িতে বাড়ী",
            "সংগীত সঙ্গীত",
            "শ্রমিক শ্রমিকরা শ্রমিকদের",
        ],
    ),
    (
        "mr",
        &[
            "सरकार सरकारने सरकारच्या सरकारला सरकारचा",
            "शहर शहरात शहरातील शहरांमध्ये शहराच्या",
            "घर घराचा घरात घरासाठी घरांना घरे",
            "रस्ता रस्त्यावर रस्त्याचे रस्ते रस्त्यांवर",
            "निवडणूक निवडणुकीत निवडणुकीच्या",
            "मुंबई मुंबईत मुंबईच्या मुंबईतील",
            "मंत्री मंत्र्यांनी मंत्र्यांच्या",
            "शेतकरी शेतकऱ्यांना शेतकऱ्यांच्या",
        ],
    ),
    (
        "gu",
        &[
            "સરકાર સરકારે સરકારની સરકારના સરકારને",
            "શહેર શહેરમાં શહેરના શહેરો શહેરોમાં",
            "ગુજરાત ગુજરાતમાં ગુજરાતના ગુજરાતી",
            "યોજના યોજનાનો યોજનાઓ યોજનામાં",
            "ખેડૂત ખેડૂતો ખેડૂતોને ખેડૂતોની",
            "છોકરો છોકરા છોકરાઓ છોકરી",
        ],
    ),
    ("pa", &["ਸਰਕਾਰ ਸਰਕਾਰਾਂ", "ਕਿਸਾਨ ਕਿਸਾਨਾਂ", "ਮੁੰਡਾ ਮੁੰਡੇ ਮੁੰਡਿਆਂ", "ਕੁੜੀ ਕੁੜੀਆਂ", "ਲੋਕ ਲੋਕਾਂ", "ਪਿੰਡ ਪਿੰਡਾਂ", "ਜ਼ਿਲ੍ਹਾ ਜ਼ਿਲ੍ਹੇ ਜਿਲ੍ਹੇ"]),
    (
        "kn",
        &[
            "ಸರ್ಕಾರ ಸರ್ಕಾರದ ಸರ್ಕಾರಕ್ಕೆ ಸರ್ಕಾರವನ್ನು ಸರ್ಕಾರಗಳು ಸರ್ಕಾರದಿಂದ",
            "ಚುನಾವಣೆ ಚುನಾವಣೆಯ ಚುನಾವಣೆಯಲ್ಲಿ ಚುನಾವಣೆಗಳು ಚುನಾವಣೆಗೆ",
            "ಬೆಂಗಳೂರು ಬೆಂಗಳೂರಿನ ಬೆಂಗಳೂರಿನಲ್ಲಿ ಬೆಂಗಳೂರಿಗೆ",
            "ಪುಸ್ತಕ ಪುಸ್ತಕಗಳು ಪುಸ್ತಕವನ್ನು ಪುಸ್ತಕದಲ್ಲಿ",
            "ಪೊಲೀಸ್ ಪೊಲೀಸರು ಪೊಲೀಸರಿಗೆ ಪೊಲೀಸರನ್ನು",
            "ಮಂತ್ರಿ ಮಂತ್ರಿಗಳು ಮಂತ್ರಿಯನ್ನು ಮಂತ್ರಿಗೆ ಮನ್ತ್ರಿ",
            "ಶಾಲೆ ಶಾಲೆಗಳಲ್ಲಿ ಶಾಲೆಯಿಂದ ಶಾಲೆಗೆ",
            "ರೋನಾಲ್ಡೊ ರೊನಾಲ್ಡೋ",
        ],
    ),
    (
        "te",
        &[
            "దేశం దేశంలో దేశానికి దేశాన్ని దేశాలు దేశాల",
            "ప్రభుత్వం ప్రభుత్వంలో ప్రభుత్వానికి ప్రభుత్వాలు",
            "హైదరాబాద్ హైదరాబాద్‌లో హైదరాబాద్‌కు",
            "మంత్రి మంత్రికి మంత్రులు",
            "రైతు రైతులు రైతులకు రైతుల",
            "ఎన్నికలు ఎన్నికల ఎన్నికల్లో",
        ],
    ),
    (
        "ml",
        &[
            "കേരളം കേരളത്തിൽ കേരളത്തിന്റെ കേരളത്തിലെ",
            "സർക്കാർ സർക്കാരിന്റെ സർക്കാരും സര്‍ക്കാര്‍",
            "മന്ത്രി മന്ത്രിയുടെ മന്ത്രിമാർ മന്ത്രിയെ",
            "കുട്ടി കുട്ടികൾ കുട്ടികളുടെ കുട്ടികളെ",
            "തിരഞ്ഞെടുപ്പ് തിരഞ്ഞെടുപ്പിൽ തിരഞ്ഞെടുപ്പിന്റെ",
        ],
    ),
    (
        "ta",
        &[
            "மாநிலம் மாநிலத்தில் மாநிலத்தின் மாநிலங்கள் மாநிலங்களில்",
            "அரசு அரசின் அரசை அரசுக்கு",
            "பள்ளி பள்ளிகள் பள்ளியில் பள்ளிகளில்",
            "சென்னை சென்னையில் சென்னையின்",
            "தேர்தல் தேர்தலில் தேர்தலின்",
            "விவசாயி விவசாயிகள் விவசாயிகளுக்கு",
        ],
    ),
    ("ur", &["حکومت حکومتوں", "لڑکا لڑکے لڑکوں", "کتاب کتابیں کتابوں", "بچہ بچے بچوں", "خبر خبریں خبروں"]),
    ("ar", &["الحكومة حكومة والحكومة بالحكومة", "الرئيس رئيس للرئيس", "المدينة مدينة", "اﻹنتخابات الانتخابات انتخابات"]),
    ("fa", &["کتاب کتاب‌ها كتاب‌های کتابها", "انتخابات انتخابات"]),
    ("fr", &["élection élections election", "élu élue élus élues elu", "journal journaux", "château châteaux chateau"]),
    ("es", &["elección elecciones eleccion", "presidente presidenta presidentes", "voz voces"]),
    ("pt", &["eleição eleições eleicao", "jornal jornais", "homem homens"]),
    ("it", &["governo governi", "città citta", "banca banche"]),
    ("de", &["Haus Häuser Hauses", "Straße Strasse", "Wahl Wahlen"]),
    ("ru", &["правительство правительства правительству", "ёлка елка", "выборы выборов"]),
    ("tr", &["Iğdır ığdır", "İstanbul istanbul", "haber haberler haberleri"]),
    ("ko", &["서울 서울에서 서울은 서울의", "대통령 대통령이 대통령은"]),
    ("ja", &["コンピューター コンピュータ"]),
    ("ne", &["सरकार सरकारले सरकारको"]),
];

#[test]
fn forms_of_a_word_meet() {
    let mut parted = Vec::new();
    for (locale, lines) in FORMS {
        for line in *lines {
            let stems: BTreeMap<String, &str> = line.split_whitespace().map(|word| (stem(locale, word), word)).collect();
            if stems.len() > 1 {
                parted.push(format!("{locale}: {stems:?}"));
            }
        }
    }
    assert!(parted.is_empty(), "{}", parted.join("\n"));
}

#[test]
fn words_that_are_no_forms_of_each_other_do_not_meet() {
    let mut met = Vec::new();
    for (locale, lines) in FORMS {
        let mut first = BTreeMap::new();
        for line in *lines {
            let word = line.split_whitespace().next().unwrap();
            if let Some(other) = first.insert(stem(locale, word), word) {
                met.push(format!("{locale}: {other} {word}"));
            }
        }
    }
    for (locale, words) in [
        ("en", "universe university unit"),
        ("hi", "जनता जन"),
        ("hi", "भारत भार"),
        ("hi", "मोदी मुद्दा"),
        ("hi", "राम रमा रोम"),
        ("hi", "योजना यज्ञ योग"),
        ("hi", "चीन चना चुनाव"),
        ("bn", "বাংলা বাংলাদেশ"),
        ("bn", "সরকার সরল"),
        ("bn", "দল দাল দিল"),
        ("bn", "কর কার কাল"),
        ("bn", "ভারত ভার"),
        ("mr", "शहर शहा"),
        ("mr", "महाराष्ट्र महाराज"),
        ("gu", "ગુજરાત ગુજરી"),
        ("pa", "ਪੰਜਾਬ ਪੰਜ"),
        ("kn", "ಕನ್ನಡ ಕನ್ನಡಕ"),
        ("kn", "ಮರ ಮರಣ"),
        ("kn", "ಕರ್ನಾಟಕ ಕರ್ಣ"),
        ("te", "తెలుగు తెలంగాణ"),
        ("ml", "കേരളം കേര"),
        ("ta", "தமிழ் தமிழ்நாடு"),
        ("ur", "پاکستان پاک"),
        ("sv", "får far"),
        ("es", "año ano"),
        ("tr", "kır kir"),
        ("ur", "گھر گر"),
    ] {
        let stems: BTreeMap<String, &str> = words.split(' ').map(|word| (stem(locale, word), word)).collect();
        if stems.len() < words.split(' ').count() {
            met.push(format!("{locale}: {words}"));
        }
    }
    assert!(met.is_empty(), "{}", met.join("\n"));
}

#[test]
fn a_stem_depends_on_the_folded_word_alone() {
    for (locale, words) in
        [("hi", "नीतियाँ नीतियां"), ("en", "Elections ELECTIONS elections"), ("fr", "ÉLECTIONS elections"), ("ml", "അവൻ അവന്‍")]
    {
        let stems: Vec<String> = words.split(' ').map(|word| stem(locale, word)).collect();
        assert!(stems.iter().all(|stem| Some(stem) == stems.first()), "{locale}: {stems:?}");
    }
}

#[test]
fn common_words_are_told_and_kept() {
    for (locale, text, common) in [
        ("en", "The who", 2),
        ("en", "election of the minister", 2),
        ("hi", "सरकार का चुनाव में", 2),
        ("bn", "সরকার এবং জনগণ", 1),
        ("kn", "ಸರ್ಕಾರ ಮತ್ತು ಜನ", 1),
        ("fr", "l'élection du président", 1),
        ("ur", "حکومت کی خبر", 1),
        ("th", "การเลือกตั้งของไทย", 2),
    ] {
        let words = super::analyser(locale).words(text);
        assert_eq!(words.iter().filter(|word| word.is_common).count(), common, "{locale}: {words:?}");
        assert!(words.iter().all(|word| !word.stem.is_empty()), "{words:?}");
    }
}
