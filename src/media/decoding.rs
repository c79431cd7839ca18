//! Decoding a picture: its first frame, by a decoder that is given limits, in as few pixels as will do.

use std::{
    io::{BufRead, BufReader, Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
};

use image::{
    ColorType, ImageDecoder, ImageError,
    codecs::{gif::GifDecoder, tiff::TiffDecoder, webp::WebPDecoder},
    error::{LimitError, LimitErrorKind},
};
use jpeg_decoder::PixelFormat;
use tiff::decoder::DecodingResult;

use crate::domain::file::{FileFault, FileFormat};

use super::{
    bytes::{broken, unreadable},
    parts::found::{Coding, Parts},
};

/// Bytes that decoders may take for tables and rows, beside the pixels.
const BESIDE: u64 = 4 << 20;

/// What the numbers of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    /// One shade.
    Gray,
    /// One shade, and how much of what is behind it it covers.
    GrayAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, and how much of what is behind it is covered.
    Rgba,
    /// Amounts of four inks.
    Cmyk,
}

/// A picture of 8 bits a channel.
#[derive(Debug)]
pub(super) struct Pixels {
    /// How wide.
    pub(super) width: u32,
    /// How high.
    pub(super) height: u32,
    /// What a pixel is made of.
    pub(super) channels: Channels,
    /// The pixels, row by row.
    pub(super) bytes: Vec<u8>,
}

impl Pixels {
    /// In how many eighths of each side these came out of a picture of this size; a JPEG in the fewest that have as many pixels.
    pub(super) fn eighths(&self, size: (u32, u32)) -> u32 {
        let part = |side: u32, eighths: u32| side.saturating_mul(eighths).div_ceil(8);
        let found = [1, 2, 4].into_iter().find(|n| (part(size.0, *n), part(size.1, *n)) == (self.width, self.height));
        found.filter(|_| size != (self.width, self.height)).unwrap_or(8)
    }
}

/// Run what uses decoders of others.
///
/// `jpeg-decoder` is known to panic rather than to fail where it believes that something cannot be, and starts threads, which may fail; those of
/// other formats and of colour profiles are young. A picture that brings one to panic must not bring down more than the work on it.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, FileFault>) -> Result<T, FileFault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(broken("its pixels make no sense")))
}

/// The eighths of each side that a JPEG is decoded in, so that there are no fewer pixels than are `wanted` of a picture of this `size`.
pub(super) fn eighths(size: (u32, u32), wanted: (f64, f64)) -> u32 {
    let enough = |eighths: u32, side: u32, wanted: f64| f64::from(side) * f64::from(eighths) / 8.0 >= wanted;
    [1, 2, 4].into_iter().find(|n| enough(*n, size.0, wanted.0) && enough(*n, size.1, wanted.1)).unwrap_or(8)
}

/// Decode the first frame; a JPEG in so many eighths of each side.
pub(super) fn decode<R: Read + Seek>(file: &mut R, format: FileFormat, parts: &Parts, eighths: u32) -> Result<Pixels, FileFault> {
    file.seek(SeekFrom::Start(0)).map_err(|e| unreadable(&e))?;
    let most = parts.coding.bytes(parts.size, 8);
    let reader = BufReader::with_capacity(1 << 16, file);
    match format {
        FileFormat::Jpeg => jpeg(reader, parts, eighths),
        FileFormat::Png => png(reader, parts, most),
        FileFormat::Gif => whole(GifDecoder::new(reader).map_err(|e| fault(&e))?, parts, most),
        FileFormat::WebP => whole(WebPDecoder::new(reader).map_err(|e| fault(&e))?, parts, most),
        FileFormat::Tiff => tiff(reader, parts, most),
        _ => Err(broken("it is no picture")),
    }
}

fn limits(most: u64) -> image::Limits {
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(most.saturating_add(BESIDE));
    limits
}

fn fault(e: &ImageError) -> FileFault {
    match e {
        ImageError::Limits(_) => FileFault::TooComplex("Decoding the picture takes more memory than its size allows for.".to_owned()),
        ImageError::Unsupported(_) => {
            FileFault::Unsupported(format!("Pictures of this kind are not taken ({e}): save it anew as PNG or JPEG."))
        }
        _ => broken(&e.to_string().chars().take(200).collect::<String>()),
    }
}

fn whole(mut decoder: impl ImageDecoder, parts: &Parts, most: u64) -> Result<Pixels, FileFault> {
    decoder.set_limits(limits(most)).map_err(|e| fault(&e))?;
    let (width, height) = decoder.dimensions();
    if (width, height) != parts.size {
        return Err(broken("it says two sizes"));
    }
    let color = decoder.color_type();
    let bytes = decoder.total_bytes();
    if bytes > most {
        return Err(FileFault::TooComplex(format!("Decoding the picture takes {bytes} bytes, where its size allows for {most}.")));
    }
    let (channels, is_wide) = match color {
        ColorType::L8 => (Channels::Gray, false),
        ColorType::La8 => (Channels::GrayAlpha, false),
        ColorType::Rgb8 => (Channels::Rgb, false),
        ColorType::Rgba8 => (Channels::Rgba, false),
        ColorType::L16 => (Channels::Gray, true),
        ColorType::La16 => (Channels::GrayAlpha, true),
        ColorType::Rgb16 => (Channels::Rgb, true),
        ColorType::Rgba16 => (Channels::Rgba, true),
        _ => {
            return Err(FileFault::Unsupported(
                "Pictures of floating-point numbers are not taken: save it with 8 or 16 bits first.".to_owned(),
            ));
        }
    };
    let mut pixels = vec![0; usize::try_from(bytes).unwrap_or_default()];
    decoder.read_image(&mut pixels).map_err(|e| fault(&e))?;
    let bytes = if is_wide { narrowed(&pixels) } else { pixels };
    Ok(Pixels { width, height, channels, bytes })
}

/// A TIFF: of inks by its own library, as `image` would make colours of them without heed of their profile.
fn tiff(mut reader: impl BufRead + Seek, parts: &Parts, most: u64) -> Result<Pixels, FileFault> {
    if let Some(pixels) = inks(&mut reader, parts, most)? {
        return Ok(pixels);
    }
    reader.rewind().map_err(|e| unreadable(&e))?;
    whole(TiffDecoder::new(reader).map_err(|e| fault(&e))?, parts, most)
}

fn inks(reader: impl Read + Seek, parts: &Parts, most: u64) -> Result<Option<Pixels>, FileFault> {
    let fault = |e: &tiff::TiffError| match e {
        tiff::TiffError::IoError(e) => unreadable(e),
        tiff::TiffError::LimitsExceeded => fault(&ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory))),
        tiff::TiffError::UnsupportedError(_) => {
            FileFault::Unsupported(format!("TIFF of this kind is not taken ({e}): save it anew as PNG or JPEG."))
        }
        _ => broken(&e.to_string().chars().take(200).collect::<String>()),
    };
    let mut decoder = tiff::decoder::Decoder::new(reader).map_err(|e| fault(&e))?;
    let sample = match decoder.colortype() {
        Ok(tiff::ColorType::CMYK(8)) => 1,
        Ok(tiff::ColorType::CMYK(16)) => 2,
        // What is wrong with it is told by the decoder of all others.
        _ => return Ok(None),
    };
    let (width, height) = decoder.dimensions().map_err(|e| fault(&e))?;
    if (width, height) != parts.size {
        return Err(broken("it says two sizes"));
    }
    let bytes = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(4 * sample);
    let mut limits = tiff::decoder::Limits::default();
    limits.decoding_buffer_size = usize::try_from(bytes.min(most)).unwrap_or(usize::MAX);
    limits.intermediate_buffer_size = usize::try_from(most.saturating_add(BESIDE).saturating_sub(bytes)).unwrap_or(usize::MAX);
    limits.ifd_value_size = limits.intermediate_buffer_size;
    let mut decoder = decoder.with_limits(limits);
    if decoder.image_buffer_layout().map_err(|e| fault(&e))?.planes > 1 {
        return Err(FileFault::Unsupported(
            "TIFF with each ink by itself is not taken: save it with all inks of a pixel together.".to_owned(),
        ));
    }
    let bytes = match decoder.read_image().map_err(|e| fault(&e))? {
        DecodingResult::U8(bytes) => bytes,
        DecodingResult::U16(wide) => wide.into_iter().map(nearest).collect(),
        _ => return Err(broken("its inks are no amounts")),
    };
    Ok(Some(Pixels { width, height, channels: Channels::Cmyk, bytes }))
}

/// A PNG by its own library, which can be told to leave colour profiles and texts alone: each may be a bomb.
fn png(reader: impl BufRead + Seek, parts: &Parts, most: u64) -> Result<Pixels, FileFault> {
    let fault = |e: &png::DecodingError| match e {
        png::DecodingError::IoError(e) => unreadable(e),
        png::DecodingError::LimitsExceeded => fault(&ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory))),
        _ => broken(&e.to_string().chars().take(200).collect::<String>()),
    };
    let bytes = usize::try_from(most.saturating_add(BESIDE)).unwrap_or(usize::MAX);
    let mut decoder = png::Decoder::new_with_limits(reader, png::Limits { bytes });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(|e| fault(&e))?;
    let (width, height) = reader.info().size();
    if (width, height) != parts.size {
        return Err(broken("it says two sizes"));
    }
    let channels = match reader.output_color_type() {
        (png::ColorType::Grayscale, png::BitDepth::Eight) => Channels::Gray,
        (png::ColorType::GrayscaleAlpha, png::BitDepth::Eight) => Channels::GrayAlpha,
        (png::ColorType::Rgb, png::BitDepth::Eight) => Channels::Rgb,
        (png::ColorType::Rgba, png::BitDepth::Eight) => Channels::Rgba,
        _ => return Err(broken("its colours are written in no known way")),
    };
    let mut bytes = vec![
        0;
        reader
            .output_buffer_size()
            .filter(|bytes| u64::try_from(*bytes).is_ok_and(|b| b <= most))
            .ok_or_else(|| broken("it is too large"))?
    ];
    reader.next_frame(&mut bytes).map_err(|e| fault(&e))?;
    Ok(Pixels { width, height, channels, bytes })
}

/// 16 bits as 8: the nearest.
fn narrowed(wide: &[u8]) -> Vec<u8> {
    let pairs = wide.chunks_exact(2).filter_map(|pair| pair.first_chunk::<2>());
    let mut narrow = Vec::with_capacity(wide.len() / 2);
    narrow.extend(pairs.map(|pair| nearest(u16::from_ne_bytes(*pair))));
    narrow
}

fn nearest(wide: u16) -> u8 {
    u8::try_from((u32::from(wide) * 255 + 32_767) / 65_535).unwrap_or(u8::MAX)
}

fn jpeg(reader: impl Read, parts: &Parts, eighths: u32) -> Result<Pixels, FileFault> {
    let fault = |e: &jpeg_decoder::Error| match e {
        jpeg_decoder::Error::Io(e) => unreadable(e),
        jpeg_decoder::Error::Unsupported(_) => {
            FileFault::Unsupported(format!("JPEG of this kind is not taken ({e}): save it as ordinary JPEG first."))
        }
        _ => broken(&e.to_string().chars().take(200).collect::<String>()),
    };
    let mut decoder = jpeg_decoder::Decoder::new(reader);
    decoder.set_max_decoding_buffer_size(usize::try_from(parts.coding.bytes(parts.size, 8)).unwrap_or(usize::MAX));
    decoder.read_info().map_err(|e| fault(&e))?;
    let info = decoder.info().ok_or_else(|| broken("there is no picture in it"))?;
    if (u32::from(info.width), u32::from(info.height)) != parts.size {
        return Err(broken("it says two sizes"));
    }
    let part = |side: u16| u16::try_from(u32::from(side).saturating_mul(eighths).div_ceil(8)).unwrap_or(side).max(1);
    // It takes the first scale at which one of the sides is long enough: the longer one is to decide.
    let wanted = if info.width >= info.height { (part(info.width), u16::MAX) } else { (u16::MAX, part(info.height)) };
    let (width, height) = decoder.scale(wanted.0, wanted.1).map_err(|e| fault(&e))?;
    let mut bytes = decoder.decode().map_err(|e| fault(&e))?;
    let channels = match info.pixel_format {
        PixelFormat::L8 => Channels::Gray,
        PixelFormat::RGB24 => Channels::Rgb,
        PixelFormat::CMYK32 => Channels::Cmyk,
        PixelFormat::L16 => return Err(FileFault::Unsupported("JPEG with 16 bits is not taken: save it with 8 bits first.".to_owned())),
    };
    // The decoder takes it that all programs write inks as Adobe's do.
    if channels == Channels::Cmyk && !matches!(parts.coding, Coding::Jpeg { adobe: true, .. }) {
        bytes.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    Ok(Pixels { width: u32::from(width), height: u32::from(height), channels, bytes })
}
