//! Pictures that lie on their side.

use dateline::{
    domain::file::{FocalPoint, Ratio},
    media::rendering::{Recipe, RenditionFormat},
};
use image::{DynamicImage, ImageFormat, metadata::Orientation};

use super::making::{Value, exif, jpeg, pixels, recipe, rendition, scene, sent, with_chunk, with_exif, written};

/// How far two pictures of one size differ: the mean over all numbers of all pixels.
pub(super) fn difference(one: &DynamicImage, other: &DynamicImage) -> f64 {
    let (one, other) = (one.to_rgb8(), other.to_rgb8());
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: f64 = one.iter().zip(other.iter()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    sum / f64::from(one.width() * one.height() * 3)
}

/// How the picture must be stored that an orientation turns into the upright one.
fn lying(upright: &DynamicImage, orientation: u8) -> DynamicImage {
    let mut image = upright.clone();
    // Turns that are undone by others; all the rest are undone by themselves.
    let back = match orientation {
        6 => 8,
        8 => 6,
        other => other,
    };
    image.apply_orientation(Orientation::from_exif(back).unwrap());
    image
}

fn recipes(width: u32) -> Vec<Recipe> {
    let plain = recipe(width, RenditionFormat::Jpeg);
    let ratio = |width, height, x, y| Recipe { ratio: Some(Ratio { width, height }), focal: FocalPoint { x, y }, ..plain.clone() };
    vec![plain.clone(), ratio(1, 1, 1_000, 9_000), ratio(16, 9, 5_000, 0), ratio(3, 4, 9_500, 4_000)]
}

#[test]
fn each_orientation_comes_out_upright() {
    let upright = DynamicImage::from(scene(320, 200));
    for orientation in 1..=8u8 {
        let stored = lying(&upright, orientation);
        let block = exif(&[(0x0112, Value::Short(u16::from(orientation)))], &[]);
        let jpeg = with_exif(&jpeg(&stored.to_rgb8()), &block);
        let png = with_chunk(&written(&stored, ImageFormat::Png), *b"eXIf", &block);
        assert_eq!(sent(&jpeg).unwrap().size, Some((320, 200)));
        for (kind, lying, straight) in
            [("jpeg", jpeg, super::making::jpeg(&upright.to_rgb8())), ("png", png, written(&upright, ImageFormat::Png))]
        {
            for width in [320, 100, 37] {
                for recipe in recipes(width) {
                    let (turned, reference) = (pixels(&rendition(&lying, &recipe)), pixels(&rendition(&straight, &recipe)));
                    let off = difference(&turned, &reference);
                    assert!(off < 2.0, "{kind} {orientation} at {width}, {:?}: {off}", recipe.ratio);
                }
            }
        }
    }
}

#[test]
fn a_picture_that_is_not_turned_back_is_seen_to_differ() {
    let upright = DynamicImage::from(scene(200, 200));
    for orientation in 2..=8u8 {
        assert!(difference(&upright, &lying(&upright, orientation)) > 10.0, "{orientation}");
    }
}

#[test]
fn the_focal_point_stays_in_sight() {
    // A white spot on black: it is in the middle of the crop, as far as the picture reaches.
    let spot =
        |x: u32, y: u32| {
            image::RgbImage::from_fn(600, 300, |a, b| {
                if a.abs_diff(x) < 20 && b.abs_diff(y) < 20 { image::Rgb([255; 3]) } else { image::Rgb([0; 3]) }
            })
        };
    let brightest = |image: &DynamicImage| {
        let gray = image.to_luma8();
        let sum: f64 = gray.pixels().map(|p| f64::from(p.0[0])).sum();
        let x: f64 = gray.enumerate_pixels().map(|(x, _, p)| f64::from(x) * f64::from(p.0[0])).sum();
        x / sum
    };
    for (x, expected) in [(300u32, 50.0), (200, 50.0), (30, 10.0), (560, 87.0)] {
        let picture = written(&spot(x, 150).into(), ImageFormat::Png);
        let focal = FocalPoint { x: u16::try_from(x * 10_000 / 600).unwrap(), y: 5_000 };
        let square = Recipe { ratio: Some(Ratio { width: 1, height: 1 }), focal, ..recipe(100, RenditionFormat::WebP) };
        let made = rendition(&picture, &square);
        assert_eq!((made.width, made.height), (100, 100));
        let found = brightest(&pixels(&made));
        assert!((found - expected).abs() < 2.0, "{x}: {found}");
    }
}
