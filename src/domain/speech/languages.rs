//! What each language that is prepared for says in the place of signs and short forms.

/// How a language reads what is not written as it is said.
pub(super) struct Language {
    /// What stands behind a number for per cent, or before it.
    pub(super) percent: Said,
    /// Signs and short forms of money, and what one and several of it are called.
    pub(super) money: &'static [(&'static str, &'static str, &'static str)],
    /// Short forms of large numbers that stand behind a number, and what they are called; those that are written as they are said, too.
    pub(super) magnitudes: &'static [(&'static str, &'static str)],
    /// Short forms of units that stand behind a number.
    pub(super) units: &'static [(&'static str, &'static str)],
    /// Short forms that stand by themselves.
    pub(super) short: &'static [(&'static str, &'static str)],
    /// What stands between two numbers from the one of which something reaches to the other.
    pub(super) to: &'static str,
    /// What a time of day is called.
    pub(super) time: Time,
    /// What ends a sentence.
    pub(super) stop: &'static str,
}

/// What a word stands before or behind.
pub(super) enum Said {
    Before(&'static str),
    Behind(&'static str),
}

/// How a time of day is called.
pub(super) struct Time {
    /// Between hour and minute.
    pub(super) hour: &'static str,
    /// Behind the minute.
    pub(super) minute: &'static str,
    /// Behind an hour without minutes.
    pub(super) full: &'static str,
    /// What stands behind the digits and is said already.
    pub(super) said: &'static [&'static str],
    /// Before a minute below ten.
    pub(super) nought: &'static str,
}

/// The language of a primary tag, where it is prepared for.
pub(super) fn language(tag: &str) -> Option<&'static Language> {
    match tag {
        "en" => Some(&ENGLISH),
        "hi" => Some(&HINDI),
        "bn" => Some(&BENGALI),
        "kn" => Some(&KANNADA),
        _ => None,
    }
}

static ENGLISH: Language = Language {
    percent: Said::Behind("percent"),
    money: &[
        ("US$", "US dollar", "US dollars"),
        ("Rs.", "rupee", "rupees"),
        ("Rs", "rupee", "rupees"),
        ("INR", "rupee", "rupees"),
        ("₹", "rupee", "rupees"),
        ("৳", "taka", "taka"),
        ("$", "dollar", "dollars"),
        ("€", "euro", "euros"),
        ("£", "pound", "pounds"),
        ("¥", "yen", "yen"),
    ],
    magnitudes: &[
        ("lakh crore", "lakh crore"),
        ("crore", "crore"),
        ("lakh", "lakh"),
        ("cr", "crore"),
        ("thousand", "thousand"),
        ("million", "million"),
        ("billion", "billion"),
        ("trillion", "trillion"),
        ("mn", "million"),
        ("bn", "billion"),
        ("tn", "trillion"),
    ],
    units: &[
        ("km/h", "kilometres an hour"),
        ("kmph", "kilometres an hour"),
        ("km", "kilometres"),
        ("kg", "kilograms"),
        ("cm", "centimetres"),
        ("mm", "millimetres"),
        ("°C", "degrees Celsius"),
        ("MW", "megawatts"),
    ],
    short: &[
        ("Dr.", "Doctor"),
        ("Dr", "Doctor"),
        ("Mr.", "Mister"),
        ("Mr", "Mister"),
        ("Mrs.", "Missus"),
        ("Mrs", "Missus"),
        ("Prof.", "Professor"),
        ("Gen.", "General"),
        ("Lt.", "Lieutenant"),
        ("Col.", "Colonel"),
        ("Capt.", "Captain"),
        ("Govt.", "Government"),
        ("Govt", "Government"),
        ("Dept.", "Department"),
        ("Jan.", "January"),
        ("Feb.", "February"),
        ("Aug.", "August"),
        ("Sept.", "September"),
        ("Oct.", "October"),
        ("Nov.", "November"),
        ("Dec.", "December"),
        ("approx.", "approximately"),
        ("vs.", "versus"),
        ("vs", "versus"),
        ("e.g.", "for example"),
        ("i.e.", "that is"),
        ("etc.", "et cetera"),
        ("&", "and"),
    ],
    to: "to",
    time: Time { hour: "", minute: "", full: "o'clock", said: &["o'clock", "hours", "hrs"], nought: "oh" },
    stop: ".",
};

static HINDI: Language = Language {
    percent: Said::Behind("प्रतिशत"),
    money: &[
        ("रु.", "रुपया", "रुपये"),
        ("रु", "रुपया", "रुपये"),
        ("Rs.", "रुपया", "रुपये"),
        ("₹", "रुपया", "रुपये"),
        ("৳", "टका", "टका"),
        ("$", "डॉलर", "डॉलर"),
        ("€", "यूरो", "यूरो"),
        ("£", "पाउंड", "पाउंड"),
        ("¥", "येन", "येन"),
    ],
    magnitudes: &[
        ("लाख करोड़", "लाख करोड़"),
        ("करोड़", "करोड़"),
        ("करोड", "करोड़"),
        ("लाख", "लाख"),
        ("हजार", "हज़ार"),
        ("हज़ार", "हज़ार"),
        ("अरब", "अरब"),
        ("खरब", "खरब"),
    ],
    units: &[("कि.मी.", "किलोमीटर"), ("किमी", "किलोमीटर"), ("कि.ग्रा.", "किलोग्राम"), ("किग्रा", "किलोग्राम"), ("°C", "डिग्री सेल्सियस")],
    short: &[
        ("डॉ.", "डॉक्टर"),
        ("डा.", "डॉक्टर"),
        ("प्रो.", "प्रोफ़ेसर"),
        ("पं.", "पंडित"),
        ("मो.", "मोहम्मद"),
        ("स्व.", "स्वर्गीय"),
        ("एड.", "एडवोकेट"),
        ("&", "और"),
    ],
    to: "से",
    time: Time { hour: "बजकर", minute: "मिनट", full: "बजे", said: &["बजे"], nought: "" },
    stop: "।",
};

static BENGALI: Language = Language {
    percent: Said::Behind("শতাংশ"),
    money: &[
        ("Rs.", "টাকা", "টাকা"),
        ("₹", "টাকা", "টাকা"),
        ("৳", "টাকা", "টাকা"),
        ("$", "ডলার", "ডলার"),
        ("€", "ইউরো", "ইউরো"),
        ("£", "পাউন্ড", "পাউন্ড"),
        ("¥", "ইয়েন", "ইয়েন"),
    ],
    magnitudes: &[("লক্ষ কোটি", "লক্ষ কোটি"), ("লাখ কোটি", "লাখ কোটি"), ("কোটি", "কোটি"), ("লক্ষ", "লক্ষ"), ("লাখ", "লাখ"), ("হাজার", "হাজার")],
    units: &[("কি.মি.", "কিলোমিটার"), ("কিমি", "কিলোমিটার"), ("কেজি", "কিলোগ্রাম"), ("°C", "ডিগ্রি সেলসিয়াস")],
    short: &[
        ("ডা.", "ডাক্তার"),
        ("ডাঃ", "ডাক্তার"),
        ("ড.", "ডক্টর"),
        ("ডঃ", "ডক্টর"),
        ("মো.", "মোহাম্মদ"),
        ("মোঃ", "মোহাম্মদ"),
        ("অধ্যা.", "অধ্যাপক"),
        ("&", "এবং"),
    ],
    to: "থেকে",
    time: Time { hour: "টা", minute: "মিনিট", full: "টা", said: &["টা"], nought: "" },
    stop: "।",
};

static KANNADA: Language = Language {
    percent: Said::Before("ಶೇಕಡಾ"),
    money: &[
        ("ರೂ.", "ರೂಪಾಯಿ", "ರೂಪಾಯಿ"),
        ("ರೂ", "ರೂಪಾಯಿ", "ರೂಪಾಯಿ"),
        ("Rs.", "ರೂಪಾಯಿ", "ರೂಪಾಯಿ"),
        ("₹", "ರೂಪಾಯಿ", "ರೂಪಾಯಿ"),
        ("$", "ಡಾಲರ್", "ಡಾಲರ್"),
        ("€", "ಯೂರೋ", "ಯೂರೋ"),
        ("£", "ಪೌಂಡ್", "ಪೌಂಡ್"),
        ("¥", "ಯೆನ್", "ಯೆನ್"),
    ],
    magnitudes: &[("ಲಕ್ಷ ಕೋಟಿ", "ಲಕ್ಷ ಕೋಟಿ"), ("ಕೋಟಿ", "ಕೋಟಿ"), ("ಲಕ್ಷ", "ಲಕ್ಷ"), ("ಸಾವಿರ", "ಸಾವಿರ")],
    units: &[("ಕಿ.ಮೀ.", "ಕಿಲೋಮೀಟರ್"), ("ಕಿಮೀ", "ಕಿಲೋಮೀಟರ್"), ("ಕೆ.ಜಿ.", "ಕಿಲೋಗ್ರಾಂ"), ("ಕೆಜಿ", "ಕಿಲೋಗ್ರಾಂ"), ("°C", "ಡಿಗ್ರಿ ಸೆಲ್ಸಿಯಸ್")],
    short: &[("ಡಾ.", "ಡಾಕ್ಟರ್"), ("ಪ್ರೊ.", "ಪ್ರೊಫೆಸರ್"), ("ಪ್ರೊ", "ಪ್ರೊಫೆಸರ್"), ("&", "ಮತ್ತು")],
    to: "ರಿಂದ",
    time: Time { hour: "ಗಂಟೆ", minute: "ನಿಮಿಷ", full: "ಗಂಟೆ", said: &["ಗಂಟೆ"], nought: "" },
    stop: ".",
};
