//! Pictures made small, and turned.

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

use crate::domain::file::FileFault;

use super::{
    bytes::broken,
    cropping::{Cut, Orientation},
    decoding::{Channels, Pixels},
};

/// A rectangle of a picture, in what it was decoded to at so many eighths of each side.
///
/// What a JPEG of 1009 pixels comes to at one eighth is 127 wide, of which the picture fills 126⅛: what is behind it is of the last block, and no part of it.
pub(super) fn scaled(cut: Cut, eighths: u32, (width, height): (u32, u32)) -> Cut {
    let part = f64::from(eighths) / 8.0;
    let (left, top) = (cut.left * part, cut.top * part);
    let within = |from: f64, length: f64, whole: u32| length.min(f64::from(whole) - from);
    Cut { left, top, width: within(left, cut.width * part, width), height: within(top, cut.height * part, height) }
}

/// A part of a picture in another size, by Lanczos's filter.
pub(super) fn resize(pixels: Pixels, cut: Cut, (width, height): (u32, u32)) -> Result<Pixels, FileFault> {
    if (width, height) == (pixels.width, pixels.height)
        && cut == (Cut { left: 0.0, top: 0.0, width: f64::from(width), height: f64::from(height) })
    {
        return Ok(pixels);
    }
    let (kind, has_alpha) = match pixels.channels {
        Channels::Gray => (PixelType::U8, false),
        Channels::GrayAlpha => (PixelType::U8x2, true),
        Channels::Rgb => (PixelType::U8x3, false),
        Channels::Rgba => (PixelType::U8x4, true),
        Channels::Cmyk => (PixelType::U8x4, false),
    };
    let from = ImageRef::new(pixels.width, pixels.height, &pixels.bytes, kind).map_err(|e| broken(&e.to_string()))?;
    let mut to = Image::new(width, height, kind);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .crop(cut.left, cut.top, cut.width, cut.height)
        .use_alpha(has_alpha);
    Resizer::new().resize(&from, &mut to, &options).map_err(|e| broken(&e.to_string()))?;
    Ok(Pixels { width, height, channels: pixels.channels, bytes: to.into_vec() })
}

/// A picture upright.
pub(super) fn turned(pixels: Pixels, orientation: Orientation) -> Result<Pixels, FileFault> {
    if orientation == Orientation::UPRIGHT {
        return Ok(pixels);
    }
    let (width, height, channels) = (pixels.width, pixels.height, pixels.channels);
    let image = match channels {
        Channels::Gray => GrayImage::from_raw(width, height, pixels.bytes).map(DynamicImage::from),
        Channels::GrayAlpha => GrayAlphaImage::from_raw(width, height, pixels.bytes).map(DynamicImage::from),
        Channels::Rgb => RgbImage::from_raw(width, height, pixels.bytes).map(DynamicImage::from),
        Channels::Rgba | Channels::Cmyk => RgbaImage::from_raw(width, height, pixels.bytes).map(DynamicImage::from),
    };
    let mut image = image.ok_or_else(|| broken("it has fewer pixels than it says"))?;
    image.apply_orientation(orientation.of_image());
    Ok(Pixels { width: image.width(), height: image.height(), channels, bytes: image.into_bytes() })
}
