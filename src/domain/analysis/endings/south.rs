//! Dravidian languages: what a word stands for is hung on behind it, one piece after the other, so that the last piece goes first.

use super::super::{
    indic::{beside, place},
    stemming::{Sound, Step},
};

/// Kannada.
pub(in super::super) const KANNADA: &[Step] = &[
    // `too`, `only`, `that`.
    Step {
        rest: 2, endings: "ವನ್ನೂ>ವನ್ನು ಯನ್ನೂ>ಯನ್ನು ಗಳೂ>ಗಳು ಲ್ಲೂ>ಲ್ಲಿ ವೂ ಯೂ ೆಂದು ಿಂದೂ ವೇ ಯೇ"
    },
    // Cases, of one and of many; participles.
    Step {
        rest: 2,
        endings: "
            ಗಳಲ್ಲಿನ ಗಳಲ್ಲಿ ಗಳನ್ನು ಗಳಿಂದ ಗಳಿಗೆ ಗಳೊಂದಿಗೆ ಗಳಿಗಾಗಿ ಗಳು ಗಳ
            ದಲ್ಲಿನ ದಲ್ಲಿ ದಿಂದ ದೊಂದಿಗೆ ವನ್ನು ಕ್ಕೆ ಕ್ಕಾಗಿ ದಾದ್ಯಂತ ದೊಳಗೆ
            ಯಲ್ಲಿನ ಯಲ್ಲಿ ಯಿಂದ ಯನ್ನು ಯೊಂದಿಗೆ ಗಾಗಿ ಯಾಗಿ ವಾಗಿ ವಾದ ಯಾದ
            ಿನಲ್ಲಿ ಿನಿಂದ ಿನೊಂದಿಗೆ ೊಂದಿಗೆ ಿಗೆ ಿಂದ ನ್ನು ಲ್ಲಿ
            ನಲ್ಲಿ ನಿಂದ ನನ್ನು ನಿಗೆ ನೊಂದಿಗೆ ಿನ ುವ
            ತ್ತಿದ್ದಾರೆ ತ್ತಿದ್ದರು ತ್ತಿದ್ದ ತ್ತಿದೆ ತ್ತಾರೆ ತ್ತದೆ ತ್ತಾನೆ ತ್ತಾಳೆ ತ್ತವೆ ತ್ತಿರುವ ವುದರಿಂದ ವುದಕ್ಕಾಗಿ ವುದಕ್ಕೆ ವುದನ್ನು ವುದು
            ಿದ್ದಾರೆ ಿದ್ದರು ಿದ್ದ ಿದೆ ಿದರು ಿದ ಿರುವ ಲಾಗಿದೆ ಲಾಯಿತು ಬೇಕು ಲಿಲ್ಲ ಲಿದೆ ಲಿದ್ದಾರೆ ಲು
            ಗೆ",
    },
    // The genitive is one letter, and many a word ends in it.
    Step { rest: 2, endings: "ಾದ>ಾದ ದ ೆಯ>ೆ ಿಯ>ಿ ಾಯ>ಾ ್ನ>್ ್ಸ್ನ>್ಸ್" },
    Step { rest: 2, endings: "ಗಳು ಗಳ ಂದಿರು ವರು ರು ರ" },
    Step { rest: 2, endings: "ು ೆ ಿ ೀ ಾ ್ ೂ ೇ ೋ ೊ" },
];

/// Telugu.
pub(in super::super) const TELUGU: &[Step] = &[
    Step {
        rest: 2,
        endings: "
            ాలలోని ాలలో ాల్లోని ాల్లో ాలకు ాలను ాలతో ాలపై ాలు ాల ానికి ాన్ని ానిదే ంలోని ంలో ంతో ంపై ంగా ంలా ం
            లలోని లలో ల్లోని ల్లో లకు లను లతో లపై లోని లో లు ల
            ులకు ులను ులు ుల డిని డికి డు రాలు
            నుంచి నుండి కోసం వరకు గాను గా తో పై కు కి ను ని కై
            ుతున్నారు ుతోంది ుతున్న ిస్తున్నారు ిస్తోంది ిస్తారు ించారు ించింది ించిన ించడం ించాలి ారు ింది ిన ేందుకు డానికి డం",
    },
    Step { rest: 2, endings: "ాలు ాల లు ల ం డు" },
    Step { rest: 2, endings: "ి ీ ు ూ ె ే ా ొ ో ్" },
];

/// Malayalam: chillus are a consonant and its virama here.
pub(in super::super) const MALAYALAM: &[Step] = &[
    Step { rest: 2, endings: "ുമായി ായിരുന്നു ാണ് ും ായി ായ" },
    Step {
        rest: 2,
        endings: "
            ങ്ങളുടെ ങ്ങളില് ങ്ങളിലെ ങ്ങളിലേക്ക് ങ്ങള്ക്ക് ങ്ങളെ ങ്ങള് കളുടെ കളില് കളിലെ കള്ക്ക് കളെ കള്
            മാരുടെ മാരെ മാര്ക്ക് മാര്
            ത്തിന്റെ ത്തില് ത്തിലെ ത്തിലേക്ക് ത്തിനെ ത്തിന് ത്തോടെ ത്തോട് ത്തെ ത്ത് ത്തു
            യുടെ യില് യിലെ യിലേക്ക് യെ യ്ക്ക് യോട് യാല്
            വിന്റെ വില് വിനെ വിന്
            ിന്റെ ില് ിലെ ിലേക്ക് ിനെ ിന് ിനോട് ുടെ ോട് ോടെ ാല് െ ില്നിന്ന്",
    },
    Step { rest: 2, endings: "ങ്ങള് കള് മാര് ന്മാര്" },
    Step { rest: 2, endings: "ം ് ു ൂ ി ീ ാ െ േ ോ ൊ" },
];

/// Tamil.
pub(in super::super) const TAMIL: &[Step] = &[
    Step { rest: 2, endings: "ையும்>ை ிலும்>ில் ும்" },
    Step {
        rest: 2,
        endings: "
            ங்களிலிருந்து ங்களுக்கு ங்களில் ங்களின் ங்களை ங்களால் ங்கள்
            களிலிருந்து களுக்கு களில் களின் களை களால் களுடன் கள் ர்கள் ர்களை ர்களின் ர்களுக்கு
            த்திலிருந்து த்திற்கு த்துக்கு த்தில் த்தின் த்தை த்தால் த்துடன்
            யிலிருந்து யிலுள்ள யில் யின் யை யால் யுடன் விலிருந்து வில் வின் வை வுக்கு வால் வுடன்
            ிலிருந்து ிலுள்ள ுக்கு ிற்கு ில் ின் ை ால் ுடன் ோடு க்கு",
    },
    Step { rest: 2, endings: "ங்கள் ர்கள் கள் ம்" },
    Step { rest: 2, endings: "ு ூ ி ீ ா ் ே ெ ோ ொ ை" },
];

/// All four: names from elsewhere are written with either length of a vowel.
pub(in super::super) fn southern(c: char) -> Sound {
    match place(c) {
        // II, UU, EE and OO, as signs and as letters.
        Some(at @ (0x40 | 0x42 | 0x47 | 0x4b | 0x08 | 0x0a | 0x0f | 0x13)) => Sound::Like(beside(c, at - 1)),
        _ => Sound::Same,
    }
}
