//! Words of Indic scripts are found when they are typed in Latin letters.

use dateline::domain::analysis::Latin;

use super::analyser;

/// By language, a word on each line, and how it is typed.
const TYPED: &[(&str, &str)] = &[
    (
        "hi",
        "मोदी modi
         ममता mamata
         नरेंद्र narendra
         नरेन्द्र narendra
         दिल्ली delhi dilli
         सिंह singh
         बेंगलुरु bengaluru bangalore
         कोलकाता kolkata
         सिद्धारमैया siddaramaiah
         लक्ष्मी laxmi lakshmi
         कृष्ण krishna
         विज्ञान vigyan
         योगी yogi
         आदित्यनाथ adityanath
         शाह shah
         राहुल rahul
         गांधी gandhi
         केजरीवाल kejriwal
         पाकिस्तान pakistan
         चुनाव chunav
         सरकार sarkar
         मुंबई mumbai
         प्रियंका priyanka
         ट्रंप trump
         कांग्रेस congress
         क्रिकेट cricket
         विराट virat
         कोहली kohli
         अमित amit
         शिक्षा shiksha
         स्वामी swami
         अयोध्या ayodhya
         पंजाब panjab
         खान khan
         ज़मीन zameen
         फ़िल्म film
         पूनम poonam
         वाराणसी varanasi
         भारत bharat
         औरंगाबाद aurangabad
         ऐश्वर्या aishwarya
         सिंधिया scindia
         जवाहरलाल jawaharlal",
    ),
    (
        "bn",
        "মমতা mamata
         কলকাতা kolkata
         মোদী modi
         মোদি modi
         বন্দ্যোপাধ্যায় bandyopadhyay
         ব্যানার্জি banerjee
         মুখার্জি mukherjee
         বাংলা bangla
         সৌরভ sourav
         গাঙ্গুলি ganguly
         রবীন্দ্রনাথ rabindranath
         ঠাকুর thakur
         যাদবপুর jadavpur
         ঢাকা dhaka
         হাসিনা hasina
         বিশ্বাস biswas
         রায় roy
         ওয়াশিংটন washington
         বিবেক vivek
         শিক্ষা shiksha
         দুর্গা durga
         পশ্চিমবঙ্গ paschimbanga
         নরেন্দ্র narendra
         দিল্লি delhi",
    ),
    (
        "kn",
        "ಮೋದಿ modi
         ಸಿದ್ದರಾಮಯ್ಯ siddaramaiah
         ಬೆಂಗಳೂರು bengaluru bangalore
         ಕರ್ನಾಟಕ karnataka
         ಯಡಿಯೂರಪ್ಪ yediyurappa
         ಕುಮಾರಸ್ವಾಮಿ kumaraswamy
         ಮೈಸೂರು mysuru
         ಹುಬ್ಬಳ್ಳಿ hubballi
         ಶಿವಕುಮಾರ್ shivakumar
         ದೇವೇಗೌಡ devegowda
         ಮಂಗಳೂರು mangaluru
         ನರೇಂದ್ರ narendra
         ದೆಹಲಿ dehali
         ಕೋಲ್ಕತ್ತಾ kolkata
         ಮಮತಾ mamata
         ಸರ್ಕಾರ sarkara
         ಕನ್ನಡ kannada",
    ),
    (
        "mr",
        "मोदी modi
         पुणे pune
         शिवसेना shivsena
         फडणवीस fadnavis
         मुंबई mumbai
         विधानसभा vidhansabha
         पवार pawar
         छत्रपती chhatrapati
         ज्ञानेश्वर dnyaneshwar
         नाशिक nashik
         बेंगळुरू bengaluru
         कोलकाता kolkata",
    ),
    (
        "ta",
        "மோடி modi
         ஸ்டாலின் stalin
         தமிழ் tamil tamizh
         சென்னை chennai
         பெங்களூரு bengaluru
         நரேந்திர narendra
         விஜய் vijay
         ரஜினி rajini
         கொல்கத்தா kolkata
         கோவை kovai
         மதுரை madurai
         கருணாநிதி karunanidhi
         ஜெயலலிதா jayalalitha
         மம்தா mamata",
    ),
    (
        "te",
        "మోదీ modi
         హైదరాబాద్ hyderabad
         చంద్రబాబు chandrababu
         జగన్ jagan
         తెలంగాణ telangana
         రేవంత్ revanth
         బెంగళూరు bengaluru bangalore
         నరేంద్ర narendra
         కోల్‌కతా kolkata
         సిద్ధరామయ్య siddaramaiah
         పవన్ pawan
         కల్యాణ్ kalyan",
    ),
    (
        "gu",
        "મોદી modi
         ગુજરાત gujarat
         અમદાવાદ ahmedabad
         સુરત surat
         પટેલ patel
         નરેન્દ્ર narendra
         વડોદરા vadodara
         કોલકાતા kolkata
         ભૂપેન્દ્ર bhupendra
         રાજકોટ rajkot
         બેંગલુરુ bangalore",
    ),
    (
        "pa",
        "ਮੋਦੀ modi
         ਪੰਜਾਬ punjab
         ਅੰਮ੍ਰਿਤਸਰ amritsar
         ਸਿੰਘ singh
         ਮਾਨ mann
         ਲੁਧਿਆਣਾ ludhiana
         ਚੰਡੀਗੜ੍ਹ chandigarh
         ਕੋਲਕਾਤਾ kolkata
         ਨਰਿੰਦਰ narinder
         ਬਾਦਲ badal
         ਬੰਗਲੌਰ bangalore
         ਦਿੱਲੀ delhi",
    ),
    (
        "ml",
        "മോദി modi
         പിണറായി pinarayi
         വിജയൻ vijayan
         കേരളം keralam
         കോഴിക്കോട് kozhikode
         തിരുവനന്തപുരം thiruvananthapuram
         കൊച്ചി kochi
         ബെംഗളൂരു bengaluru
         നരേന്ദ്ര narendra
         കൊൽക്കത്ത kolkata
         ചാണ്ടി chandy
         മമത mamata
         തൃശൂർ thrissur",
    ),
];

fn of_word(locale: &str, word: &str) -> Latin {
    analyser(locale).words(word).into_iter().next().unwrap().latin.unwrap()
}

fn meet(one: &Latin, other: &Latin) -> bool {
    one.close == other.close || (one.loose.is_some() && one.loose == other.loose)
}

#[test]
fn a_word_is_found_as_it_is_typed_in_latin_letters() {
    let mut missed = Vec::new();
    for (locale, lines) in TYPED {
        for line in lines.lines() {
            let mut words = line.split_whitespace();
            let word = words.next().unwrap();
            for typed in words {
                let (key, other) = (of_word(locale, word), analyser(locale).typed(typed).unwrap());
                if !meet(&key, &other) {
                    missed.push(format!("{locale}: {word} {key:?}, {typed} {other:?}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn an_n_before_lips_is_found_whether_a_vowel_is_written_between_or_not() {
    for (locale, words) in [
        (
            "hi",
            "कानपुर kanpur kanapur, धनबाद dhanbad, मनमोहन manmohan, जनमत janmat, सोनभद्र sonbhadra, जनवरी janvari janwari, मानव manav, अनुपम anupam, संपत्ति sampatti, प्रधानमंत्री pradhanmantri",
        ),
        ("bn", "কানপুর kanpur, ধানবাদ dhanbad, মনমোহন manmohan, জনমত janmat janamat, সম্পত্তি sampatti"),
        ("kn", "ಮನಮೋಹನ್ manmohan, ಜನಮತ janamata, ಕಾನ್ಪುರ kanpur"),
        ("hi", "नमस्ते namaste, नवीन naveen navin, नबी nabi, निपाह nipah"),
    ] {
        for row in words.split(", ") {
            let (word, typed) = row.split_once(' ').unwrap();
            for typed in typed.split(' ') {
                assert!(meet(&of_word(locale, word), &analyser(locale).typed(typed).unwrap()), "{locale}: {word} and {typed}");
            }
        }
    }
    for (word, typed) in [("नमस्ते", "maste"), ("नबी", "mabi")] {
        assert!(!meet(&of_word("hi", word), &analyser("hi").typed(typed).unwrap()), "{word} and {typed}");
    }
}

#[test]
fn a_y_behind_a_vowel_is_found_as_an_i_where_a_consonant_follows() {
    for (locale, words) in [
        (
            "hi",
            "जयपुर jaipur jaypur jayapur, जयराम jairam jayaram, जयशंकर jaishankar jayshankar, रायपुर raipur, नायडू naidu naydu, नयन nayan nain, कोयला koyla koila koyala, आयकर aykar aaykar aayakar, जयहिंद jaihind jayhind, जयंत jayant, मयूर mayur, माया maya mayah, समय samay, विजय vijay vijaya, आयोग ayog aayog, गये gaye, मैथिली maithili, न्यायालय nyayalay nyayalaya",
        ),
        ("bn", "জয়পুর jaipur joypur, রায়গঞ্জ raiganj, জয়ন্ত jayanta joyanta, ঢাকায় dhakay dhaka, যাওয়ার jaoyar jaoar, মেয়ে meye, সত্য satya"),
        ("kn", "ಜಯಪುರ jaipur jayapura, ವಿಜಯ vijaya vijay, ಸಮಯ samaya"),
        ("te", "జయపుర jaipur, నాయుడు nayudu"),
        ("ml", "വിജയൻ vijayan, ജയറാം jairam jayaram"),
        ("ta", "ஜெயலலிதா jayalalitha, ராய்பூர் raipur"),
    ] {
        for row in words.split(", ") {
            let mut words = row.split(' ');
            let word = words.next().unwrap();
            for typed in words {
                let (key, other) = (of_word(locale, word), analyser(locale).typed(typed).unwrap());
                assert!(meet(&key, &other), "{locale}: {word} {key:?} and {typed} {other:?}");
            }
        }
    }
}

#[test]
fn spellings_of_a_sound_are_one() {
    for (locale, words) in [
        ("hi", "modi modee Modi MODI"),
        ("hi", "poonam punam"),
        ("hi", "vikas wikas bikas"),
        ("hi", "shiksha siksha"),
        ("hi", "laxmi lakshmi laksmi"),
        ("hi", "bharat bharath bhaarat"),
        ("hi", "zameen jameen jamin"),
        ("hi", "film philm"),
        ("hi", "chhattisgarh chattisgarh"),
        ("hi", "yogi jogi"),
        ("bn", "kolkata kalkata"),
        ("ta", "tamil tamizh thamizh"),
        ("ta", "kovai govai"),
    ] {
        let keys: Vec<String> = words.split(' ').map(|word| analyser(locale).typed(word).unwrap().close).collect();
        assert!(keys.iter().all(|key| Some(key) == keys.first()), "{locale}: {words}: {keys:?}");
    }
}

#[test]
fn words_that_only_share_consonants_are_not_close() {
    for (locale, word, typed) in [
        ("hi", "मुद्दा", "modi"),
        ("hi", "मद", "modi"),
        ("hi", "राम", "rome"),
        ("hi", "चीन", "chunav"),
        ("hi", "मोती", "modi"),
        ("kn", "ಮದ", "modi"),
        ("bn", "মমতা", "mita"),
        ("gu", "સુરત", "sirat"),
    ] {
        assert!(!meet(&of_word(locale, word), &analyser(locale).typed(typed).unwrap()), "{locale}: {word} and {typed}");
    }
}

#[test]
fn languages_in_other_scripts_have_no_latin_keys() {
    for (locale, text) in [("en", "Modi"), ("ur", "مودی"), ("th", "โมดี"), ("zh", "莫迪"), ("ru", "Моди"), ("hi", "Modi"), ("en", "मोदी")]
    {
        assert!(analyser(locale).words(text).iter().all(|word| word.latin.is_none()), "{locale}: {text}");
    }
    assert_eq!(analyser("en").typed("modi"), None);
    assert_eq!(analyser("hi").typed("मोदी"), None);
    assert_eq!(analyser("hi").typed("2024"), None);
    assert_eq!(analyser("hi").typed(""), None);
}
