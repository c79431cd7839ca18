//! What is spoken of a story, in each language that is prepared for.

use dateline::domain::{
    Locale,
    body::{Block, BlockId, Document, Image, Inline, Node},
    credit::Credit,
    error::Faults,
    speech::{Script, prepared, spoken_of, spoken_with},
    voice::{BIT_RATE, Voice},
};

fn all_are_said(locale: &str, table: &[(&str, &str)]) {
    let locale: Locale = locale.parse().unwrap();
    for (written, said) in table {
        assert_eq!(prepared(&locale, written), *said, "{written}");
    }
}

#[test]
fn english_is_read_as_it_is_said() {
    all_are_said(
        "en-IN",
        &[
            ("Dr. Rao met Mr. Biden at 18:39 IST.", "Doctor Rao met Mister Biden at 18 39 IST."),
            ("The market opens at 9:05 am and closes at 10:00 pm", "The market opens at 9 oh 5 am and closes at 10 pm."),
            ("It begins at 10:00.", "It begins at 10 o'clock."),
            ("The Centre approved ₹2.5 crore, up from Rs. 1,00,000.", "The Centre approved 2.5 crore rupees, up from 100000 rupees."),
            ("A ₹1.4 lakh crore plan", "A 1.4 lakh crore rupees plan."),
            ("Apple is worth $3.1tn; each share costs $1.", "Apple is worth 3.1 trillion dollars; each share costs 1 dollar."),
            ("Inflation rose 5.2% in Feb. 2024", "Inflation rose 5.2 percent in February 2024."),
            ("Sales grew 10–15% year on year", "Sales grew 10 to 15 percent year on year."),
            ("It is 1,234,567 km away, at 40 °C.", "It is 1234567 kilometres away, at 40 degrees Celsius."),
            ("On 12.3.2024, version 1,2 was out.", "On 12.3.2024, version 1,2 was out."),
            ("Read more at https://example.com/a?b=1.", "Read more at."),
            ("India won 🇮🇳🎉 again ❤️!", "India won again!"),
            ("Trade & industry – and AT&T — agreed", "Trade and industry, and AT&T, agreed."),
            ("He said: “We will go.”", "He said: “We will go.”"),
            ("Kim watched the drill,", "Kim watched the drill."),
            ("Markets:\nopen", "Markets: open."),
            ("The Rsync of Drives", "The Rsync of Drives."),
            ("At 25:00 or 12:30:15 nothing", "At 25:00 or 12:30:15 nothing."),
            ("— 🙂 —", ""),
            ("<speak>#BREAKING</speak>", "speak BREAKING /speak."),
        ],
    );
}

#[test]
fn hindi_is_read_as_it_is_said() {
    all_are_said(
        "hi",
        &[
            ("डॉ. सिंह ने शाम 6:30 बजे बैठक बुलाई।", "डॉक्टर सिंह ने शाम 6 बजकर 30 मिनट बैठक बुलाई।"),
            ("बाज़ार सुबह १०:०० बजे खुला", "बाज़ार सुबह 10 बजे खुला।"),
            ("सरकार ने ₹2.5 करोड़ मंज़ूर किए।", "सरकार ने 2.5 करोड़ रुपये मंज़ूर किए।"),
            ("कीमत रु. १,००,००० है", "कीमत 100000 रुपये है।"),
            ("महंगाई 5% बढ़ी", "महंगाई 5 प्रतिशत बढ़ी।"),
            ("५ लाख लोग आए", "5 लाख लोग आए।"),
            ("10–15 किमी दूर", "10 से 15 किलोमीटर दूर।"),
            ("क्‍या हुआ? www.example.com", "क्‍या हुआ?"),
            ("उत्तर कोरिया 🚀 का परीक्षण", "उत्तर कोरिया का परीक्षण।"),
        ],
    );
}

#[test]
fn bengali_is_read_as_it_is_said() {
    all_are_said(
        "bn",
        &[
            ("ডা. সেন রাত ৯:৩০ টায় বললেন", "ডাক্তার সেন রাত 9 টা 30 মিনিটয় বললেন।"),
            ("দাম ₹১,০০,০০০", "দাম 100000 টাকা।"),
            ("বরাদ্দ ৳২.৫ কোটি।", "বরাদ্দ 2.5 কোটি টাকা।"),
            ("মূল্যস্ফীতি ৫% বেড়েছে।", "মূল্যস্ফীতি 5 শতাংশ বেড়েছে।"),
            ("র‍্যাব জানায় ১০–১৫ জন আহত", "র‍্যাব জানায় 10 থেকে 15 জন আহত।"),
        ],
    );
}

#[test]
fn kannada_is_read_as_it_is_said() {
    all_are_said(
        "kn",
        &[
            ("ಡಾ. ರಾವ್ ಬೆಳಿಗ್ಗೆ 10:30 ಕ್ಕೆ ಬಂದರು", "ಡಾಕ್ಟರ್ ರಾವ್ ಬೆಳಿಗ್ಗೆ 10 ಗಂಟೆ 30 ನಿಮಿಷ ಕ್ಕೆ ಬಂದರು."),
            ("ಬೆಲೆ ರೂ. ೧,೦೦,೦೦೦", "ಬೆಲೆ 100000 ರೂಪಾಯಿ."),
            ("₹2.5 ಕೋಟಿ ಮಂಜೂರು.", "2.5 ಕೋಟಿ ರೂಪಾಯಿ ಮಂಜೂರು."),
            ("ಹಣದುಬ್ಬರ 5% ಏರಿಕೆ", "ಹಣದುಬ್ಬರ ಶೇಕಡಾ 5 ಏರಿಕೆ."),
            ("ಲೆಬ್ರಾನ್\u{200c}ಗೆ 20 ಕಿ.ಮೀ. ದೂರ", "ಲೆಬ್ರಾನ್\u{200c}ಗೆ 20 ಕಿಲೋಮೀಟರ್ ದೂರ."),
        ],
    );
}

#[test]
fn other_languages_get_what_is_the_same_in_all() {
    all_are_said(
        "de",
        &[
            ("Es kostet 1.000,50 € – mehr unter https://beispiel.de/x!", "Es kostet 1.000,50 €, mehr unter!"),
            ("Um 18:39 Uhr 🎉", "Um 18:39 Uhr."),
        ],
    );
    all_are_said("ur", &[("یہ خبر ہے۔", "یہ خبر ہے۔"), ("یہ خبر", "یہ خبر.")]);
}

fn block(n: usize, node: Node) -> Block {
    Block::new(BlockId::parse(&format!("b{n}")).unwrap(), node)
}

fn text(text: &str) -> Vec<Inline> {
    vec![Inline::Text { text: text.to_owned(), marks: Vec::new() }]
}

#[test]
fn captions_embeds_code_and_repeated_sentences_are_not_spoken() {
    let said = |text: &str| text.to_owned();
    let image = Image {
        url: said("https://media.example/a.jpg"),
        alt: said("A rocket"),
        caption: said("The rocket."),
        credit: said("AP"),
        ..Image::default()
    };
    let blocks = vec![
        block(1, Node::Heading { level: 2, text: text("What happened") }),
        block(2, Node::Paragraph(text("It happened at 10:00."))),
        block(3, Node::Image(image)),
        block(4, Node::PullQuote { text: text("It happened"), attribution: "Kim".to_owned() }),
        block(5, Node::CodeBlock { language: None, text: "let x = 1;".to_owned() }),
        block(6, Node::Embed { url: "https://www.youtube.com/watch?v=1".to_owned(), title: "A video".to_owned() }),
        block(7, Node::BulletList(vec![block(8, Node::ListItem(vec![block(9, Node::Paragraph(text("One")))]))])),
        block(10, Node::Blockquote(vec![block(11, Node::Paragraph(text("“Two”")))])),
        block(12, Node::Table(Vec::new())),
        block(13, Node::HorizontalRule),
    ];
    let script = Script::of(&Locale::english(), "A headline", "Reported by: Digital Desk", &Document { blocks });
    let expected = "A headline.\n\nReported by: Digital Desk.\n\nWhat happened.\n\nIt happened at 10 o'clock.\n\nOne.\n\n“Two”.";
    assert_eq!(script.text(), expected);
}

#[test]
fn a_sum_is_another_when_what_is_spoken_is() {
    let body = |paragraph: &str| Document { blocks: vec![block(1, Node::Paragraph(text(paragraph)))] };
    let credit = |role: &str, n: u128| Credit { role: role.to_owned(), author_id: uuid::Uuid::from_u128(n).into() };
    let one = spoken_of("Headline", &body("Words"));
    assert_eq!(one, spoken_of("Headline", &body("Words")));
    assert_ne!(one, spoken_of("Headline", &body("Words.")));
    assert_ne!(one, spoken_of("Headline Words", &body("")));
    assert_ne!(spoken_with(one, &[credit("reported_by", 1)]), spoken_with(one, &[credit("reported_by", 2)]));
    // Only those who are credited first are named.
    let others = [credit("reported_by", 1), credit("photo_by", 2)];
    assert_eq!(spoken_with(one, &[credit("reported_by", 1)]), spoken_with(one, &others));
    let script = Script::of(&Locale::english(), "Headline", "", &body("Words"));
    let voice = |name: &str, bit_rate| Voice { name: name.to_owned(), bit_rate };
    assert_ne!(script.digest(&voice("en-gb", BIT_RATE)), script.digest(&voice("en-us", BIT_RATE)));
    assert_ne!(script.digest(&voice("en-gb", BIT_RATE)), script.digest(&voice("en-gb", 96)));
}

#[test]
fn the_name_of_a_voice_can_be_nothing_but_a_name() {
    for (name, is_taken) in [
        ("en-gb", true),
        ("hi-IN-SwaraNeural", true),
        ("en-gb+f3", true),
        ("", false),
        ("-w/etc/passwd", false),
        ("--stdout", false),
        ("en gb", false),
        ("../voices/x", false),
        (".hidden", false),
        ("$(id)", false),
        ("en\0gb", false),
        ("हिंदी", false),
        ("{text}", false),
    ] {
        let mut faults = Faults::default();
        let _ = Voice { name: name.to_owned(), bit_rate: BIT_RATE }.check(&mut faults, "#/voice");
        assert_eq!(faults.or(()).is_ok(), is_taken, "{name:?}");
    }
    let mut faults = Faults::default();
    let _ = Voice { name: "x".repeat(101), bit_rate: 1 }.check(&mut faults, "#/voice");
    assert!(format!("{:?}", faults.or(())).contains("#/voice/bit_rate"));
}
