//! How a picture is cut, and what size comes of it: arithmetic alone, so that sizes are known before there is a rendition.

use crate::domain::{
    file::{FocalPoint, Ratio},
    rendition::is_wider,
};

/// How a picture lies in its file: EXIF's orientation, from 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Orientation(u8);

/// A rectangle of a picture, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    /// From the left.
    pub(super) left: f64,
    /// From the top.
    pub(super) top: f64,
    /// How wide.
    pub(super) width: f64,
    /// How high.
    pub(super) height: f64,
}

impl Orientation {
    /// Upright.
    pub(super) const UPRIGHT: Self = Self(1);

    /// What a file says; upright, where that is nothing that is known.
    pub(super) const fn from_exif(number: u16) -> Self {
        match number {
            2 => Self(2),
            3 => Self(3),
            4 => Self(4),
            5 => Self(5),
            6 => Self(6),
            7 => Self(7),
            8 => Self(8),
            _ => Self::UPRIGHT,
        }
    }

    /// As `image` calls it.
    pub(super) fn of_image(self) -> image::metadata::Orientation {
        image::metadata::Orientation::from_exif(self.0).unwrap_or(image::metadata::Orientation::NoTransforms)
    }

    /// A size in the file, upright; and the other way about.
    pub(super) const fn turned(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.0 >= 5 { (height, width) } else { (width, height) }
    }

    /// Where in the file a rectangle of the upright picture of this size lies.
    pub(super) fn stored(self, cut: Cut, (width, height): (u32, u32)) -> Cut {
        let right = (f64::from(width) - cut.left - cut.width).max(0.0);
        let bottom = (f64::from(height) - cut.top - cut.height).max(0.0);
        let (left, top) = match self.0 {
            2 => (right, cut.top),
            3 => (right, bottom),
            4 => (cut.left, bottom),
            5 => (cut.top, cut.left),
            6 => (cut.top, right),
            7 => (bottom, right),
            8 => (bottom, cut.left),
            _ => (cut.left, cut.top),
        };
        let (width, height) = if self.0 >= 5 { (cut.height, cut.width) } else { (cut.width, cut.height) };
        Cut { left, top, width, height }
    }
}

/// The largest rectangle of a ratio within a picture, as near to the focal point as it can be.
pub(super) fn cut(size: (u32, u32), ratio: Option<Ratio>, focal: FocalPoint) -> Cut {
    let (width, height) = (f64::from(size.0), f64::from(size.1));
    let Some(ratio) = ratio.filter(|r| r.width > 0 && r.height > 0) else { return Cut { left: 0.0, top: 0.0, width, height } };
    let (across, down) = (f64::from(ratio.width), f64::from(ratio.height));
    let wide = if is_wider(size, Some(ratio)) { (height * across / down, height) } else { (width, width * down / across) };
    let place = |whole: f64, part: f64, point: u16| (f64::from(point) / 10_000.0 * whole - part / 2.0).clamp(0.0, (whole - part).max(0.0));
    Cut { left: place(width, wide.0, focal.x), top: place(height, wide.1, focal.y), width: wide.0, height: wide.1 }
}
