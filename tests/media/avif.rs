//! AVIF shows what WebP does, by the word of libvips: nothing here reads AVIF. `.ci/media/run` runs it.

use std::process::Command;

use dateline::media::rendering::RenditionFormat;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};

use super::{
    making::{pixels, recipe, rendition, scene, written},
    turning::difference,
};
use crate::support::new_file;

/// What libvips sees in an AVIF.
fn seen(avif: &[u8]) -> DynamicImage {
    let folder = new_file().with_extension("avif.d");
    std::fs::create_dir(&folder).unwrap();
    let (from, to) = (folder.join("a.avif"), folder.join("a.png"));
    std::fs::write(&from, avif).unwrap();
    let done = Command::new("vips").arg("copy").args([&from, &to]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let seen = image::open(&to).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    seen
}

#[test]
#[ignore = "needs libvips; `.ci/media/run` asks for it"]
fn avif_shows_what_webp_shows() {
    let scene = scene(320, 200);
    let veiled = RgbaImage::from_fn(320, 200, |x, y| {
        let [r, g, b] = scene.get_pixel(x, y).0;
        Rgba([r, g, b, u8::try_from(x * 255 / 319).unwrap()])
    });
    let originals = [DynamicImage::from(scene.clone()), DynamicImage::from(veiled), DynamicImage::from(scene).grayscale()];
    for original in originals {
        let file = written(&original, ImageFormat::Png);
        for width in [160, 319] {
            let [avif, webp] = [RenditionFormat::Avif, RenditionFormat::WebP].map(|format| rendition(&file, &recipe(width, format)));
            let (avif, webp) = (seen(&avif.bytes), pixels(&webp));
            assert_eq!((avif.width(), avif.height(), avif.color().has_alpha()), (webp.width(), webp.height(), webp.color().has_alpha()));
            let alpha = |image: &DynamicImage| {
                let shades: Vec<u8> = image.to_rgba8().pixels().flat_map(|pixel| [pixel[3]; 3]).collect();
                DynamicImage::from(image::RgbImage::from_raw(image.width(), image.height(), shades).unwrap())
            };
            assert!(difference(&alpha(&avif), &alpha(&webp)) < 3.0);
            // Of what is not seen, nobody says which colour it has.
            let on_white = |image: &DynamicImage| {
                let mut white = RgbaImage::from_pixel(image.width(), image.height(), Rgba([255; 4]));
                image::imageops::overlay(&mut white, &image.to_rgba8(), 0, 0);
                DynamicImage::from(white)
            };
            let (avif, webp) = (on_white(&avif), on_white(&webp));
            let apart = difference(&avif, &webp);
            assert!(apart < 6.0, "{apart}");
            // It can fail: what is mirrored, or has red for blue, is far from it.
            assert!(difference(&avif.fliph(), &webp) > 12.0);
            let swapped = RgbaImage::from_fn(avif.width(), avif.height(), |x, y| {
                let [r, g, b, a] = image::GenericImageView::get_pixel(&avif, x, y).0;
                Rgba([b, g, r, a])
            });
            assert!(original.color().channel_count() < 3 || difference(&swapped.into(), &webp) > 12.0);
        }
    }
}
