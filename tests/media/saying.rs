//! What pictures say of themselves.

use dateline::domain::file::FileMetadata;
use image::ImageFormat;

use super::making::{Value, exif, jpeg, packet, records, scene, sent, with_chunk, with_exif, with_iim, with_xmp, written};

fn said(picture: &[u8]) -> FileMetadata {
    sent(picture).unwrap().metadata
}

fn plain() -> Vec<u8> {
    jpeg(&scene(40, 30))
}

const ELEMENTS: &str = r#"<dc:creator><rdf:Seq><rdf:li>Asha Rao</rdf:li><rdf:li>B. &amp; C.</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="de">Rechte</rdf:li><rdf:li xml:lang="x-default">© 2026 Example</rdf:li></rdf:Alt></dc:rights>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">A river
 at &#x2014; night</rdf:li></rdf:Alt></dc:description>
<dc:subject><rdf:Bag><rdf:li>river</rdf:li><rdf:li>night</rdf:li><rdf:li>river</rdf:li></rdf:Bag></dc:subject>
<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="en">Once only</rdf:li></rdf:Alt></xmpRights:UsageTerms>
<core:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">ನದಿ</rdf:li></rdf:Alt></core:AltTextAccessibility>
<ext:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture</ext:DigitalSourceType>"#;

fn whole() -> FileMetadata {
    FileMetadata {
        creator: "Asha Rao, B. & C.".to_owned(),
        credit: "Example News".to_owned(),
        copyright: "© 2026 Example".to_owned(),
        usage_terms: "Once only".to_owned(),
        source: "Wire".to_owned(),
        taken_at: "2026-03-04T05:06:07+05:30".to_owned(),
        digital_source_type: "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture".to_owned(),
        caption: "A river at — night".to_owned(),
        alt: "ನದಿ".to_owned(),
        keywords: vec!["river".to_owned(), "night".to_owned()],
    }
}

#[test]
fn xmp_is_read_from_attributes_and_elements_in_every_format() {
    let attributes = r#"photoshop:Credit="Example News" photoshop:Source="Wire" photoshop:DateCreated="2026-03-04T05:06:07.25+05:30""#;
    let packet = packet(attributes, ELEMENTS);
    let png = written(&scene(40, 30).into(), ImageFormat::Png);
    let mut webp = written(&scene(40, 30).into(), ImageFormat::WebP);
    let chunk = [b"XMP ".as_slice(), &u32::try_from(packet.len()).unwrap().to_le_bytes(), packet.as_bytes()].concat();
    webp.extend(chunk);
    webp.resize(webp.len().next_multiple_of(2), 0);
    let length = u32::try_from(webp.len() - 8).unwrap().to_le_bytes();
    webp[4..8].copy_from_slice(&length);
    let gif = written(&scene(40, 30).into(), ImageFormat::Gif);
    let ramp: Vec<u8> = [1].into_iter().chain((0..=255).rev()).chain([0]).collect();
    let gif = [&gif[..gif.len() - 1], b"!\xff\x0bXMP DataXMP", packet.as_bytes(), &ramp, b";"].concat();
    for picture in
        [with_xmp(&plain(), &packet), with_chunk(&png, *b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", packet.as_bytes()].concat()), webp, gif]
    {
        assert_eq!(said(&picture), whole());
    }
}

#[test]
fn iim_is_read_in_utf_8_and_in_latin_1() {
    let sets = |charset: bool, by: &'static [u8]| {
        let mut sets: Vec<(u8, u8, &[u8])> = if charset { vec![(1, 90, b"\x1b%G")] } else { Vec::new() };
        sets.extend([
            (2, 80, by),
            (2, 80, b"Second".as_slice()),
            (2, 110, b"Credit\0"),
            (2, 116, b"(c)"),
            (2, 115, b"Wire"),
            (2, 120, b"Words"),
        ]);
        sets.extend([(2, 55, b"20260304".as_slice()), (2, 60, b"050607-0130"), (2, 25, b"one"), (2, 25, b"two")]);
        records(&sets)
    };
    let metadata = |by: &str| FileMetadata {
        creator: format!("{by}, Second"),
        credit: "Credit".to_owned(),
        copyright: "(c)".to_owned(),
        source: "Wire".to_owned(),
        caption: "Words".to_owned(),
        taken_at: "2026-03-04T05:06:07-01:30".to_owned(),
        keywords: vec!["one".to_owned(), "two".to_owned()],
        ..FileMetadata::default()
    };
    assert_eq!(said(&with_iim(&plain(), &sets(true, "Åsa".as_bytes()), None)), metadata("Åsa"));
    assert_eq!(said(&with_iim(&plain(), &sets(false, "Åsa".as_bytes()), None)), metadata("Åsa"));
    assert_eq!(said(&with_iim(&plain(), &sets(false, b"\xc5sa \x93q\x94"), None)), metadata("Åsa “q”"));
    assert_eq!(said(&with_iim(&plain(), &sets(true, b"\xc5sa"), None)), metadata("Åsa"));
}

#[test]
fn exif_is_read_and_its_junk_is_not() {
    let picture = |description: &'static [u8], artist: &'static [u8]| {
        let first = [(0x010e, Value::Text(description)), (0x013b, Value::Text(artist)), (0x8298, Value::Text(b"Photographer\0Editor\0"))];
        let second = [(0x9003, Value::Text(b"2026:03:04 05:06:07\0")), (0x9011, Value::Text(b"+05:30\0"))];
        with_exif(&plain(), &exif(&first, &second))
    };
    let found = said(&picture(b"A river\0", b"Jos\xe9;Asha\0"));
    assert_eq!((found.caption.as_str(), found.creator.as_str()), ("A river", "José, Asha"));
    assert_eq!((found.copyright.as_str(), found.taken_at.as_str()), ("Photographer, Editor", "2026-03-04T05:06:07+05:30"));
    for junk in [b"OLYMPUS DIGITAL CAMERA         \0".as_slice(), b"SONY DSC\0", b"   \0", b"", b"-\0", b"\0\0\0\0\0\0"] {
        let junk: &'static [u8] = Vec::leak(junk.to_vec());
        assert_eq!(said(&picture(junk, b"x\0")).caption, "", "{junk:?}");
    }
    let without = |taken: &'static [u8]| said(&with_exif(&plain(), &exif(&[], &[(0x9003, Value::Text(taken))]))).taken_at;
    assert_eq!(without(b"2026:03:04 05:06:07\0"), "2026-03-04T05:06:07");
    for nothing in
        [b"0000:00:00 00:00:00\0".as_slice(), b"    :  :     :  :  \0", b"2026:02:30 05:06:07\0", b"2026:02:03 25:06:07\0", b"never\0"]
    {
        assert_eq!(without(Vec::leak(nothing.to_vec())), "", "{nothing:?}");
    }
}

#[test]
fn xmp_is_believed_over_iim_and_that_over_exif_unless_iim_is_newer() {
    use md5::{Digest, Md5};
    let xmp = packet(r#"photoshop:Credit="X""#, "<dc:creator><rdf:Seq><rdf:li>X</rdf:li></rdf:Seq></dc:creator>");
    let iim = records(&[(2, 80, b"I"), (2, 116, b"I"), (2, 110, b"I")]);
    let block = exif(&[(0x013b, Value::Text(b"E\0")), (0x8298, Value::Text(b"E\0")), (0x010e, Value::Text(b"Eee\0"))], &[]);
    let picture = |digest: Option<&[u8]>| with_exif(&with_xmp(&with_iim(&plain(), &iim, digest), &xmp), &block);
    let words = |found: &FileMetadata| [&found.creator, &found.credit, &found.copyright, &found.caption].map(String::clone).join(" ");
    let same = Md5::digest(&iim);
    assert_eq!(words(&said(&picture(None))), "X X I Eee");
    assert_eq!(words(&said(&picture(Some(&same)))), "X X I Eee");
    assert_eq!(words(&said(&picture(Some(&[7; 16])))), "I I I Eee");
    assert_eq!(words(&said(&picture(Some(&[0; 16])))), "X X I Eee");
}

#[test]
fn what_is_said_is_fit_to_be_shown() {
    let long = "long ".repeat(2_000);
    let elements = format!(
        "<dc:description>e\u{301}te\u{301}&#1;\u{202e}x</dc:description><dc:rights>{long}</dc:rights><dc:subject><rdf:Bag>{}</rdf:Bag></dc:subject>",
        (0..1_000).map(|n| format!("<rdf:li>k{n}</rdf:li>")).collect::<String>()
    );
    let found = said(&with_xmp(
        &plain(),
        &packet(r#"ext:DigitalSourceType="javascript:alert(1) ""#.replace("javascript:", "java:").as_str(), &elements),
    ));
    assert_eq!(found.caption, "étéx");
    assert_eq!(found.copyright.chars().count(), 299);
    assert_eq!((found.keywords.len(), found.digital_source_type.as_str()), (200, ""));
}

#[test]
fn only_what_is_said_of_the_picture_itself_counts() {
    // An ingredient's maker is not the picture's.
    let elements = r#"<ext:LocationShown><rdf:Bag><rdf:li rdf:parseType="Resource"><photoshop:Credit>Wrong</photoshop:Credit></rdf:li></rdf:Bag></ext:LocationShown>
        <ext:ImageCreator><rdf:Description photoshop:Credit="Wrong"/></ext:ImageCreator>"#;
    assert_eq!(said(&with_xmp(&plain(), &packet("", elements))), FileMetadata::default());
    let entities =
        packet("", "<photoshop:Credit>&x;</photoshop:Credit>").replace("<x:xmpmeta", "<!DOCTYPE x [<!ENTITY x \"boom\">]><x:xmpmeta");
    assert_eq!(said(&with_xmp(&plain(), &entities)).credit, "");
}

#[test]
fn profiles_as_image_magick_writes_them_are_read() {
    let png = written(&scene(40, 30).into(), ImageFormat::Png);
    let iim = records(&[(2, 110, b"Credit")]);
    let hex: String = iim.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("Raw profile type iptc\0\niptc\n{:8}\n{hex}\n", iim.len());
    assert_eq!(said(&with_chunk(&png, *b"tEXt", text.as_bytes())).credit, "Credit");
}

#[test]
fn a_tiff_says_what_it_says_in_its_own_directory() {
    // By hand: a picture of one pixel, whose first directory has EXIF's fields as well.
    let text = |tag: u16, bytes: &'static [u8]| (tag, Value::Text(bytes));
    let mut block = exif(
        &[
            (0x0100, Value::Short(1)),
            (0x0101, Value::Short(1)),
            (0x0102, Value::Short(8)),
            (0x0103, Value::Short(1)),
            (0x0106, Value::Short(1)),
            text(0x010e, b"Shown\0"),
            (0x0111, Value::Short(8)),
            (0x0115, Value::Short(1)),
            (0x0116, Value::Short(1)),
            (0x0117, Value::Short(1)),
            text(0x013b, b"Asha Rao\0"),
        ],
        &[text(0x9003, b"2026:03:04 05:06:07\0")],
    );
    block.push(0);
    let found = said(&block);
    assert_eq!((found.caption.as_str(), found.creator.as_str(), found.taken_at.as_str()), ("Shown", "Asha Rao", "2026-03-04T05:06:07"));
}
