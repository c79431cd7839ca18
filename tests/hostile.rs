//! Files made to do harm: none brings anything down, takes long or takes memory; and what a rendition takes is no more than was said.
//!
//! A binary of its own, with one test in it, since its allocator gives no more than is allowed for each file: what wants more ends the process. Run
//! it with `--nocapture` to see which file that was.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "media/making.rs"]
#[expect(dead_code, reason = "the suite uses the rest")]
mod making;

use std::{alloc::System, collections::BTreeMap, io::Write};

use cap::Cap;

use dateline::{
    domain::file::{FileFault, Ratio},
    media::{
        Limits,
        looking::{HEAD_BYTES, format_of, look_into},
        rendering::{Recipe, RenditionFormat, memory_for, memory_of, render, size_of},
    },
};
use flate2::{Compression, write::ZlibEncoder};
use image::{DynamicImage, ImageFormat, RgbaImage};
use making::{
    Value, exif, file, flac, jpeg, mp3, mp4, packet, recipe, records, scene, sent_within, wav, with_chunk, with_exif, with_iim,
    with_segment, with_xmp, written,
};

/// A file with what is wrong with it.
type Named = (String, Vec<u8>);

/// Numbers that are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 20).unwrap() % most.max(1)
    }
}

/// Whole files of each format, with metadata.
fn good() -> Vec<Named> {
    let scene = scene(120, 80);
    let mut progressive = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut progressive, 90);
    encoder.set_progressive(true);
    encoder.encode(&scene, 120, 80, jpeg_encoder::ColorType::Rgb).unwrap();
    let block = exif(
        &[(0x0112, Value::Short(6)), (0x010e, Value::Text(b"Something long enough\0"))],
        &[(0x9003, Value::Text(b"2026:03:04 05:06:07\0"))],
    );
    let said = packet(r#"photoshop:Credit="X""#, "<dc:creator><rdf:Seq><rdf:li>X</rdf:li></rdf:Seq></dc:creator>");
    let icc = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let mut rich = with_iim(&with_xmp(&with_exif(&jpeg(&scene), &block), &said), &records(&[(2, 80, b"I")]), Some(&[7; 16]));
    rich = with_segment(&rich, 0xe2, &[b"ICC_PROFILE\0\x01\x01", icc.as_slice()].concat());
    let mut gif = Vec::new();
    let mut frames = image::codecs::gif::GifEncoder::new(&mut gif);
    frames.encode_frames((0..3).map(|_| image::Frame::new(RgbaImage::new(30, 20)))).unwrap();
    drop(frames);
    let png = written(&DynamicImage::from(scene.clone()), ImageFormat::Png);
    let png = with_chunk(&with_chunk(&png, *b"eXIf", &block), *b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", said.as_bytes()].concat());
    vec![
        ("jpeg".to_owned(), rich),
        ("progressive".to_owned(), progressive),
        ("png".to_owned(), png),
        ("gif".to_owned(), gif),
        ("webp".to_owned(), written(&DynamicImage::from(scene.clone()), ImageFormat::WebP)),
        ("tiff".to_owned(), written(&DynamicImage::from(scene), ImageFormat::Tiff)),
    ]
}

/// Sound, which is looked into as well.
fn sound() -> Vec<Named> {
    let named = |name: &str, bytes: Vec<u8>| (name.to_owned(), bytes);
    vec![named("wav", wav(8_000, 800)), named("mp3", mp3(8)), named("flac", flac(44_100, 44_100)), named("mp4", mp4(1_000))]
}

fn deflated(bytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b'0'; 1 << 20];
    (0..bytes >> 20).for_each(|_| encoder.write_all(&zeros).unwrap());
    encoder.finish().unwrap()
}

fn truncated(files: &[Named]) -> Vec<Named> {
    let cut = |(name, bytes): &Named| {
        (1..24).map(|n| (format!("{name} cut at {n}/24"), bytes[..bytes.len() * n / 24].to_vec())).collect::<Vec<_>>()
    };
    files.iter().flat_map(cut).collect()
}

fn flipped(files: &[Named], numbers: &mut Numbers) -> Vec<Named> {
    let mut out = Vec::new();
    for (name, bytes) in files {
        for n in 0..60 {
            let mut bytes = bytes.clone();
            for _ in 0..=n % 5 {
                // Half of them where the heads are.
                let within = if n % 2 == 0 { bytes.len() } else { bytes.len().min(400) };
                let at = numbers.below(within);
                bytes[at] ^= 1 << numbers.below(8);
            }
            out.push((format!("{name} flipped {n}"), bytes));
        }
    }
    out
}

/// Heads that declare what is not there.
fn lying(files: &[Named]) -> Vec<Named> {
    let find = |name: &str| files.iter().find(|(n, _)| n == name).unwrap().1.clone();
    let mut out = Vec::new();
    let mut put = |what: &str, mut bytes: Vec<u8>, at: usize, value: &[u8]| {
        bytes[at..at + value.len()].copy_from_slice(value);
        out.push((what.to_owned(), bytes));
    };
    let png = find("png");
    for (n, (width, height)) in
        [(1u32, u32::MAX), (0x7fff_ffff, 0x7fff_ffff), (30_000, 30_000), (0, 0), (120, 81), (9_999, 9_999)].into_iter().enumerate()
    {
        let mut head = [b"IHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes(), &png[24..29]].concat();
        head.extend(crc32fast::hash(&head).to_be_bytes());
        put(&format!("png that lies {n}"), png.clone(), 12, &head);
    }
    for name in ["jpeg", "progressive"] {
        let bytes = find(name);
        let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0] || w == [0xff, 0xc2]).unwrap();
        for (n, size) in [[0xff; 4], [0, 0, 0, 0], [0x27, 0x10, 0x27, 0x10], [0, 81, 0, 120], [0xff, 0xff, 0, 120]].iter().enumerate() {
            put(&format!("{name} that lies {n}"), bytes.clone(), frame + 5, size);
        }
        put(&format!("{name} with wild sampling"), bytes.clone(), frame + 11, &[0xff]);
        put(&format!("{name} with no sampling"), bytes.clone(), frame + 11, &[0]);
        put(&format!("{name} with twelve bits"), bytes.clone(), frame + 4, &[12]);
        put(&format!("{name} with two planes"), bytes.clone(), frame + 9, &[2]);
    }
    for (n, size) in [[0xff; 4], [0; 4], [0x10, 0x27, 0x10, 0x27]].iter().enumerate() {
        put(&format!("gif that lies {n}"), find("gif"), 6, size);
    }
    for (n, length) in [[0xff; 4], [0; 4], [0, 0, 0, 0x7f]].iter().enumerate() {
        put(&format!("webp that lies {n}"), find("webp"), 4, length);
        put(&format!("webp with a chunk that lies {n}"), find("webp"), 16, length);
        put(&format!("tiff whose directory is elsewhere {n}"), find("tiff"), 4, length);
    }
    out
}

/// What is small, and grows.
fn bombs() -> Vec<Named> {
    let mut out = Vec::new();
    let plain = jpeg(&scene(40, 30));
    let png = written(&scene(40, 30).into(), ImageFormat::Png);
    let bomb = deflated(64 << 20);
    for (kind, head) in [
        (b"iCCP", b"x\0\0".as_slice()),
        (b"zTXt", b"Raw profile type exif\0\0"),
        (b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0"),
        (b"zTXt", b"Comment\0\0"),
    ] {
        out.push((format!("png with a bomb in {}", String::from_utf8_lossy(kind)), with_chunk(&png, *kind, &[head, &bomb].concat())));
    }
    // Pixels: a picture of 9,999 × 9,999 that is one colour.
    let large = DynamicImage::from(image::GrayImage::new(9_999, 9_999));
    out.push(("png of a hundred megapixels".to_owned(), written(&large, ImageFormat::Png)));
    let scan = plain.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
    let body = &plain[scan..plain.len() - 2];
    out.push(("jpeg of many scans".to_owned(), [&plain[..scan], &body.repeat(200), &plain[plain.len() - 2..]].concat()));
    let profile = |n: u32| {
        let data = [b"ICC_PROFILE\0".as_slice(), &[u8::try_from(n % 255 + 1).unwrap(), 255], &vec![0; 60_000]].concat();
        with_segment(&[0xff, 0xd8], 0xe2, &data)[2..].to_vec()
    };
    let segments = [&plain[..2], &(0..700).flat_map(profile).collect::<Vec<_>>(), &plain[2..]].concat();
    out.push(("jpeg of many profiles".to_owned(), segments));
    let gif = written(&scene(8, 8).into(), ImageFormat::Gif);
    let frame = &gif[gif.iter().rposition(|b| *b == b',').unwrap()..gif.len() - 1];
    let mut wide = gif.clone();
    let at = wide.iter().rposition(|b| *b == b',').unwrap();
    wide[at + 5..at + 9].copy_from_slice(&[0xff; 4]);
    out.push(("gif whose frame is larger than it is".to_owned(), wide));
    out.push(("gif of many frames".to_owned(), [&gif[..gif.len() - 1 - frame.len()], &frame.repeat(5_000), b";"].concat()));
    let deep = format!("{}{}", "<dc:description>".repeat(20_000), "</dc:description>".repeat(20_000));
    out.push(("deep xmp".to_owned(), with_chunk(&png, *b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", packet("", &deep).as_bytes()].concat())));
    let spaces: String = (0..60_000).map(|n| format!(" xmlns:a{n}='x{n}'")).collect();
    out.push((
        "xmp of many namespaces".to_owned(),
        with_chunk(&png, *b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", packet(&spaces, "<dc:rights/>").as_bytes()].concat()),
    ));
    let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let said = format!("{laughs}{}", packet("", &format!("<dc:rights>{}</dc:rights>", "&c;".repeat(10_000))));
    out.push(("xmp that laughs".to_owned(), with_xmp(&plain, &said)));
    let marks = format!("a{}", "\u{301}".repeat(200_000));
    out.push((
        "xmp of many marks".to_owned(),
        with_chunk(
            &png,
            *b"iTXt",
            &[b"XML:com.adobe.xmp\0\0\0\0\0", packet("", &format!("<dc:rights>{marks}</dc:rights>")).as_bytes()].concat(),
        ),
    ));
    out
}

/// Tables of video that are said to be longer than anything.
fn tables() -> Vec<Named> {
    let atom = |kind: &[u8; 4], data: &[u8]| [&u32::try_from(data.len() + 8).unwrap().to_be_bytes()[..], kind, data].concat();
    let table = |kind: &[u8; 4]| {
        let entries = atom(kind, &[[0; 4], [0, 0, 0, 0], [0xff, 0xff, 0xff, 0xf0]].concat());
        let media = atom(b"mdia", &atom(b"minf", &atom(b"stbl", &entries)));
        [atom(b"ftyp", b"isom\0\0\x02\0isom"), atom(b"moov", &atom(b"trak", &media))].concat()
    };
    let kinds = [b"stsz", b"stco", b"co64", b"stts", b"stsc", b"stsd"];
    let mut out: Vec<Named> =
        kinds.iter().map(|kind| (format!("mp4 with a table of {}", String::from_utf8_lossy(*kind)), table(kind))).collect();
    let length = b"\x1a\x45\xdf\xa3\x8b\x42\x82\x84webm\x42\x87\x81\x04\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xf0\x16\x54\xae\x6b\x08\xff\xff\xff\xf0";
    out.push(("webm whose tracks are endless".to_owned(), length.to_vec()));
    out.push((
        "mp4 that is one box".to_owned(),
        [b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff".as_slice(), &[0; 64]].concat(),
    ));
    out
}

/// Metadata that makes no sense.
fn garbage(numbers: &mut Numbers) -> Vec<Named> {
    let plain = jpeg(&scene(40, 30));
    let block = exif(
        &[(0x0112, Value::Short(6)), (0x010e, Value::Text(b"Something long enough\0"))],
        &[(0x9003, Value::Text(b"2026:03:04 05:06:07\0"))],
    );
    let iim = records(&[(1, 90, b"\x1b%G"), (2, 80, b"Somebody"), (2, 120, b"Something")]);
    let icc = moxcms::ColorProfile::new_adobe_rgb().encode().unwrap();
    let said = packet("", "<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>Some</rdf:li></rdf:Alt></dc:rights>");
    let mut spoilt = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        for _ in 0..6 {
            let at = numbers.below(bytes.len());
            bytes[at] = u8::try_from(numbers.below(256)).unwrap();
        }
        bytes
    };
    let mut out = Vec::new();
    for n in 0..25 {
        out.push((format!("exif garbage {n}"), with_exif(&plain, &spoilt(&block))));
        out.push((format!("iim garbage {n}"), with_iim(&plain, &spoilt(&iim), None)));
        out.push((format!("icc garbage {n}"), with_segment(&plain, 0xe2, &[b"ICC_PROFILE\0\x01\x01", spoilt(&icc).as_slice()].concat())));
        out.push((format!("xmp garbage {n}"), with_xmp(&plain, &String::from_utf8_lossy(&spoilt(said.as_bytes())))));
    }
    // A directory that is its own next, and a field of four billion values.
    let own = [b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08\0\0\0\x08".as_slice(), &[0; 20]].concat();
    out.push(("exif in a circle".to_owned(), with_exif(&plain, &own)));
    out.push(("tiff in a circle".to_owned(), own));
    let many = b"MM\0*\0\0\0\x08\0\x01\x01\x0e\0\x02\xff\xff\xff\xff\0\0\0\x08\0\0\0\0".to_vec();
    out.push(("exif of four billion letters".to_owned(), with_exif(&plain, &many)));
    out
}

/// Files that begin as one thing and go on as another.
fn disguised(files: &[Named]) -> Vec<Named> {
    let mut out = Vec::new();
    for (name, bytes) in files {
        for (other, rest) in files.iter().filter(|(other, _)| other != name) {
            out.push((format!("{name} that goes on as {other}"), [&bytes[..16], &rest[16..]].concat()));
        }
        out.push((format!("{name} and zeros"), [&bytes[..16], &vec![0; 4_000]].concat()));
    }
    out
}

/// All of them.
fn corpus() -> Vec<Named> {
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let files = good();
    let heard = sound();
    let parts = [
        truncated(&files),
        flipped(&files, &mut numbers),
        truncated(&heard),
        flipped(&heard, &mut numbers),
        tables(),
        lying(&files),
        bombs(),
        garbage(&mut numbers),
        disguised(&files),
    ];
    files.iter().cloned().chain(parts.into_iter().flatten()).collect()
}

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Do something that may take so many bytes more than are held.
fn within<T>(bytes: u64, work: impl FnOnce() -> T) -> T {
    ALLOCATOR.set_limit(ALLOCATOR.allocated() + usize::try_from(bytes).unwrap()).unwrap();
    let done = work();
    ALLOCATOR.set_limit(usize::MAX).unwrap();
    done
}

#[test]
fn no_file_brings_anything_down() {
    no_file_takes_more_than_it_may();
    no_rendition_takes_more_than_was_said();
    what_is_not_whole_is_broken();
}

fn no_file_takes_more_than_it_may() {
    let corpus = corpus();
    assert!(corpus.len() > 600, "{}", corpus.len());
    let mut outcomes: BTreeMap<&str, u32> = BTreeMap::new();
    let limits = Limits { pixels: 20_000_000, decoded_bytes: 16 << 20, ..Limits::default() };
    for (name, bytes) in &corpus {
        println!("{name}");
        let mut sent = file(bytes);
        let head = &bytes[..HEAD_BYTES.min(bytes.len())];
        // Beside the pixels: metadata as they are, as they are read and as they are said, and the tables of decoders.
        let outcome = match within(limits.decoded_bytes + (24 << 20), || look_into(&mut sent, format_of(head)?, &limits)) {
            Ok(facts) if facts.placeholder.is_none() => "heard",
            Ok(facts) => {
                for format in [RenditionFormat::Jpeg, RenditionFormat::WebP] {
                    let recipe = recipe(64, format);
                    let made = within(memory_for(&facts, &recipe), || render(&mut sent, &facts, &recipe));
                    let made = made.unwrap_or_else(|e| panic!("{name}: {e}"));
                    assert_eq!((made.width, made.height), size_of(&facts, &recipe), "{name}");
                }
                "taken"
            }
            Err(FileFault::Broken(said)) => {
                assert!(said.ends_with('.'), "{said}");
                "broken"
            }
            Err(FileFault::TooComplex(_)) => "too complex",
            Err(FileFault::Unsupported(_)) => "unsupported",
        };
        *outcomes.entry(outcome).or_default() += 1;
    }
    println!("{outcomes:?}");
    assert_eq!(outcomes.len(), 5, "{outcomes:?}");
}

fn no_rendition_takes_more_than_was_said() {
    let large = scene(1_200, 800);
    let clear = DynamicImage::from(large.clone()).to_rgba8();
    let wide = DynamicImage::from(large.clone()).to_rgba16();
    let mut progressive = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut progressive, 90);
    encoder.set_progressive(true);
    encoder.encode(&large, 1_200, 800, jpeg_encoder::ColorType::Rgb).unwrap();
    let mut inks = Vec::new();
    let four = vec![90; 1_200 * 800 * 4];
    jpeg_encoder::Encoder::new(&mut inks, 90).encode(&four, 1_200, 800, jpeg_encoder::ColorType::Cmyk).unwrap();
    let mut files = vec![jpeg(&large), with_exif(&jpeg(&large), &exif(&[(0x0112, Value::Short(6))], &[])), progressive, inks];
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff, ImageFormat::Gif] {
        files.push(written(&clear.clone().into(), format));
    }
    files.extend([ImageFormat::Png, ImageFormat::Tiff].map(|format| written(&wide.clone().into(), format)));
    for bytes in files {
        let mut sent = file(&bytes);
        let facts = look_into(&mut sent, format_of(&bytes[..HEAD_BYTES.min(bytes.len())]).unwrap(), &Limits::default()).unwrap();
        for (width, format) in
            [(100, RenditionFormat::Jpeg), (700, RenditionFormat::WebP), (1_200, RenditionFormat::WebP), (300, RenditionFormat::Avif)]
        {
            for ratio in [None, Some(Ratio { width: 1, height: 2 })] {
                let recipe = Recipe { ratio, ..recipe(width, format) };
                println!("{:?} {width} {format:?} {ratio:?}", facts.format);
                let most = memory_of(&mut sent, &facts, &recipe).unwrap();
                assert!(most <= memory_for(&facts, &recipe), "{most} for {recipe:?}");
                within(most, || render(&mut sent, &facts, &recipe)).unwrap();
            }
        }
    }
}

fn what_is_not_whole_is_broken() {
    for (name, bytes) in good() {
        sent_within(&bytes, &Limits::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        for part in [4, 6, 8, 9] {
            let cut = &bytes[..bytes.len() * part / 10];
            assert!(matches!(sent_within(cut, &Limits::default()), Err(FileFault::Broken(_))), "{name} at {part}");
        }
    }
}
