//! How much work a file may be.

/// What looking into a file may take, at most. What would take more is refused before it is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of a picture.
    pub pixels: u64,
    /// Bytes that a picture takes while it is decoded.
    pub decoded_bytes: u64,
    /// Pictures one after the other in one file.
    pub frames: u32,
}

impl Default for Limits {
    /// 100 megapixels, which cameras do not reach; 320 MiB, which 50 megapixels of a progressive JPEG at full colour resolution take; 1,000 frames.
    fn default() -> Self {
        Self { pixels: 100_000_000, decoded_bytes: 320 << 20, frames: 1_000 }
    }
}

/// Bytes of a block of metadata that are read: what says more says it to nobody.
pub(super) const METADATA_BYTES: u64 = 4 << 20;
/// Bytes of a colour profile that are read. Those of printing presses take up to some two million.
pub(super) const PROFILE_BYTES: u64 = 4 << 20;
/// Bytes of all blocks of metadata of a file.
pub(super) const ALL_METADATA_BYTES: u64 = 32 << 20;
/// Scans of one JPEG: each goes over the whole picture, and can be a few bytes long. Progressive pictures have about ten.
pub(super) const SCANS: u32 = 64;
/// Parts of one file: chunks, segments, blocks.
pub(super) const PARTS: u32 = 1_000_000;
