//! Files of the media library: what they are, what they say, and renditions of pictures. The files are made here.

mod avif;
mod colours;
mod exiftool;
mod kinds;
mod making;
mod playing;
mod saying;
mod sizes;
mod turning;

/// A video of five seconds, 480 by 270 pixels: that of the demo.
pub(crate) const FILM: &[u8] = include_bytes!("../../src/cli/demo/potters.webm");
