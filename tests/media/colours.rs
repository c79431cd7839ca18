//! Colours of renditions.

use dateline::media::rendering::RenditionFormat;
use image::{DynamicImage, GrayImage, ImageBuffer, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, Encoder};
use moxcms::ColorProfile;

use super::making::{jpeg, pixels, recipe, rendition, sent, with_segment, written};

const FORMATS: [RenditionFormat; 2] = [RenditionFormat::Jpeg, RenditionFormat::WebP];

/// The colour in the middle of a rendition of a picture, within a few shades.
fn middle(picture: &[u8], format: RenditionFormat) -> [u8; 3] {
    let image = pixels(&rendition(picture, &recipe(60, format))).to_rgb8();
    image.get_pixel(image.width() / 2, image.height() / 2).0
}

fn near(found: [u8; 3], wanted: [u8; 3]) -> bool {
    found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 6)
}

fn coded(data: &[u8], color: ColorType, profile: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 95);
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile).unwrap();
    }
    encoder.encode(data, 96, 64, color).unwrap();
    bytes
}

#[test]
fn profiles_are_heeded() {
    for (profile, color) in [(ColorProfile::new_display_p3(), [200, 100, 50]), (ColorProfile::new_adobe_rgb(), [120, 200, 90])] {
        let icc = profile.encode().unwrap();
        let srgb = ColorProfile::new_srgb();
        let transform =
            profile.create_transform_8bit(moxcms::Layout::Rgb, &srgb, moxcms::Layout::Rgb, moxcms::TransformOptions::default()).unwrap();
        let mut wanted = [0; 3];
        transform.transform(&color, &mut wanted).unwrap();
        assert!(!near(color, wanted), "the profile changes nothing");
        let data = color.repeat(96 * 64);
        for format in FORMATS {
            let found = middle(&coded(&data, ColorType::Rgb, Some(&icc)), format);
            assert!(near(found, wanted), "{found:?}, not {wanted:?}");
        }
        let average = sent(&coded(&data, ColorType::Rgb, Some(&icc))).unwrap().placeholder.unwrap().color;
        assert!(near(average, wanted), "{average:?}, not {wanted:?}");
    }
}

#[test]
fn profiles_that_are_damaged_or_of_other_colours_are_left_alone() {
    let color = [200, 100, 50];
    let data = color.repeat(96 * 64);
    let icc = ColorProfile::new_display_p3().encode().unwrap();
    for damaged in [&icc[..100], &icc[..icc.len() / 2], b"not a profile at all", &[0; 4_000]] {
        assert!(near(middle(&coded(&data, ColorType::Rgb, Some(damaged)), RenditionFormat::WebP), color));
    }
    let gray = coded(&[90; 96 * 64], ColorType::Luma, Some(&icc));
    assert!(near(middle(&gray, RenditionFormat::Jpeg), [90; 3]));
}

#[test]
fn inks_come_out_as_colours_however_they_are_written() {
    // Full cyan and half black.
    let inks = [255, 0, 0, 128];
    // The encoder writes inks the other way about, as Adobe does, and says so.
    for color in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        let picture = coded(&inks.repeat(96 * 64), color, None);
        for format in FORMATS {
            let found = middle(&picture, format);
            assert!(near(found, [0, 127, 127]), "{found:?} of {color:?}");
        }
    }
    // Without Adobe's word they are written as they are.
    let mut picture = coded(&inks.map(|ink| 255 - ink).repeat(96 * 64), ColorType::Cmyk, None);
    let adobe = picture.windows(5).position(|w| w == b"Adobe").unwrap();
    picture[adobe..adobe + 5].copy_from_slice(b"Other");
    let found = middle(&picture, RenditionFormat::WebP);
    assert!(near(found, [0, 127, 127]), "{found:?} without Adobe's word");
}

/// A profile of a press that has red ink in the place of cyan, and no other: a table of two steps for each ink (ICC.1:2010, 10.10).
fn press() -> Vec<u8> {
    let mut table = [b"mft1".as_slice(), &[0; 4], &[4, 3, 2, 0]].concat();
    for number in [1u32, 0, 0, 0, 1, 0, 0, 0, 1] {
        table.extend((number << 16).to_be_bytes());
    }
    let line: Vec<u8> = (0..=255).collect();
    table.extend(line.repeat(4));
    // The last ink changes first; the first fills the second half.
    let (paper, ink) = ([255u8, 128, 128], [136u8, 208, 195]);
    table.extend([paper.repeat(8), ink.repeat(8)].concat());
    table.extend(line.repeat(3));
    let mut profile = vec![0; 128];
    let whole = u32::try_from(128 + 16 + table.len()).unwrap();
    for (at, word) in [(0, &whole.to_be_bytes()), (8, &[2, 0x40, 0, 0]), (12, b"prtr"), (16, b"CMYK"), (20, b"Lab "), (36, b"acsp")] {
        profile[at..at + 4].copy_from_slice(word);
    }
    // The light that profiles are made for.
    for (at, part) in [(68, 0xf6d6u32), (72, 0x1_0000), (76, 0xd32d)] {
        profile[at..at + 4].copy_from_slice(&part.to_be_bytes());
    }
    let length = u32::try_from(table.len()).unwrap().to_be_bytes();
    [profile, vec![0, 0, 0, 1], b"A2B0".to_vec(), 144u32.to_be_bytes().to_vec(), length.to_vec(), table].concat()
}

/// A TIFF of inks, each of 8 or 16 bits.
fn tiff_of_inks(inks: [u8; 4], is_wide: bool, profile: Option<&[u8]>) -> Vec<u8> {
    use tiff::encoder::{TiffEncoder, colortype};
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    let data = inks.repeat(96 * 64);
    macro_rules! write {
        ($kind:ty, $data:expr) => {{
            let mut image = encoder.new_image::<$kind>(96, 64).unwrap();
            if let Some(profile) = profile {
                image.encoder().write_tag(tiff::tags::Tag::IccProfile, profile).unwrap();
            }
            image.write_data($data).unwrap();
        }};
    }
    if is_wide {
        let wide: Vec<u16> = data.iter().map(|ink| u16::from(*ink) * 257).collect();
        write!(colortype::CMYK16, &wide);
    } else {
        write!(colortype::CMYK8, &data);
    }
    bytes.into_inner()
}

#[test]
fn inks_are_seen_as_their_profile_has_them() {
    let profile = press();
    let inks = [255, 0, 0, 0];
    let jpeg = coded(&inks.repeat(96 * 64), ColorType::Cmyk, Some(&profile));
    for (kind, picture) in
        [("jpeg", jpeg), ("tiff", tiff_of_inks(inks, false, Some(&profile))), ("wide tiff", tiff_of_inks(inks, true, Some(&profile)))]
    {
        for format in FORMATS {
            let found = middle(&picture, format);
            assert!(found[0] > 200 && found[1] < 80 && found[2] < 80, "{found:?} of {kind}");
        }
        let average = sent(&picture).unwrap().placeholder.unwrap().color;
        assert!(average[0] > 200 && average[1] < 80, "{average:?} of {kind}");
    }
    for is_wide in [false, true] {
        let found = middle(&tiff_of_inks([255, 0, 0, 128], is_wide, None), RenditionFormat::WebP);
        assert!(near(found, [0, 127, 127]), "{found:?} without a profile");
    }
}

#[test]
fn shades_stay_shades() {
    let gray = DynamicImage::from(GrayImage::from_fn(96, 64, |x, _| Luma([u8::try_from(x * 2).unwrap()])));
    let wide = DynamicImage::from(ImageBuffer::<Luma<u16>, _>::from_fn(96, 64, |x, _| Luma([u16::try_from(x * 2 * 257).unwrap()])));
    for picture in [
        written(&gray, ImageFormat::Png),
        written(&wide, ImageFormat::Png),
        written(&gray, ImageFormat::Tiff),
        written(&gray, ImageFormat::Jpeg),
    ] {
        for format in FORMATS {
            let image = pixels(&rendition(&picture, &recipe(96, format))).to_rgb8();
            for (x, _, Rgb(color)) in image.enumerate_pixels() {
                assert!(near(*color, [u8::try_from(x * 2).unwrap(); 3]), "{color:?} at {x}");
            }
        }
    }
}

#[test]
fn sixteen_bits_come_out_as_eight() {
    let wide = ImageBuffer::<Rgb<u16>, _>::from_fn(96, 64, |_, _| Rgb([0x1234, 0xffff, 0x80ff]));
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let found = middle(&written(&DynamicImage::from(wide.clone()), format), RenditionFormat::WebP);
        assert!(near(found, [0x12, 0xff, 0x80]), "{found:?}");
    }
}

#[test]
fn what_is_not_opaque_stays_so_or_lies_on_white() {
    // Red on the left, nothing on the right; the nothing is green, which must not be seen.
    let half = RgbaImage::from_fn(200, 100, |x, _| if x < 100 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 255, 0, 0]) });
    let picture = written(&DynamicImage::from(half), ImageFormat::Png);
    let webp = pixels(&rendition(&picture, &recipe(50, RenditionFormat::WebP)));
    assert!(webp.color().has_alpha());
    let webp = webp.to_rgba8();
    assert!(webp.get_pixel(5, 10).0[3] > 250 && webp.get_pixel(45, 10).0[3] < 5);
    let jpeg = pixels(&rendition(&picture, &recipe(50, RenditionFormat::Jpeg))).to_rgb8();
    assert!(near(jpeg.get_pixel(45, 10).0, [255; 3]), "{:?}", jpeg.get_pixel(45, 10));
    assert!(near(jpeg.get_pixel(5, 10).0, [254, 0, 0]), "{:?}", jpeg.get_pixel(5, 10));
    let green = jpeg.pixels().filter(|Rgb([r, g, _])| *g > r.saturating_add(20)).count();
    assert_eq!(green, 0, "what is covered by nothing is seen at the edge");
    // An opaque picture has no use for it.
    let opaque = written(&DynamicImage::from(RgbaImage::from_pixel(50, 50, Rgba([1, 2, 3, 255]))), ImageFormat::Png);
    assert!(!pixels(&rendition(&opaque, &recipe(50, RenditionFormat::WebP))).color().has_alpha());
}

#[test]
fn palettes_and_first_frames_come_out() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    let frame = |color| image::Frame::new(RgbaImage::from_pixel(64, 64, Rgba(color)));
    encoder.encode_frames([frame([250, 0, 0, 255]), frame([0, 0, 250, 255])]).unwrap();
    drop(encoder);
    let found = middle(&bytes, RenditionFormat::WebP);
    assert!(near(found, [250, 0, 0]), "{found:?}");
}

#[test]
fn a_rendition_has_credit_and_nothing_else() {
    let picture = jpeg(&RgbImage::from_pixel(400, 300, Rgb([9, 99, 199])));
    let picture = with_segment(&picture, 0xe1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0 SERIAL-4711");
    let picture = with_segment(&picture, 0xfe, b"SERIAL-4711");
    let mut wanted = recipe(200, RenditionFormat::Jpeg);
    wanted.creator = "Asha & Söhne <asha>".to_owned();
    wanted.credit = "आशा / Example".to_owned();
    wanted.copyright = "© 2026 Example".to_owned();
    wanted.digital_source_type = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture".to_owned();
    for format in FORMATS {
        wanted.format = format;
        let made = rendition(&picture, &wanted);
        pixels(&made);
        assert!(!made.bytes.windows(6).any(|w| w == b"SERIAL" || w == b"Exif\0\0"));
        let said = sent(&made.bytes).unwrap().metadata;
        assert_eq!((&said.creator, &said.credit, &said.copyright), (&wanted.creator, &wanted.credit, &wanted.copyright));
        assert_eq!(said.digital_source_type, wanted.digital_source_type);
    }
    let plain = rendition(&picture, &recipe(200, RenditionFormat::WebP));
    assert!(!plain.bytes.windows(4).any(|w| w == b"XMP " || w == b"VP8X"));
}
