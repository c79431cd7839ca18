//! Which coding a reader is answered in, and what each makes.

use std::io::Read;

use dateline::delivery::coding::Coding;

#[test]
fn what_is_accepted_is_read_as_the_standard_says() {
    for (accept, wanted) in [
        ("", Coding::Identity),
        ("gzip", Coding::Gzip),
        ("gzip, deflate, br, zstd", Coding::Brotli),
        ("gzip, deflate, zstd", Coding::Zstd),
        ("br;q=0.5, gzip;q=0.8", Coding::Gzip),
        ("br;q=0, *", Coding::Zstd),
        ("*;q=0", Coding::Identity),
        ("identity, gzip;q=0.5", Coding::Identity),
        ("identity;q=0.5, gzip;q=0.8", Coding::Gzip),
        ("GZIP;Q=1.000", Coding::Gzip),
        ("x-gzip", Coding::Gzip),
        ("deflate, compress", Coding::Identity),
        ("br;q=7", Coding::Identity),
    ] {
        assert_eq!(Coding::wanted(accept), wanted, "{accept}");
    }
}

#[test]
fn every_coding_is_read_back_by_a_decoder_and_noise_is_left_as_it_is() {
    let plain = "ತಿಹಾರ ತಿಹಾರ story ".repeat(300).into_bytes();
    let mut back = Vec::new();
    let gzip = Coding::Gzip.encode(&plain).unwrap().unwrap();
    flate2::read::GzDecoder::new(&gzip[..]).read_to_end(&mut back).unwrap();
    assert_eq!(back, plain);
    back.clear();
    let br = Coding::Brotli.encode(&plain).unwrap().unwrap();
    brotli::Decompressor::new(&br[..], 4_096).read_to_end(&mut back).unwrap();
    assert_eq!(back, plain);
    let zstd = Coding::Zstd.encode(&plain).unwrap().unwrap();
    assert_eq!(zstd::bulk::decompress(&zstd, 100_000).unwrap(), plain);
    let mut state = 1u64;
    let noise: Vec<u8> = (0..4_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .collect();
    for coding in Coding::MADE {
        assert_eq!(coding.encode(&noise).unwrap(), None);
    }
}
