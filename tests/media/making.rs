//! Files to look into, made piece by piece.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    sync::atomic::{AtomicU32, Ordering},
};

use dateline::{
    domain::file::{FileFacts, FileFault, FocalPoint},
    media::{
        Limits,
        looking::{HEAD_BYTES, format_of, look_into},
        rendering::{Recipe, Rendition, RenditionFormat, render},
    },
};
use image::{DynamicImage, Rgb, RgbImage};

/// A file with these bytes, which nobody else sees.
pub(super) fn file(bytes: &[u8]) -> File {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("dateline-media-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// What is found in a file that is sent.
pub(super) fn sent(bytes: &[u8]) -> Result<FileFacts, FileFault> {
    sent_within(bytes, &Limits::default())
}

pub(super) fn sent_within(bytes: &[u8], limits: &Limits) -> Result<FileFacts, FileFault> {
    let format = format_of(&bytes[..HEAD_BYTES.min(bytes.len())])?;
    look_into(&mut file(bytes), format, limits)
}

pub(super) fn recipe(width: u32, format: RenditionFormat) -> Recipe {
    let none = String::new;
    let focal = FocalPoint::default();
    Recipe { width, ratio: None, focal, format, creator: none(), credit: none(), copyright: none(), digital_source_type: none() }
}

pub(super) fn rendition(bytes: &[u8], recipe: &Recipe) -> Rendition {
    let facts = sent(bytes).unwrap();
    render(&mut file(bytes), &facts, recipe).unwrap()
}

/// The pixels of a rendition.
pub(super) fn pixels(rendition: &Rendition) -> DynamicImage {
    let image = image::load_from_memory(&rendition.bytes).unwrap();
    assert_eq!((image.width(), image.height()), (rendition.width, rendition.height));
    image
}

/// A picture that looks like no other that it is turned into.
pub(super) fn scene(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let shade = |part: u32, whole: u32| u8::try_from(part * 255 / whole.max(1)).unwrap();
        Rgb([shade(x, width), shade(y, height), if x * 3 < width && y * 4 < height { 255 } else { 40 }])
    })
}

pub(super) fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    encoder
        .encode(image, u16::try_from(image.width()).unwrap(), u16::try_from(image.height()).unwrap(), jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

pub(super) fn written(image: &DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG with a segment more.
pub(super) fn with_segment(jpeg: &[u8], marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, data, &jpeg[2..]].concat()
}

/// A PNG with a chunk more, after its head.
pub(super) fn with_chunk(png: &[u8], kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let crc = crc32fast::hash(&[kind.as_slice(), data].concat()).to_be_bytes();
    [&png[..33], &length, &kind, data, &crc, &png[33..]].concat()
}

/// A block of EXIF: fields of the first directory, and of the one behind it, as text or as a number.
pub(super) fn exif(first: &[(u16, Value<'_>)], second: &[(u16, Value<'_>)]) -> Vec<u8> {
    let (here, there) = (8, 8 + 2 + (first.len() + 1) * 12 + 4);
    let mut data_at = there + 2 + second.len() * 12 + 4;
    let mut data = Vec::new();
    let mut directory = |fields: &[(u16, Value<'_>)], more: Option<usize>| {
        let mut out = u16::try_from(fields.len() + usize::from(more.is_some())).unwrap().to_be_bytes().to_vec();
        for (tag, value) in fields {
            out.extend(tag.to_be_bytes());
            match value {
                Value::Short(number) => out.extend([&[0, 3, 0, 0, 0, 1], &number.to_be_bytes()[..], &[0, 0]].concat()),
                Value::Text(text) => {
                    out.extend([0, 2]);
                    out.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
                    if text.len() <= 4 {
                        out.extend(text.iter().copied().chain([0; 4]).take(4));
                    } else {
                        out.extend(u32::try_from(data_at).unwrap().to_be_bytes());
                        data_at += text.len();
                        data.extend_from_slice(text);
                    }
                }
            }
        }
        if let Some(at) = more {
            out.extend([&[0x87, 0x69, 0, 4, 0, 0, 0, 1], &u32::try_from(at).unwrap().to_be_bytes()[..]].concat());
        }
        out.extend([0; 4]);
        out
    };
    let directories = [directory(first, Some(there)), directory(second, None)].concat();
    [b"MM\0*", &u32::try_from(here).unwrap().to_be_bytes()[..], &directories, &data].concat()
}

pub(super) enum Value<'a> {
    Short(u16),
    Text(&'a [u8]),
}

pub(super) fn with_exif(jpeg: &[u8], block: &[u8]) -> Vec<u8> {
    with_segment(jpeg, 0xe1, &[b"Exif\0\0", block].concat())
}

pub(super) fn with_xmp(jpeg: &[u8], packet: &str) -> Vec<u8> {
    with_segment(jpeg, 0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat())
}

/// A packet of XMP around what is said of the picture.
pub(super) fn packet(attributes: &str, elements: &str) -> String {
    format!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:core="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#
    )
}

/// Records of IIM.
pub(super) fn records(sets: &[(u8, u8, &[u8])]) -> Vec<u8> {
    let set = |(record, number, data): &(u8, u8, &[u8])| {
        [&[0x1c, *record, *number], &u16::try_from(data.len()).unwrap().to_be_bytes()[..], data].concat()
    };
    sets.iter().flat_map(set).collect()
}

/// Resources of Photoshop: records of IIM, and a digest.
pub(super) fn with_iim(jpeg: &[u8], records: &[u8], digest: Option<&[u8]>) -> Vec<u8> {
    let resource = |id: u16, data: &[u8]| {
        let mut out = [b"8BIM", &id.to_be_bytes()[..], &[0, 0], &u32::try_from(data.len()).unwrap().to_be_bytes(), data].concat();
        out.resize(out.len().next_multiple_of(2), 0);
        out
    };
    let digest = digest.map(|digest| resource(0x0425, digest)).unwrap_or_default();
    with_segment(jpeg, 0xed, &[b"Photoshop 3.0\0".as_slice(), &resource(0x03ed, b"x"), &resource(0x0404, records), &digest].concat())
}

/// Sound of one channel and 8 bits.
pub(super) fn wav(rate: u32, samples: u32) -> Vec<u8> {
    let length = |n: u32| n.to_le_bytes();
    let format = [&[1, 0, 1, 0], &length(rate)[..], &length(rate), &[1, 0, 8, 0]].concat();
    let head = [b"RIFF".as_slice(), &length(36 + samples), b"WAVEfmt ", &length(16), &format, b"data", &length(samples)].concat();
    [head, vec![0x80; usize::try_from(samples).unwrap()]].concat()
}

/// Silence of so many frames, of 128 kb/s at 44,100 Hz.
pub(super) fn mp3(frames: usize) -> Vec<u8> {
    [&[0xff, 0xfb, 0x90, 0x64], &[0; 413][..]].concat().repeat(frames)
}

/// The head of sound of one channel and 16 bits, and a frame of it.
pub(super) fn flac(rate: u32, samples: u32) -> Vec<u8> {
    let bits = u64::from(rate) << 44 | 15 << 36 | u64::from(samples);
    let info = [&[0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0], &bits.to_be_bytes()[..], &[0; 16]].concat();
    [b"fLaC\x80\0\0\x22".as_slice(), &info, b"\xff\xf8\xc9\x08\0\x95\0\0\0\x21\xbd"].concat()
}

/// A box of an MP4.
fn mp4_box(kind: &[u8], data: &[u8]) -> Vec<u8> {
    [&u32::try_from(data.len() + 8).unwrap().to_be_bytes()[..], kind, data].concat()
}

/// The head of an MP4 that plays for so many milliseconds, without any track.
pub(super) fn mp4(milliseconds: u32) -> Vec<u8> {
    let movie = [&[0; 12][..], &1_000_u32.to_be_bytes(), &milliseconds.to_be_bytes(), &[0; 80]].concat();
    [mp4_box(b"ftyp", b"isom\0\0\x02\0isommp41"), mp4_box(b"moov", &mp4_box(b"mvhd", &movie)), mp4_box(b"mdat", &[0; 8])].concat()
}
