//! Colours as readers' screens have them: sRGB, of 8 bits.
//!
//! A picture is made small first and given its colours then, which is a fraction of the work. It is made small as it is written, not in linear light:
//! so do browsers, editors and `vips thumbnail`, and so a rendition looks like the original that a browser makes small.

use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::decoding::{Channels, Pixels};

/// The picture in sRGB, by its profile where it has one that fits; what has none is in sRGB already, and inks without a profile are taken for
/// those that a screen would show.
pub(super) fn to_srgb(pixels: Pixels, profile: &[u8]) -> Pixels {
    match by_profile(&pixels, profile) {
        Some(converted) => converted,
        None if pixels.channels == Channels::Cmyk => without_profile(&pixels),
        None => pixels,
    }
}

fn by_profile(pixels: &Pixels, profile: &[u8]) -> Option<Pixels> {
    if profile.is_empty() {
        return None;
    }
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let (space, from, channels, to) = match pixels.channels {
        Channels::Gray => (DataColorSpace::Gray, Layout::Gray, Channels::Rgb, Layout::Rgb),
        Channels::GrayAlpha => (DataColorSpace::Gray, Layout::GrayAlpha, Channels::Rgba, Layout::Rgba),
        Channels::Rgb => (DataColorSpace::Rgb, Layout::Rgb, Channels::Rgb, Layout::Rgb),
        Channels::Rgba => (DataColorSpace::Rgb, Layout::Rgba, Channels::Rgba, Layout::Rgba),
        Channels::Cmyk => (DataColorSpace::Cmyk, Layout::Rgba, Channels::Rgb, Layout::Rgb),
    };
    if profile.color_space != space {
        return None;
    }
    let transform = profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default()).ok()?;
    let count = usize::try_from(u64::from(pixels.width).checked_mul(u64::from(pixels.height))?).ok()?;
    let mut bytes = vec![0; count.checked_mul(if channels == Channels::Rgba { 4 } else { 3 })?];
    transform.transform(&pixels.bytes, &mut bytes).ok()?;
    Some(Pixels { width: pixels.width, height: pixels.height, channels, bytes })
}

fn without_profile(pixels: &Pixels) -> Pixels {
    let light = |ink: u8, black: u8| u8::try_from((u16::from(255 - ink) * u16::from(255 - black) + 127) / 255).unwrap_or(u8::MAX);
    let inks = pixels.bytes.chunks_exact(4).filter_map(|inks| inks.first_chunk::<4>());
    let bytes = inks.flat_map(|[c, m, y, k]| [light(*c, *k), light(*m, *k), light(*y, *k)]).collect();
    Pixels { width: pixels.width, height: pixels.height, channels: Channels::Rgb, bytes }
}

/// The picture on white, where something behind it would be seen.
pub(super) fn on_white(pixels: Pixels) -> Pixels {
    let over = |shade: u8, alpha: u8| {
        let (shade, alpha) = (u32::from(shade), u32::from(alpha));
        u8::try_from((shade * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
    };
    let (channels, bytes) = match pixels.channels {
        Channels::GrayAlpha => (
            Channels::Gray,
            pixels.bytes.chunks_exact(2).filter_map(|p| p.first_chunk::<2>()).map(|[shade, alpha]| over(*shade, *alpha)).collect(),
        ),
        Channels::Rgba => {
            let each = pixels.bytes.chunks_exact(4).filter_map(|p| p.first_chunk::<4>());
            (Channels::Rgb, each.flat_map(|[r, g, b, alpha]| [over(*r, *alpha), over(*g, *alpha), over(*b, *alpha)]).collect())
        }
        _ => return pixels,
    };
    Pixels { channels, bytes, ..pixels }
}

/// The picture in red, green, blue and, if there is any, alpha; nothing is said in shades alone.
pub(super) fn in_colours(pixels: Pixels) -> Pixels {
    let (channels, bytes) = match pixels.channels {
        Channels::Gray => (Channels::Rgb, pixels.bytes.iter().flat_map(|shade| [*shade; 3]).collect()),
        Channels::GrayAlpha => {
            let each = pixels.bytes.chunks_exact(2).filter_map(|p| p.first_chunk::<2>());
            (Channels::Rgba, each.flat_map(|[shade, alpha]| [*shade, *shade, *shade, *alpha]).collect())
        }
        _ => return pixels,
    };
    Pixels { channels, bytes, ..pixels }
}
