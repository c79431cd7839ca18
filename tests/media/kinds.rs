//! What a file is, and what is not taken.

use dateline::{
    domain::file::{FileFault, FileFormat},
    media::{Limits, looking::format_of},
};
use image::{DynamicImage, ImageFormat};

use super::making::{jpeg, scene, sent, sent_within, with_chunk, with_segment, written};

fn boxes(brands: &[&[u8; 4]]) -> Vec<u8> {
    let mut out = [u32::try_from(12 + brands.len() * 4).unwrap().to_be_bytes().as_slice(), b"ftyp", brands[0], &[0; 4]].concat();
    brands[1..].iter().for_each(|brand| out.extend(*brand));
    out
}

#[test]
fn a_file_is_what_its_first_bytes_say() {
    let ogg = |codec: &[u8]| [b"OggS".as_slice(), &[0; 24], codec].concat();
    let known: Vec<(Vec<u8>, FileFormat)> = vec![
        (jpeg(&scene(8, 8)), FileFormat::Jpeg),
        (written(&scene(8, 8).into(), ImageFormat::Png), FileFormat::Png),
        (written(&scene(8, 8).into(), ImageFormat::Gif), FileFormat::Gif),
        (written(&scene(8, 8).into(), ImageFormat::WebP), FileFormat::WebP),
        (written(&scene(8, 8).into(), ImageFormat::Tiff), FileFormat::Tiff),
        (b"ID3\x04".to_vec(), FileFormat::Mp3),
        (b"\xff\xfb\x90\x64".to_vec(), FileFormat::Mp3),
        (boxes(&[b"M4A ", b"mp42"]), FileFormat::M4a),
        (ogg(b"OpusHead"), FileFormat::Ogg),
        (ogg(b"\x01vorbis"), FileFormat::Ogg),
        (b"RIFF\0\0\0\0WAVE".to_vec(), FileFormat::Wav),
        (b"fLaC".to_vec(), FileFormat::Flac),
        (boxes(&[b"isom", b"avc1"]), FileFormat::Mp4),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm".to_vec(), FileFormat::WebM),
        (b"%PDF-1.7".to_vec(), FileFormat::Pdf),
    ];
    for (bytes, format) in known {
        assert_eq!(format_of(&bytes), Ok(format));
    }
}

#[test]
fn what_is_not_taken_says_what_to_do() {
    let ogg = [b"OggS".as_slice(), &[0; 24], b"\x80theora"].concat();
    let refused: Vec<(Vec<u8>, &str)> = vec![
        (boxes(&[b"heic", b"mif1"]), "HEIC pictures are not taken: convert it to JPEG first."),
        (boxes(&[b"mif1", b"heic"]), "HEIC"),
        (boxes(&[b"mif1", b"avif"]), "AVIF"),
        (boxes(&[b"avif"]), "AVIF"),
        (boxes(&[b"qt  "]), "QuickTime"),
        (boxes(&[b"crx "]), "Raw"),
        (b"\xff\x0a".to_vec(), "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n".to_vec(), "JPEG XL"),
        (b"BM6\0".to_vec(), "BMP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "SVG"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><!-- --><svg/>".to_vec(), "SVG"),
        (b"  <!DOCTYPE html><p>".to_vec(), "Web pages"),
        (b"<p>".to_vec(), "Web pages"),
        (b"MZ\x90\0".to_vec(), "Programs"),
        (b"\x7fELF".to_vec(), "Programs"),
        (b"#!/bin/sh".to_vec(), "Programs"),
        (b"PK\x03\x04".to_vec(), "Archives"),
        (b"\x1f\x8b\x08".to_vec(), "Archives"),
        (b"8BPS".to_vec(), "Photoshop"),
        (b"II*\0\x10\0\0\0CR\x02".to_vec(), "Raw"),
        (b"II+\0".to_vec(), "BigTIFF"),
        (ogg, "Ogg"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska".to_vec(), "Matroska"),
        (b"RIFF\0\0\0\0AVI ".to_vec(), "AVI"),
        (b"words".to_vec(), "no kind that is known"),
        (b"\xff\xf1\x50\x80".to_vec(), "no kind that is known"),
        (b"\xff".to_vec(), "no kind that is known"),
        (Vec::new(), "empty"),
    ];
    for (bytes, words) in refused {
        match format_of(&bytes) {
            Err(FileFault::Unsupported(said)) => assert!(said.contains(words), "{said:?} for {words:?}"),
            other => panic!("{other:?} for {words:?}"),
        }
    }
}

#[test]
fn what_is_something_else_as_well_is_refused() {
    let picture = jpeg(&scene(40, 30));
    let png = written(&scene(40, 30).into(), ImageFormat::Png);
    let gif = written(&scene(40, 30).into(), ImageFormat::Gif);
    let zip = |before: usize| {
        let local = [b"PK\x03\x04".as_slice(), &[0; 26]].concat();
        let central = [b"PK\x01\x02".as_slice(), &[0; 42]].concat();
        let number = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
        let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0".as_slice(), &number(central.len()), &number(before + local.len()), &[0, 0]].concat();
        [local, central, end].concat()
    };
    let behind = |file: &[u8], more: &[u8]| [file, more].concat();
    let script = [b"GIF89a/*".as_slice(), &gif[8..]].concat();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("an archive behind a JPEG", behind(&picture, &zip(picture.len()))),
        ("an archive behind a PNG", behind(&png, &zip(png.len()))),
        ("an archive within a PNG", with_chunk(&png, *b"zzZz", &zip(41))),
        ("an archive in a comment of a JPEG", with_segment(&picture, 0xfe, &zip(6))),
        ("a page in a comment of a JPEG", with_segment(&picture, 0xfe, b"<ScRipt>alert(1)</script>")),
        ("a page in a chunk of a PNG", with_chunk(&png, *b"tEXt", b"Comment\0<html><body>")),
        ("a page behind a GIF", behind(&gif, b"\n<script src=x>")),
        ("a program behind a GIF", behind(&gif, b"#!/bin/sh\nrm")),
        ("a PDF in a JPEG", with_segment(&picture, 0xfe, b"%PDF-1.4 1 0 obj")),
        ("a PDF behind a PNG", behind(&png, b"%PDF-1.4 1 0 obj")),
        ("another archive behind a JPEG", behind(&picture, b"Rar!\x1a\x07\x01\0")),
        ("a script that begins as a GIF does", script),
        ("a script of PHP in a JPEG", with_segment(&picture, 0xfe, b"<?php system($_GET[0]);")),
    ];
    for (what, bytes) in files {
        assert!(matches!(sent(&bytes), Err(FileFault::Unsupported(said)) if said.contains("as well")), "{what}: {:?}", sent(&bytes));
    }
    // What telephones leave behind a picture: another one, and zeros.
    for more in [picture.as_slice(), &[0; 5_000]] {
        sent(&behind(&picture, more)).unwrap();
    }
}

#[test]
fn what_is_found_of_a_picture() {
    for (format, name) in [(ImageFormat::Png, "png"), (ImageFormat::Gif, "gif"), (ImageFormat::WebP, "webp"), (ImageFormat::Tiff, "tiff")] {
        let facts = sent(&written(&scene(321, 123).into(), format)).unwrap();
        assert_eq!((facts.format.as_str(), facts.size, facts.frames), (name, Some((321, 123)), Some(1)));
        let placeholder = facts.placeholder.unwrap();
        assert!((15..30).contains(&placeholder.thumbhash.len()));
    }
    let red = DynamicImage::from(image::RgbaImage::from_pixel(300, 200, image::Rgba([200, 10, 30, 255])));
    let facts = sent(&written(&red, ImageFormat::Png)).unwrap();
    assert_eq!(facts.placeholder.unwrap().color, [200, 10, 30]);
}

#[test]
fn manifests_are_seen() {
    let picture = jpeg(&scene(40, 30));
    let png = written(&scene(40, 30).into(), ImageFormat::Png);
    let mut webp = written(&scene(40, 30).into(), ImageFormat::WebP);
    assert!(!sent(&picture).unwrap().has_manifest);
    let jumbf = b"JP\0\x01\0\0\0\x01\0\0\0\x40jumb\0\0\0\x20jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\x03c2pa\0";
    assert!(sent(&with_segment(&picture, 0xeb, jumbf)).unwrap().has_manifest);
    assert!(sent(&with_chunk(&png, *b"caBX", b"\0\0\0\x40jumb")).unwrap().has_manifest);
    webp.extend(b"C2PA\x04\0\0\0jumb");
    let length = u32::try_from(webp.len() - 8).unwrap().to_le_bytes();
    webp[4..8].copy_from_slice(&length);
    assert!(sent(&webp).unwrap().has_manifest);
}

#[test]
fn what_would_take_too_much_says_the_numbers() {
    let picture = jpeg(&scene(400, 300));
    let gif = {
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
        encoder.encode_frames((0..12).map(|_| image::Frame::new(image::RgbaImage::new(20, 20)))).unwrap();
        drop(encoder);
        bytes
    };
    assert_eq!(sent(&gif).unwrap().frames, Some(12));
    let limits = Limits::default();
    let judged = [
        (sent_within(&picture, &Limits { pixels: 119_999, ..limits }), "120000"),
        (sent_within(&gif, &Limits { frames: 11, ..limits }), "12"),
        (sent_within(&gif, &Limits { decoded_bytes: 3_199, ..limits }), "3200"),
    ];
    for (found, number) in judged {
        assert!(matches!(&found, Err(FileFault::TooComplex(said)) if said.contains(number)), "{found:?}");
    }
    sent_within(&picture, &Limits { pixels: 120_000, ..limits }).unwrap();
}
