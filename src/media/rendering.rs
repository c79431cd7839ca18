//! Renditions: a picture upright, cropped, small, in sRGB, with the name of its maker and nothing else.

use std::fs::File;

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};

pub use crate::domain::rendition::RenditionFormat;
use crate::domain::{
    file::{FileFacts, FileFault, FileFormat, FocalPoint, Ratio},
    rendition,
};

use super::{
    bytes::{Input, broken},
    carrying::{Carried, webp_with},
    colour,
    cropping::{self, Cut, Orientation},
    decoding::{self, Channels, Pixels, guarded},
    limits::PROFILE_BYTES,
    parts::{self, found::Coding},
    scaling::{resize, scaled, turned},
};

/// What rendition is wanted of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// Pixels in width, where the picture has as many.
    pub width: u32,
    /// How it is cropped; not at all, if not so.
    pub ratio: Option<Ratio>,
    /// What stays in sight.
    pub focal: FocalPoint,
    /// How it is written.
    pub format: RenditionFormat,
    /// Who made the picture.
    pub creator: String,
    /// Whom to credit.
    pub credit: String,
    /// The copyright notice.
    pub copyright: String,
    /// How it came about: a URI of IPTC's digital source types.
    pub digital_source_type: String,
}

/// A rendition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// The file.
    pub bytes: Vec<u8>,
    /// Pixels in width.
    pub width: u32,
    /// Pixels in height.
    pub height: u32,
    /// How it is written.
    pub format: RenditionFormat,
}

/// Quality of JPEG, of 100.
const JPEG_QUALITY: u8 = 80;
/// Quality of WebP, of 100.
const WEBP_QUALITY: f32 = 75.0;
/// How hard WebP tries to be small, of 6.
const WEBP_METHOD: i32 = 4;
/// Quality of AVIF, of 100: as near to the original as WebP is at its own (SSIM), in two thirds of the bytes.
const AVIF_QUALITY: f32 = 50.0;
/// How little AVIF tries to be small, of 10.
const AVIF_SPEED: u8 = 6;

/// The size that a rendition will have, without making it; `(0, 0)` of what is no picture.
#[must_use]
pub fn size_of(facts: &FileFacts, recipe: &Recipe) -> (u32, u32) {
    facts.size.map_or((0, 0), |size| rendition::size(size, recipe.ratio, recipe.width))
}

/// Bytes that making a rendition takes at most, of which nothing is known but what was found when the file came.
///
/// A JPEG that turns out not to be progressive takes a fraction of it: [`memory_of`] looks.
#[must_use]
pub fn memory_for(facts: &FileFacts, recipe: &Recipe) -> u64 {
    let Some(size) = facts.size else { return 0 };
    let pixels = u64::from(size.0).saturating_add(64).saturating_mul(u64::from(size.1).saturating_add(64));
    let coding = match facts.format {
        FileFormat::Jpeg => Coding::Jpeg { components: 4, samples: pixels.saturating_mul(4), progressive: true, adobe: true },
        FileFormat::Png | FileFormat::Gif => Coding::Whole { pixel_bytes: 12 },
        FileFormat::WebP => Coding::Whole { pixel_bytes: 14 },
        _ => Coding::Whole { pixel_bytes: 20 },
    };
    memory(coding, size, recipe)
}

/// As [`memory_for`], by a look at the parts of the file, which reads no pixels.
///
/// # Errors
/// As [`render()`].
pub fn memory_of(file: &mut File, facts: &FileFacts, recipe: &Recipe) -> Result<u64, FileFault> {
    let found = parts::walk(&mut Input::new(file)?, facts.format, false).ok_or_else(|| broken("it is no picture"))??;
    let size = Orientation::from_exif(found.exif.orientation).turned(found.size);
    Ok(memory(found.coding, size, recipe))
}

fn memory(coding: Coding, size: (u32, u32), recipe: &Recipe) -> u64 {
    let cut = cropping::cut(size, recipe.ratio, recipe.focal);
    let out = rendition::size(size, recipe.ratio, recipe.width);
    let eighths = eighths_for(size, cut, out);
    let pixels = u64::from(out.0).saturating_mul(u64::from(out.1));
    // Made small in two steps, of which the first has the height of what it is made of; then turned, given colours and coded.
    let steps =
        u64::from(out.0).max(u64::from(out.1)).saturating_mul(u64::from(size.0.max(size.1))).saturating_mul(u64::from(eighths)).div_ceil(8);
    // What is not opaque is made small with its colours as dense as it is, beside itself.
    let beside =
        if matches!(coding, Coding::Jpeg { .. }) { 0 } else { u64::from(size.0).saturating_mul(u64::from(size.1)).saturating_mul(4) };
    let decoding = coding.bytes(size, eighths).saturating_add(beside);
    // What tries many ways of writing each block keeps what they came to.
    let slow = if recipe.format.is_slow() { pixels.saturating_mul(24).saturating_add(16 << 20) } else { 0 };
    decoding
        .saturating_add(steps.saturating_mul(4))
        .saturating_add(pixels.saturating_mul(24))
        .saturating_add(slow)
        .saturating_add(PROFILE_BYTES)
        .saturating_add(8 << 20)
}

/// The eighths of a JPEG that hold as many pixels as the rendition has.
fn eighths_for(size: (u32, u32), cut: Cut, out: (u32, u32)) -> u32 {
    let wanted = |whole: u32, part: f64, out: u32| f64::from(whole) * f64::from(out) / part.max(1.0);
    decoding::eighths(size, (wanted(size.0, cut.width, out.0), wanted(size.1, cut.height, out.1)))
}

/// Make a rendition of a picture that was looked into.
///
/// # Errors
/// `Broken`, where the file is not, or not any more, what was found in it.
pub fn render(file: &mut File, facts: &FileFacts, recipe: &Recipe) -> Result<Rendition, FileFault> {
    guarded(|| {
        let found = parts::walk(&mut Input::new(&mut *file)?, facts.format, false).ok_or_else(|| broken("it is no picture"))??;
        let orientation = Orientation::from_exif(found.exif.orientation);
        let size = orientation.turned(found.size);
        if facts.size != Some(size) {
            return Err(broken("its size is not the one that it had"));
        }
        let out = size_of(facts, recipe);
        let cut = cropping::cut(size, recipe.ratio, recipe.focal);
        let eighths = eighths_for(size, cut, out);
        let decoded = decoding::decode(file, facts.format, &found, eighths)?;
        let stored = scaled(orientation.stored(cut, size), decoded.eighths(found.size), (decoded.width, decoded.height));
        let small = resize(decoded, stored, orientation.turned(out))?;
        let upright = turned(colour::to_srgb(small, &found.icc), orientation)?;
        encode(upright, recipe)
    })
}

fn encode(pixels: Pixels, recipe: &Recipe) -> Result<Rendition, FileFault> {
    let (width, height, format) = (pixels.width, pixels.height, recipe.format);
    let carried = Carried {
        creator: &recipe.creator,
        credit: &recipe.credit,
        copyright: &recipe.copyright,
        digital_source_type: &recipe.digital_source_type,
    };
    let bytes = match format {
        RenditionFormat::Avif => avif(&colour::in_colours(pixels), carried)?,
        RenditionFormat::Jpeg => jpeg(&colour::on_white(pixels), carried)?,
        RenditionFormat::WebP => webp(&colour::in_colours(pixels), carried)?,
    };
    Ok(Rendition { bytes, width, height, format })
}

fn jpeg(pixels: &Pixels, carried: Carried<'_>) -> Result<Vec<u8>, FileFault> {
    let fault = |e: &dyn std::fmt::Display| broken(&format!("it cannot be written as JPEG, {e}"));
    let (Ok(width), Ok(height)) = (u16::try_from(pixels.width), u16::try_from(pixels.height)) else {
        return Err(fault(&"being too large"));
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, JPEG_QUALITY);
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    let xmp = carried.xmp();
    if !xmp.is_empty() {
        encoder.add_app_segment(1, [b"http://ns.adobe.com/xap/1.0/\0", xmp.as_slice()].concat()).map_err(|e| fault(&e))?;
    }
    let iim = carried.iim();
    if !iim.is_empty() {
        encoder.add_app_segment(13, iim).map_err(|e| fault(&e))?;
    }
    let color = if pixels.channels == Channels::Gray { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(&pixels.bytes, width, height, color).map_err(|e| fault(&e))?;
    Ok(bytes)
}

fn avif(pixels: &Pixels, carried: Carried<'_>) -> Result<Vec<u8>, FileFault> {
    let fault = |e: &dyn std::fmt::Display| broken(&format!("it cannot be written as AVIF, {e}"));
    let side = |side: u32| usize::try_from(side).map_err(|e| fault(&e));
    let (width, height) = (side(pixels.width)?, side(pixels.height)?);
    let encoder = ravif::Encoder::new().with_quality(AVIF_QUALITY).with_alpha_quality(AVIF_QUALITY).with_speed(AVIF_SPEED);
    let encoder = encoder.with_bit_depth(ravif::BitDepth::Eight).with_exif(carried.exif());
    let encoded = if has_alpha(pixels) {
        let all: Vec<_> = pixels.bytes.as_chunks::<4>().0.iter().map(|&[r, g, b, a]| ravif::RGBA8 { r, g, b, a }).collect();
        encoder.encode_rgba(ravif::Img::new(&all, width, height))
    } else {
        let each = if pixels.channels == Channels::Rgba { 4 } else { 3 };
        let rgb = |pixel: &[u8]| Some(ravif::RGB8 { r: *pixel.first()?, g: *pixel.get(1)?, b: *pixel.get(2)? });
        let all: Vec<_> = pixels.bytes.chunks_exact(each).filter_map(rgb).collect();
        encoder.encode_rgb(ravif::Img::new(&all, width, height))
    };
    Ok(encoded.map_err(|e| fault(&e))?.avif_file)
}

fn has_alpha(pixels: &Pixels) -> bool {
    pixels.channels == Channels::Rgba && pixels.bytes.chunks_exact(4).any(|pixel| pixel.get(3) != Some(&255))
}

fn webp(pixels: &Pixels, carried: Carried<'_>) -> Result<Vec<u8>, FileFault> {
    let fault = || broken("it cannot be written as WebP");
    let mut config = webp::WebPConfig::new().map_err(|()| fault())?;
    config.quality = WEBP_QUALITY;
    config.method = WEBP_METHOD;
    let encoder = if pixels.channels == Channels::Rgba {
        webp::Encoder::from_rgba(&pixels.bytes, pixels.width, pixels.height)
    } else {
        webp::Encoder::from_rgb(&pixels.bytes, pixels.width, pixels.height)
    };
    let coded = encoder.encode_advanced(&config).map_err(|e| broken(&format!("it cannot be written as WebP, {e:?}")))?;
    Ok(webp_with(&coded, &carried.xmp(), (pixels.width, pixels.height), has_alpha(pixels)))
}
