//! One row per language: everything that tells one analyser from another.

use snowball_stemmers_rs::Algorithm;

use super::{
    common,
    endings::{beyond, north, south},
    folding::{Apostrophe, Letters},
    latin::Typing,
    stemming::{Stemming, exact},
};

/// What is particular to a language.
pub(super) struct Language {
    /// Its codes in locales.
    pub(super) codes: &'static [&'static str],
    /// Its letters.
    pub(super) letters: Letters,
    /// Articles and pronouns that are written together with the word behind them, before an apostrophe.
    pub(super) elided: &'static [&'static str],
    /// Its endings.
    pub(super) stemming: Stemming,
    /// How its words are typed in Latin letters, where it has others of Indic kind.
    pub(super) typing: Option<Typing>,
    /// Words that it says all the time.
    pub(super) common: &'static str,
}

const LETTERS: Letters = Letters { kept: "", changed: &[], is_dotless: false, has_two_eyed_heh: false, apostrophe: Apostrophe::Possesses };
const ROW: Language = Language { codes: &[], letters: LETTERS, elided: &[], stemming: Stemming::None, typing: None, common: "" };
const TYPED: Option<Typing> = Some(Typing { has_round_vowel: false, has_one_voice: false });
const ROUND: Option<Typing> = Some(Typing { has_round_vowel: true, has_one_voice: false });
const VOICELESS: Option<Typing> = Some(Typing { has_round_vowel: false, has_one_voice: true });

const fn kept(letters: &'static str) -> Letters {
    Letters { kept: letters, apostrophe: Apostrophe::Joins, ..LETTERS }
}

const fn snowball(codes: &'static [&'static str], letters: Letters, algorithm: Algorithm, common: &'static str) -> Language {
    Language { codes, letters, stemming: Stemming::Snowball(algorithm), common, ..ROW }
}

/// Of a language that is not here: folded, and nothing else.
pub(super) const UNKNOWN: Language = ROW;
/// Of a language that is not here, in an Indic script.
pub(super) const UNKNOWN_INDIC: Language = Language { typing: TYPED, ..ROW };

/// The table.
///
/// Letters with accents are folded where readers leave the accents out as they type, and where Lucene's analyser of the language does so; where they
/// are letters of their own, they are kept.
pub(super) const LANGUAGES: &[Language] = &[
    snowball(&["en"], LETTERS, Algorithm::English, common::ENGLISH),
    Language {
        codes: &["hi", "bho", "mai", "awa", "mag", "raj"],
        stemming: Stemming::Steps(north::HINDI, north::devanagari),
        typing: TYPED,
        common: common::HINDI,
        ..ROW
    },
    Language {
        codes: &["bn", "as"],
        stemming: Stemming::Steps(north::BENGALI, north::bengali),
        typing: ROUND,
        common: common::BENGALI,
        ..ROW
    },
    Language {
        codes: &["mr", "kok"],
        stemming: Stemming::Steps(north::MARATHI, north::devanagari),
        typing: TYPED,
        common: common::MARATHI,
        ..ROW
    },
    Language {
        codes: &["gu"],
        stemming: Stemming::Steps(north::GUJARATI, north::gujarati),
        typing: TYPED,
        common: common::GUJARATI,
        ..ROW
    },
    Language { codes: &["pa"], stemming: Stemming::Steps(north::PUNJABI, north::punjabi), typing: TYPED, common: common::PUNJABI, ..ROW },
    Language {
        codes: &["kn", "tcy"],
        stemming: Stemming::Steps(south::KANNADA, south::southern),
        typing: TYPED,
        common: common::KANNADA,
        ..ROW
    },
    Language { codes: &["te"], stemming: Stemming::Steps(south::TELUGU, south::southern), typing: TYPED, common: common::TELUGU, ..ROW },
    Language {
        codes: &["ml"],
        stemming: Stemming::Steps(south::MALAYALAM, south::southern),
        typing: VOICELESS,
        common: common::MALAYALAM,
        ..ROW
    },
    Language { codes: &["ta"], stemming: Stemming::Steps(south::TAMIL, south::southern), typing: VOICELESS, common: common::TAMIL, ..ROW },
    Language { codes: &["ne"], stemming: Stemming::Snowball(Algorithm::Nepali), typing: TYPED, common: common::NEPALI, ..ROW },
    Language { codes: &["or"], typing: ROUND, ..ROW },
    Language {
        codes: &["ur", "pnb", "skr"],
        letters: Letters { has_two_eyed_heh: true, ..LETTERS },
        stemming: Stemming::Steps(north::URDU, exact),
        common: common::URDU,
        ..ROW
    },
    Language { codes: &["sd", "ks"], letters: Letters { has_two_eyed_heh: true, ..LETTERS }, ..ROW },
    Language { codes: &["ar", "arz"], stemming: Stemming::Steps(beyond::ARABIC, exact), common: common::ARABIC, ..ROW },
    Language { codes: &["fa", "prs"], stemming: Stemming::Steps(beyond::PERSIAN, exact), common: common::PERSIAN, ..ROW },
    Language {
        codes: &["fr"],
        letters: kept(""),
        elided: &["l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"],
        stemming: Stemming::Steps(beyond::FRENCH, exact),
        common: common::FRENCH,
        ..ROW
    },
    Language {
        codes: &["es", "gl"],
        letters: kept("ñ"),
        stemming: Stemming::Steps(beyond::SPANISH, exact),
        common: common::SPANISH,
        ..ROW
    },
    Language {
        codes: &["ca"],
        letters: kept(""),
        elided: &["l", "d", "m", "t", "s", "n"],
        stemming: Stemming::Steps(beyond::SPANISH, exact),
        ..ROW
    },
    Language { codes: &["pt"], letters: kept(""), stemming: Stemming::Steps(beyond::PORTUGUESE, exact), common: common::PORTUGUESE, ..ROW },
    Language {
        codes: &["it"],
        letters: kept(""),
        elided: &[
            "c", "l", "all", "dall", "dell", "nell", "sull", "coll", "pell", "gl", "agl", "dagl", "degl", "negl", "sugl", "un", "m", "t",
            "s", "v", "d",
        ],
        stemming: Stemming::Steps(beyond::ITALIAN, exact),
        common: common::ITALIAN,
        ..ROW
    },
    snowball(&["ro"], Letters { changed: &[('ş', "ș"), ('ţ', "ț")], ..kept("ăâîșț") }, Algorithm::Romanian, common::ROMANIAN),
    snowball(&["de"], kept(""), Algorithm::German, common::GERMAN),
    snowball(&["nl"], kept(""), Algorithm::Dutch, common::DUTCH),
    snowball(&["sv"], Letters { changed: &[('æ', "ä"), ('ø', "ö")], ..kept("åäö") }, Algorithm::Swedish, common::SWEDISH),
    snowball(&["da"], Letters { changed: &[('ä', "æ"), ('ö', "ø")], ..kept("åæø") }, Algorithm::Danish, common::DANISH),
    snowball(&["nb", "no", "nn"], Letters { changed: &[('ä', "æ"), ('ö', "ø")], ..kept("åæø") }, Algorithm::Norwegian, common::NORWEGIAN),
    snowball(&["fi"], kept("åäö"), Algorithm::Finnish, common::FINNISH),
    snowball(&["et"], kept("äöõüšž"), Algorithm::Estonian, ""),
    snowball(&["hu"], kept("áéíóöőúüű"), Algorithm::Hungarian, common::HUNGARIAN),
    snowball(&["tr"], Letters { is_dotless: true, apostrophe: Apostrophe::Parts, ..kept("çğıöşü") }, Algorithm::Turkish, common::TURKISH),
    Language { codes: &["az"], letters: Letters { is_dotless: true, apostrophe: Apostrophe::Parts, ..kept("çğıöşüə") }, ..ROW },
    snowball(&["pl"], kept("ąćęłńóśźż"), Algorithm::Polish, common::POLISH),
    snowball(&["cs"], kept("áčďéěíňóřšťúůýž"), Algorithm::Czech, common::CZECH),
    snowball(&["lt"], kept("ąčęėįšųūž"), Algorithm::Lithuanian, ""),
    snowball(&["eu"], kept("ñ"), Algorithm::Basque, ""),
    snowball(&["ga"], kept("áéíóú"), Algorithm::Irish, ""),
    snowball(&["id", "ms"], LETTERS, Algorithm::Indonesian, common::INDONESIAN),
    snowball(&["ru"], LETTERS, Algorithm::Russian, common::RUSSIAN),
    snowball(&["uk"], LETTERS, Algorithm::Ukrainian, common::UKRAINIAN),
    snowball(&["el"], LETTERS, Algorithm::Greek, common::GREEK),
    snowball(&["hy"], LETTERS, Algorithm::Armenian, ""),
    snowball(&["yi"], LETTERS, Algorithm::Yiddish, ""),
    Language { codes: &["vi"], common: common::VIETNAMESE, ..ROW },
    Language { codes: &["ko"], stemming: Stemming::Steps(beyond::KOREAN, exact), ..ROW },
    Language { codes: &["ja"], stemming: Stemming::Steps(beyond::JAPANESE, exact), common: common::JAPANESE, ..ROW },
    Language { codes: &["zh", "yue"], common: common::CHINESE, ..ROW },
    Language { codes: &["th"], common: common::THAI, ..ROW },
];
