//! The pictures of the demo, drawn here: of three stories, and what else a library has; and a chime, in the place of somebody who speaks.

use std::{collections::BTreeMap, sync::Arc};

use fast_image_resize::{PixelType, Resizer, images::Image};
use jpeg_encoder::{ColorType, Encoder};

use super::counted::Counted;
use crate::{
    access::{Caller, Permit, System},
    cli::{open_with, serve::files},
    config::Settings,
    desk::media::{self, Added},
    domain::{
        Error, Id, Locale,
        captions::Captions,
        id::Entropy,
        instant::Clock,
        media::{Description, Media, MediaWords, SOURCE_TYPES, StoredFile},
    },
    media::files::Files,
    store::{Store, Tx},
};

/// What is drawn, in pixels, as with a broad brush: it is made larger by so much.
const WIDTH: u16 = 400;
const HEIGHT: u16 = 225;
const LARGER: u16 = 4;

type Colour = [u8; 3];

/// A picture on its way, in places from 0 to 1 of its width and of its height.
struct Canvas(Vec<u8>);

/// One after the other.
fn between(from: Colour, to: Colour, part: f64) -> Colour {
    let mut colour = from;
    for ((mixed, from), to) in colour.iter_mut().zip(from).zip(to) {
        let whole = f64::from(from) + (f64::from(to) - f64::from(from)) * part.clamp(0.0, 1.0);
        *mixed = format!("{whole:.0}").parse().unwrap_or(from);
    }
    colour
}

impl Canvas {
    /// From top to bottom one colour into another.
    fn new(top: Colour, bottom: Colour) -> Self {
        let row = |y: u16| between(top, bottom, f64::from(y) / f64::from(HEIGHT)).repeat(usize::from(WIDTH));
        Self((0..HEIGHT).flat_map(row).collect())
    }

    /// What lies within.
    fn fill(&mut self, colour: Colour, within: impl Fn(f64, f64) -> bool) {
        let places = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (f64::from(x) / f64::from(WIDTH), f64::from(y) / f64::from(HEIGHT))));
        for ((x, y), pixel) in places.zip(self.0.chunks_exact_mut(3)) {
            if within(x, y) {
                pixel.copy_from_slice(&colour);
            }
        }
    }

    fn rectangle(&mut self, colour: Colour, (left, top): (f64, f64), (right, bottom): (f64, f64)) {
        self.fill(colour, |x, y| (left..right).contains(&x) && (top..bottom).contains(&y));
    }

    /// A circle, or one that is as much wider as `wider` says.
    fn disc(&mut self, colour: Colour, (left, top): (f64, f64), radius: f64, wider: f64) {
        let high = f64::from(HEIGHT) / f64::from(WIDTH);
        self.fill(colour, |x, y| ((x - left) / wider).powi(2) + ((y - top) * high).powi(2) < radius * radius);
    }

    fn jpeg(self) -> Result<Vec<u8>, Error> {
        let (width, height) = (WIDTH.saturating_mul(LARGER), HEIGHT.saturating_mul(LARGER));
        let drawn = Image::from_vec_u8(WIDTH.into(), HEIGHT.into(), self.0, PixelType::U8x3).map_err(Error::internal)?;
        let mut large = Image::new(width.into(), height.into(), PixelType::U8x3);
        Resizer::new().resize(&drawn, &mut large, None).map_err(Error::internal)?;
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes, 85).encode(large.buffer(), width, height, ColorType::Rgb).map_err(Error::internal)?;
        Ok(bytes)
    }
}

/// A small ferry between two jetties at dawn.
fn ferry() -> Result<Vec<u8>, Error> {
    let mut canvas = Canvas::new([38, 52, 96], [246, 190, 140]);
    canvas.disc([255, 224, 170], (0.68, 0.58), 0.07, 1.0);
    canvas.fill([52, 78, 112], |x, y| y > 0.62 - 0.03 * (x * 9.0).sin().abs());
    canvas.fill([36, 92, 122], |_, y| y > 0.64);
    for wave in 0..7 {
        let top = 0.67 + 0.045 * f64::from(wave);
        canvas.fill([70, 130, 156], |x, y| (y - top - 0.006 * (x * 40.0 + f64::from(wave)).sin()).abs() < 0.0025);
    }
    for (left, right) in [(0.0, 0.2), (0.82, 1.0)] {
        canvas.rectangle([62, 44, 36], (left, 0.66), (right, 0.69));
        canvas.fill([50, 34, 28], |x, y| (left..right).contains(&x) && (0.69..0.85).contains(&y) && (x * 50.0).fract() < 0.15);
    }
    canvas.fill([240, 240, 236], |x, y| (0.72..0.79).contains(&y) && (x - 0.48).abs() < 0.13 - (y - 0.72) * 0.6);
    canvas.rectangle([208, 74, 58], (0.40, 0.655), (0.56, 0.72));
    canvas.fill([250, 236, 190], |x, y| (0.41..0.55).contains(&x) && (0.67..0.695).contains(&y) && (x * 40.0).fract() < 0.6);
    canvas.rectangle([60, 60, 66], (0.47, 0.59), (0.495, 0.655));
    canvas.jpeg()
}

/// Potters at their wheels under a darkening sky.
fn potters() -> Result<Vec<u8>, Error> {
    let mut canvas = Canvas::new([30, 32, 48], [124, 102, 96]);
    for (left, top, size) in [(0.2, 0.16, 0.16), (0.5, 0.12, 0.2), (0.8, 0.18, 0.18)] {
        canvas.disc([52, 54, 70], (left, top), size * 0.35, 2.2);
    }
    canvas.fill([92, 62, 46], |_, y| y > 0.74);
    for place in [0.2, 0.5, 0.8] {
        canvas.fill([46, 34, 40], |x, y| (0.52..0.78).contains(&y) && (x - place).abs() < 0.03 + (y - 0.52) * 0.16);
        canvas.disc([58, 42, 44], (place, 0.47), 0.03, 1.0);
        canvas.disc([150, 110, 84], (place + 0.08, 0.79), 0.035, 2.0);
        canvas
            .fill([178, 96, 62], |x, y| (0.69..0.79).contains(&y) && (x - place - 0.08).abs() < 0.022 + 0.012 * ((y - 0.69) * 31.0).sin());
    }
    canvas.jpeg()
}

/// A notebook with water stains on a stone step.
fn notebook() -> Result<Vec<u8>, Error> {
    let mut canvas = Canvas::new([96, 100, 98], [150, 148, 138]);
    canvas.fill([120, 120, 114], |_, y| (0.34..0.72).contains(&y));
    canvas.fill([78, 80, 80], |_, y| (0.72..0.74).contains(&y) || (0.33..0.34).contains(&y));
    canvas.fill([90, 60, 44], |x, y| (0.28..0.74).contains(&x) && (0.27..0.70).contains(&y));
    canvas.fill([238, 228, 202], |x, y| (0.29..0.73).contains(&x) && (0.29..0.68).contains(&y));
    canvas.fill([206, 190, 158], |x, y| (x - 0.51).abs() < 0.004 && (0.29..0.68).contains(&y));
    canvas.fill([110, 120, 150], |x, y| {
        ((0.32..0.49).contains(&x) || (0.53..0.70).contains(&x)) && (0.33..0.65).contains(&y) && (y * 28.0).fract() < 0.08
    });
    for (left, top, size) in [(0.62, 0.56, 0.05), (0.38, 0.38, 0.035)] {
        canvas.disc([206, 186, 146], (left, top), size, 1.4);
        canvas.disc([226, 212, 180], (left, top), size * 0.9, 1.4);
    }
    canvas.jpeg()
}

/// A painted gauge in low water.
fn gauge() -> Result<Vec<u8>, Error> {
    let mut canvas = Canvas::new([196, 210, 214], [230, 226, 210]);
    canvas.fill([120, 108, 86], |x, y| y > 0.5 - 0.05 * (x * 4.0).sin());
    canvas.fill([74, 110, 118], |x, y| y > 0.78 + 0.01 * (x * 12.0).sin());
    canvas.rectangle([244, 242, 232], (0.46, 0.08), (0.54, 0.86));
    for mark in 0..13 {
        let top = 0.10 + 0.055 * f64::from(mark);
        canvas.rectangle([176, 46, 40], (0.46, top), (if mark % 2 == 0 { 0.54 } else { 0.50 }, top + 0.022));
    }
    canvas.fill([110, 146, 150], |x, y| (0.42..0.58).contains(&x) && (y - 0.87 - 0.004 * (x * 90.0).sin()).abs() < 0.004);
    canvas.jpeg()
}

/// A bridge over a river, with so many arches, whose roadway lies as high as that.
fn bridge(arches: u8, roadway: f64, sky: [Colour; 2]) -> Result<Vec<u8>, Error> {
    let [top, bottom] = sky;
    let mut canvas = Canvas::new(top, bottom);
    canvas.fill([84, 112, 88], |x, y| y > 0.55 + 0.08 * (x * 5.0).cos());
    canvas.fill([58, 96, 120], |_, y| y > 0.68);
    canvas.fill([148, 132, 112], |_, y| (roadway..0.76).contains(&y));
    let width = 1.0 / f64::from(arches);
    for arch in 0..arches {
        let middle = (f64::from(arch) + 0.5) * width;
        canvas.fill([58, 96, 120], |x, y| {
            let reach = ((x - middle) / (width * 0.4)).powi(2);
            reach < 1.0 && y > roadway + 0.05 + 0.16 * reach && y < 0.77
        });
    }
    canvas.rectangle([112, 98, 82], (0.0, roadway - 0.02), (1.0, roadway));
    canvas.jpeg()
}

/// Potters at their wheels, moving: five seconds, made of the picture of them.
const POTTERS: &[u8] = include_bytes!("potters.webm");

/// Terms of use, as a document: the shortest that readers of PDF take.
const TERMS: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// A chime of two seconds, as sound of 8 bits.
fn chime() -> Result<Vec<u8>, Error> {
    const RATE: u32 = 8_000;
    const SAMPLES: u32 = 2 * RATE;
    let sample = |n: u32| {
        let at = f64::from(n) / f64::from(RATE);
        let tone = |begins: f64, pitch: f64| {
            let since = at - begins;
            if since < 0.0 { 0.0 } else { (-3.0 * since).exp() * (std::f64::consts::TAU * pitch * since).sin() }
        };
        let heard = tone(0.0, 659.26) + tone(0.4, 523.25);
        format!("{:.0}", 128.0 + 50.0 * heard).parse::<u8>().map_err(Error::internal)
    };
    let format = [&[1, 0, 1, 0], &RATE.to_le_bytes()[..], &RATE.to_le_bytes(), &[1, 0, 8, 0]].concat();
    let length = SAMPLES.to_le_bytes();
    let mut wav =
        [b"RIFF".as_slice(), &SAMPLES.saturating_add(36).to_le_bytes(), b"WAVEfmt ", &[16, 0, 0, 0], &format, b"data", &length].concat();
    (0..SAMPLES).try_for_each(|n| sample(n).map(|sample| wav.push(sample)))?;
    Ok(wav)
}

fn words(all: &[(&str, &str)]) -> BTreeMap<Locale, MediaWords> {
    let of = |(locale, alt): &(&str, &str)| {
        (Locale::stored((*locale).to_owned()), MediaWords { alt: (*alt).to_owned(), caption: String::new() })
    };
    all.iter().map(of).collect()
}

fn stored(files: &Files, bytes: &[u8]) -> Result<StoredFile, Error> {
    let mut incoming = files.begin()?;
    incoming.write(bytes)?;
    files.take_in(incoming)
}

/// What stands in the newsroom for the leads, by the number of what is there instead, and of its poster.
const LEADS: [(&str, u16, Option<u16>); 3] = [("island-clock", 801, None), ("potters-race", 810, Some(802)), ("river-diary", 803, None)];
/// The same of pictures in bodies.
const PICTURES: [(&str, u16); 3] = [("gauge", 807), ("lower-bridge", 808), ("upper-bridge", 809)];

fn id(number: u16) -> String {
    format!("0198c5a1-7f00-7000-8000-{number:012}")
}

/// The newsroom with the pictures of the library where its own lie elsewhere.
pub(super) fn hung(newsroom: &str) -> String {
    let led = LEADS.iter().fold(newsroom.to_owned(), |newsroom, (name, number, poster)| {
        let url = format!("\"url\":\"https://media.example/{name}.jpg\"");
        let poster = poster.map(|poster| format!("\"poster_id\":\"{}\",", id(poster))).unwrap_or_default();
        newsroom.replace(&url, &format!("\"media_id\":\"{}\",{poster}{url}", id(*number)))
    });
    let of_body = |newsroom: String, (name, number): &(&str, u16)| {
        newsroom.replace(&format!("src=\\\"https://media.example/{name}.jpg\\\""), &format!("src=\\\"media:{}\\\"", id(*number)))
    };
    PICTURES.iter().fold(led, of_body)
}

/// Put them into the library of a new demo, with ids from 801 on: three that stories lead with, a document, one that nothing shows, one that was taken down, three that stand
/// in a body, a video, and a chime.
pub(super) fn hang(settings: &Settings, still: Arc<dyn Clock>) -> Result<(), Error> {
    let (store, files) = (open_with(settings, still, Arc::new(Counted::from(801)))?, files(settings)?);
    let drawn = format!("{SOURCE_TYPES}algorithmicMedia");
    let add = |bytes: &[u8], said: Description| add(&store, &files, bytes, &Description { digital_source_type: drawn.clone(), ..said });
    let said = |name: &str, credit: &str, all: &[(&str, &str)]| Description {
        name: name.to_owned(),
        credit: credit.to_owned(),
        copyright: "Dateline, MIT OR Apache-2.0".to_owned(),
        words: words(all),
        ..Description::default()
    };
    add(&ferry()?, said("ferry.jpg", "Harbour Wire", FERRY.get(..1).unwrap_or_default()))?;
    add(&potters()?, said("potters.jpg", "Monsoon Press", &[("en", "Potters at their wheels under a darkening sky")]))?;
    add(&notebook()?, said("notebook.jpg", "Harbour Wire", &[("en", "A notebook with water stains on a stone step")]))?;
    add(TERMS, said("terms.pdf", "", &[]))?;
    add(&Canvas::new([38, 52, 96], [246, 190, 140]).jpeg()?, said("dawn.jpg", "Harbour Wire", &[("en", "An empty sky at dawn")]))?;
    let withdrawn = add(&Canvas::new([30, 32, 48], [124, 102, 96]).jpeg()?, said("dusk.jpg", "Monsoon Press", &[]))?;
    add(&gauge()?, said("gauge.jpg", "Harbour Wire", &[("en", "The gauge at low water")]))?;
    let evening = bridge(3, 0.5, [[214, 180, 160], [244, 226, 196]])?;
    add(&evening, said("lower-bridge.jpg", "Harbour Wire", &[("en", "The lower bridge in the evening")]))?;
    let morning = bridge(5, 0.44, [[160, 192, 216], [226, 232, 226]])?;
    add(&morning, said("upper-bridge.jpg", "Harbour Wire", &[("en", "The upper bridge in the morning")]))?;
    add(POTTERS, said("potters.webm", "Monsoon Press", &[("en", "Potters at their wheels under a darkening sky")]))?;
    let importer = Caller::system(System::Importer);
    let taken_down = |tx: &mut Tx<'_>| {
        media::take_down(tx, Permit::try_from(importer.clone())?, withdrawn.media.id, None, "The agency has called it back.").map(drop)
    };
    store.write_now(&importer, taken_down)?;
    add(&chime()?, said("chime.wav", "Monsoon Press", &[])).map(drop)
}

/// The number of the chime.
pub(super) const CHIME: u16 = 811;

/// What the first of them shows, in the languages that the newsroom has.
const FERRY: [(&str, &str); 4] = [
    ("en", "A small ferry between two jetties at dawn"),
    ("hi", "भोर में दो घाटों के बीच एक छोटी नाव"),
    ("bn", "ভোরে দুই জেটির মাঝে একটি ছোট ফেরি"),
    ("kn", "ಮುಂಜಾನೆ ಎರಡು ಧಕ್ಕೆಗಳ ನಡುವೆ ಸಣ್ಣ ದೋಣಿ"),
];

/// What is said in its video.
const SAID: [(&str, &str); 4] = [
    ("en", "The wheels turn until the rain comes."),
    ("hi", "बारिश आने तक चाक घूमते रहते हैं।"),
    ("bn", "বৃষ্টি না আসা পর্যন্ত চাকা ঘোরে।"),
    ("kn", "ಮಳೆ ಬರುವವರೆಗೆ ಚಕ್ರಗಳು ತಿರುಗುತ್ತವೆ."),
];

/// Say in every language of the newsroom what its first picture shows, and what is said in its video.
pub(super) fn describe(store: &Store) -> Result<(), Error> {
    let importer = Caller::system(System::Importer);
    store.write_now(&importer, |tx| {
        let id = |number: u64, tx: &Tx<'_>| Id::from(Counted::from(number).uuid(tx.now()));
        let said = |media: &Media| Ok(Description { words: words(&FERRY), ..media.description.clone() });
        media::revise(tx, Permit::try_from(importer.clone())?, id(801, tx), 1, said)?;
        let mut captions = BTreeMap::new();
        for (locale, text) in SAID {
            let read = Captions::read(&format!("WEBVTT\n\n00:00.500 --> 00:04.500\n{text}\n"))?;
            captions.insert(Locale::stored(locale.to_owned()), Some(read));
        }
        media::caption(tx, Permit::try_from(importer.clone())?, id(810, tx), 1, &captions).map(drop)
    })
}

fn add(store: &Store, files: &Files, bytes: &[u8], said: &Description) -> Result<Added, Error> {
    let file = stored(files, bytes)?;
    let importer = Caller::system(System::Importer);
    store.write_now(&importer, |tx| media::add(tx, Permit::try_from(importer.clone())?, file.clone(), said.clone()))
}
