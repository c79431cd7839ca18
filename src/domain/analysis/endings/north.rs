//! Indo-Aryan languages, and Urdu in its own script.

use super::super::stemming::{Sound, Step};

/// Hindi: number, gender and case of nouns, and the commonest endings of verbs.
pub(in super::super) const HINDI: &[Step] = &[
    // Of verbs: with less left, `जनता` would be `जन`, and `भारती` a load.
    Step {
        rest: 3, endings: "ाते ाती ाता ाने ानी ाना ाया ाकर ते ती ता ने नी ना कर"
    },
    Step {
        rest: 2,
        endings: "
        ियाओं ियां ियों ाओं ाएं ायें ुओं ुएं ुआं यों यां यें ओं एं
        ाएंगे ाएंगी ाएगा ाएगी ेंगे ेंगी ेगा ेगी ूंगा ूंगी ोगे ोगी
        ों ें ीं ां ए ई ये यी
        ा ी े ि ो ू ु ं",
    },
];

/// Bengali: what is hung on to words (`ও`, `ই`), cases, articles and plurals, tenses; and the genitive's `র` behind any vowel.
pub(in super::super) const BENGALI: &[Step] = &[
    Step { rest: 2, endings: "ও ই" },
    Step {
        rest: 2,
        endings: "
            গুলোকে গুলিকে গুলোর গুলির গুলোতে গুলিতে গুলো গুলি গুলোও
            দেরকে দিগকে দিগের দের েদের য়েদের েরা য়েরা রা
            টিকে টাকে টির টার টিতে টাতে টিও টি টা
            জনকে জনের জন সমূহের সমূহ গণের গণ
            েতে তে কে ের য়ের ে য়ে য়
            িয়েছিলেন িয়েছিল িয়েছেন িয়েছে য়েছিলেন য়েছিল য়েছেন য়েছে েছিলেন েছিল েছেন েছে েছি
            চ্ছিলেন চ্ছিল চ্ছেন চ্ছে চ্ছি ছিলেন ছিল ছেন ছে ছি
            বেন বে বো লেন লো লে লাম তেন তাম বার ানোর ানো িয়ে",
    },
    Step { rest: 2, endings: "গুলো গুলি দের েরা রা টি টা জন সমূহ গণ" },
    Step { rest: 2, endings: "ার>া ির>ি ীর>ী ুর>ু ূর>ূ োর>ো" },
    Step { rest: 2, endings: "া ি ী ু ূ ে ো ই য়" },
];

/// Marathi: postpositions, that are written together with the oblique form before them, then that form's own ending.
pub(in super::super) const MARATHI: &[Step] = &[
    Step {
        rest: 2,
        endings: "
            ण्यासाठी ण्याच्या ण्यामुळे ण्याची ण्याचा ण्याचे ण्यात ण्यास ण्याला ण्या णाऱ्या णार्या णारे णारा णारी णार णे
            साठी मुळे कडून कडे मध्ये मधील मधून पर्यंत पासून बाबत बद्दल विरोधात विरुद्ध समोर खाली प्रमाणे पैकी बरोबर सोबत सह ऐवजी
            च्या चा ची चे ने ला
            ांना>ां ींना>ीं ूंना>ूं ंनी>ं ांनी>ां ींनी>ीं
            ातील>ा ांतील>ां ीतील>ी ेतील>े ईतील>ई ातून>ा ांतून>ां ीतून>ी ेतून>े ाहून>ा ीहून>ी ेहून>े
            ावरील>ा ांवरील>ां ीवरील>ी ेवरील>े ावरून>ा ीवरून>ी ेवरून>े ावर>ा ांवर>ां ीवर>ी ेवर>े ूवर>ू
            ात>ा ांत>ां ीत>ी ेत>े ूत>ू ईत>ई ास>ा ांस>ां ीस>ी ेस>े ांशी>ां ाशी>ा ीशी>ी",
    },
    Step { rest: 2, endings: "साठी च्या चा ची चे ने ला" },
    Step {
        rest: 2, endings: "्यां ्यांच ्या ्यों ियां ियों ां ीं ें ूं ों ओं ा ी ि े ू ु ो ई ं"
    },
];

/// Gujarati: cases, twice, since many a noun ends like one; then number and gender.
pub(in super::super) const GUJARATI: &[Step] = &[
    Step {
        rest: 2, endings: "માંથી માંના માંની માંનો માં નાથી નાં થી ના ની નો નું ને માટે વાળા વાળી"
    },
    Step { rest: 2, endings: "ાઓ>ા ીઓ>ી િઓ>િ ુઓ>ુ" },
    Step { rest: 2, endings: "માં નાં થી ના ની નો નું ને" },
    Step { rest: 2, endings: "ાઓ ીઓ િઓ ુઓ ોએ ીએ ાએ ઓ એ ઈ" },
    Step { rest: 2, endings: "ું ાં ીં ેં ો ા ી િ ે ુ ૂ ં" },
];

/// Punjabi: number, gender and case, and the commonest endings of verbs.
pub(in super::super) const PUNJABI: &[Step] = &[Step {
    rest: 2,
    endings: "
        ਾਉਂਦੀਆਂ ਾਉਂਦਾ ਾਉਂਦੀ ਾਉਂਦੇ ੀਆਂ ਿਆਂ ਿਆਵਾਂ ਾਵਾਂ ਿਓਂ ਈਆਂ ਦੀਆਂ ਦਿਆਂ ਾਈਆਂ ੂਆਂ ਣਗੇ ਣਗੀਆਂ ੇਗਾ ੇਗੀ
        ਿਆ ਿਓ ਆਂ ਵਾਂ ਾਂ ੀਂ ੋਂ ਏ ਈ ਦਾ ਦੀ ਦੇ ਣਾ ਣੇ ਣੀ ਣ ਕੇ
        ਾ ੀ ੇ ੋ ਿ ੁ ੂ ਂ",
}];

/// Urdu: as Hindi, by the letters that are written.
pub(in super::super) const URDU: &[Step] = &[
    Step { rest: 2, endings: "يوں ياں ئيں ئوں وں يں تے تي نے نا ني" },
    Step { rest: 3, endings: "ات يات ا ي ئي ئے" },
    Step { rest: 2, endings: "ے ه ں" },
];

/// Hindi, Marathi and others in Devanagari: many write one length of `i` and `u`.
pub(in super::super) fn devanagari(c: char) -> Sound {
    match c {
        'ी' => Sound::Like('ि'),
        'ू' => Sound::Like('ु'),
        'ई' => Sound::Like('इ'),
        'ऊ' => Sound::Like('उ'),
        'ष' => Sound::Like('श'),
        _ => Sound::Same,
    }
}

/// Bengali: lengths, the three sibilants, the two nasals, and what sounds like RA are one to the ear.
pub(in super::super) fn bengali(c: char) -> Sound {
    match c {
        'ী' => Sound::Like('ি'),
        'ূ' => Sound::Like('ু'),
        'ঈ' => Sound::Like('ই'),
        'ঊ' => Sound::Like('উ'),
        'ণ' => Sound::Like('ন'),
        'শ' | 'ষ' => Sound::Like('স'),
        'ঁ' => Sound::Silent,
        _ => Sound::Same,
    }
}

/// Gujarati.
pub(in super::super) fn gujarati(c: char) -> Sound {
    match c {
        'ી' => Sound::Like('િ'),
        'ૂ' => Sound::Like('ુ'),
        'ઈ' => Sound::Like('ઇ'),
        'ઊ' => Sound::Like('ઉ'),
        'ષ' => Sound::Like('શ'),
        _ => Sound::Same,
    }
}

/// Punjabi.
pub(in super::super) fn punjabi(c: char) -> Sound {
    match c {
        'ੀ' => Sound::Like('ਿ'),
        'ੂ' => Sound::Like('ੁ'),
        'ਈ' => Sound::Like('ਇ'),
        'ਊ' => Sound::Like('ਉ'),
        _ => Sound::Same,
    }
}
