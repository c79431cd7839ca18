//! Sizes that are known beforehand are those that come out, and what making a rendition takes is no more than was said.

use dateline::{
    domain::file::{FocalPoint, Ratio},
    media::rendering::{Recipe, RenditionFormat, size_of},
};
use image::ImageFormat;
use proptest::prelude::*;

use super::{
    making::{Value, exif, file, jpeg, pixels, recipe, rendition, scene, sent, with_exif, written},
    turning::difference,
};

fn recipes() -> impl Strategy<Value = Recipe> {
    let ratio = prop_oneof![Just(None), (1u32..40, 1u32..40).prop_map(|(width, height)| Some(Ratio { width, height }))];
    let format = prop_oneof![Just(RenditionFormat::Jpeg), Just(RenditionFormat::WebP)];
    (1u32..700, ratio, 0u16..=10_000, 0u16..=10_000, format).prop_map(|(width, ratio, x, y, format)| Recipe {
        ratio,
        focal: FocalPoint { x, y },
        ..recipe(width, format)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(17), ..ProptestConfig::default() })]

    #[test]
    fn the_size_that_is_told_is_the_size_that_comes_out(
        (width, height, orientation, lossless) in (1u32..400, 1u32..400, 1u16..=8, any::<bool>()),
        recipe in recipes(),
    ) {
        let scene = scene(width, height);
        let picture = if lossless { written(&scene.into(), ImageFormat::Png) } else {
            with_exif(&jpeg(&scene), &exif(&[(0x0112, Value::Short(orientation))], &[]))
        };
        let facts = sent(&picture).unwrap();
        let told = size_of(&facts, &recipe);
        let made = dateline::media::rendering::render(&mut file(&picture), &facts, &recipe).unwrap();
        prop_assert_eq!(told, (made.width, made.height));
        pixels(&made);
        let (whole_width, whole_height) = facts.size.unwrap();
        prop_assert!(made.width <= whole_width && made.height <= whole_height && made.width <= recipe.width);
        if let Some(ratio) = recipe.ratio {
            // Within a pixel of the ratio, unless the picture has not as many.
            let exact = f64::from(made.width) * f64::from(ratio.height) / f64::from(ratio.width);
            prop_assert!((f64::from(made.height) - exact).abs() <= 1.0, "{:?} for {:?}", told, ratio);
        }
    }
}

#[test]
fn sizes_of_pictures_that_are_hardly_there() {
    for (width, height) in [(1, 1), (1, 300), (300, 1), (2, 3)] {
        let picture = written(&scene(width, height).into(), ImageFormat::Png);
        for format in RenditionFormat::ALL.iter().copied() {
            for ratio in [None, Some(Ratio { width: 16, height: 9 }), Some(Ratio { width: 0, height: 9 })] {
                let made = rendition(&picture, &Recipe { ratio, ..recipe(100, format) });
                if format == RenditionFormat::Avif {
                    assert_eq!(&made.bytes[4..12], b"ftypavif");
                } else {
                    pixels(&made);
                }
            }
        }
    }
    let facts = sent(&written(&scene(300, 200).into(), ImageFormat::Png)).unwrap();
    let size = |width, format| size_of(&facts, &recipe(width, format));
    assert_eq!(size(0, RenditionFormat::Jpeg), (1, 1));
    assert_eq!(size(u32::MAX, RenditionFormat::Jpeg), (300, 200));
    assert_eq!(size(150, RenditionFormat::WebP), (150, 100));
    // A side is no longer than its format can write.
    let long = dateline::domain::file::FileFacts { size: Some((1_200, 40_000)), ..facts };
    assert_eq!(size_of(&long, &recipe(1_200, RenditionFormat::Jpeg)), (491, 16_367));
    assert_eq!(size_of(&long, &recipe(1_200, RenditionFormat::WebP)), (491, 16_367));
    assert_eq!(size_of(&long, &recipe(1_200, RenditionFormat::Avif)), (491, 16_367));
}

#[test]
fn a_thin_picture_is_not_made_of_fewer_pixels_than_it_has() {
    let stripes = image::RgbImage::from_fn(2, 2_000, |_, y| image::Rgb([if y / 2 % 2 == 0 { 250 } else { 5 }; 3]));
    let made = pixels(&rendition(&jpeg(&stripes), &recipe(2, RenditionFormat::Jpeg))).to_rgb8();
    for (_, y, pixel) in made.enumerate_pixels() {
        assert!(pixel.0[1].abs_diff(stripes.get_pixel(0, y).0[1]) < 60, "{pixel:?} at {y}");
    }
}

#[test]
fn a_jpeg_that_no_block_divides_is_not_stretched() {
    // Waves of four pixels of the rendition: less than half a pixel to the side is seen.
    let wave = |at: u32| u8::try_from((at % 40).min(40 - at % 40) * 12).unwrap();
    for (width, height) in [(1_009, 677), (1_001, 665), (953, 631), (631, 953)] {
        let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([wave(x), wave(y), wave(x + y)]));
        for ratio in [None, Some(Ratio { width: 1, height: 1 })] {
            let focal = FocalPoint { x: 10_000, y: 10_000 };
            let recipe = Recipe { ratio, focal, ..recipe(width / 10, RenditionFormat::Jpeg) };
            let (small, whole) =
                (rendition(&jpeg(&picture), &recipe), rendition(&written(&picture.clone().into(), ImageFormat::Png), &recipe));
            let off = difference(&pixels(&small), &pixels(&whole));
            assert!(off < 9.0, "{width} by {height}, {ratio:?}: {off}");
        }
    }
}
