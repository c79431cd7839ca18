//! How long sound plays. The files are made here; what programs write was looked at by hand.

use dateline::domain::file::{FileFault, FileFormat};

use super::making::{flac, mp3, mp4, sent, wav};

#[test]
fn sound_says_how_long_it_plays() {
    for (bytes, format, length) in [
        (wav(8_000, 4_000), FileFormat::Wav, 500),
        (flac(44_100, 44_100 * 3), FileFormat::Flac, 3_000),
        (mp4(90_000), FileFormat::M4a, 90_000),
    ] {
        let facts = sent(&bytes).unwrap_or_else(|e| panic!("{format}: {e}"));
        assert_eq!((facts.format, facts.duration_ms, facts.size), (format, Some(length), None));
    }
    // Frames of 1,152 samples: there may be some around the sound.
    let facts = sent(&mp3(100)).unwrap();
    assert!(facts.duration_ms.is_some_and(|length| length.abs_diff(2_612) < 60), "{facts:?}");
}

#[test]
fn sound_that_was_written_to_a_pipe_is_as_long_as_it_is() {
    let mut bytes = wav(8_000, 4_000);
    bytes[40..44].copy_from_slice(&0x7fff_f000_u32.to_le_bytes());
    assert_eq!(sent(&bytes).unwrap().duration_ms, Some(500));
}

#[test]
fn sound_that_is_none_is_broken() {
    for bytes in [
        b"ID3\x04\0\0\0\0\0\0".to_vec(),
        b"RIFF\x04\0\0\0WAVE".to_vec(),
        b"fLaC\0\0\0".to_vec(),
        [b"OggS".as_slice(), &[0; 24], b"OpusHead"].concat(),
        b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm".to_vec(),
        b"\0\0\0\x10ftypisom\0\0\0\0".to_vec(),
        [b"ID3\x04\0\0\0\0\0\0".as_slice(), &flac(44_100, 1_000)].concat(),
    ] {
        assert!(matches!(sent(&bytes), Err(FileFault::Broken(_))), "{:?}: {bytes:?}", sent(&bytes));
    }
}
