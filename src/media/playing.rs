//! How long sound and moving pictures play, by their containers' heads; nothing is decoded.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use symphonia::core::{
    codecs::CodecParameters,
    formats::{FormatOptions, Track, TrackType, probe::Hint},
    io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions},
    meta::MetadataOptions,
    units::{Duration, TimeBase},
};

use crate::domain::file::{FileFault, FileFormat};

use super::bytes::{Input, Order, broken, unreadable};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Played {
    /// How long it plays, in milliseconds; not, where the container does not say.
    pub(super) duration_ms: Option<u64>,
    /// Pixels in width and height.
    pub(super) size: Option<(u32, u32)>,
    /// Whether there are moving pictures.
    pub(super) has_video: bool,
}

/// Bytes of a file that are read to find out: tables of what plays when are a few megabytes for hours of video.
const READ_BYTES: u64 = 64 << 20;

/// A file of which no more than a part is read.
struct Bounded<'a> {
    file: &'a mut File,
    length: u64,
    left: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("its head is longer than 64 MB"));
        }
        let read = self.file.by_ref().take(self.left).read(buffer)?;
        self.left = self.left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}

impl Seek for Bounded<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl MediaSource for Bounded<'_> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}

/// Find out how long a file of this format plays.
pub(super) fn look(file: &mut File, format: FileFormat) -> Result<Played, FileFault> {
    let name = match format {
        FileFormat::Wav => return wave(&mut Input::new(file)?),
        FileFormat::Mp3 => "mp3",
        FileFormat::M4a | FileFormat::Mp4 => "isomp4",
        FileFormat::Ogg => "ogg",
        FileFormat::Flac => "flac",
        FileFormat::WebM => "matroska",
        _ => return Ok(Played::default()),
    };
    let length = file.seek(SeekFrom::End(0)).map_err(|e| unreadable(&e))?;
    file.seek(SeekFrom::Start(0)).map_err(|e| unreadable(&e))?;
    let stream = MediaSourceStream::new(Box::new(Bounded { file, length, left: READ_BYTES }), MediaSourceStreamOptions::default());
    let fault = |e: &symphonia::core::errors::Error| broken(&e.to_string().chars().take(200).collect::<String>());
    let probe = symphonia::default::get_probe();
    let reader = probe.probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default()).map_err(|e| fault(&e))?;
    if reader.format_info().short_name != name {
        return Err(broken("it is not what it begins as"));
    }
    let whole = reader.media_info();
    let of_track = |track: &Track| milliseconds(track.time_base, track.duration);
    let duration_ms = milliseconds(whole.time_base, whole.duration).or_else(|| reader.tracks().iter().filter_map(of_track).max());
    let video = reader.first_track(TrackType::Video);
    let size = match video.and_then(|track| track.codec_params.as_ref()) {
        Some(CodecParameters::Video(video)) => video.width.zip(video.height),
        _ => None,
    };
    let size = size.filter(|(width, height)| *width > 0 && *height > 0).map(|(width, height)| (u32::from(width), u32::from(height)));
    Ok(Played { duration_ms, size, has_video: video.is_some() })
}

fn milliseconds(base: Option<TimeBase>, duration: Option<Duration>) -> Option<u64> {
    let time = base?.calc_duration(duration?)?;
    u64::try_from(time.as_millis()).ok().filter(|length| *length > 0)
}

/// WAV, by the bytes that are there: programs that write it to a pipe do not know how many there will be, and put any number.
fn wave(input: &mut Input<&mut File>) -> Result<Played, FileFault> {
    let mut each_second = 0;
    input.skip(12)?;
    // Ends: each round takes a chunk of the file.
    while input.at().saturating_add(8) <= input.length() {
        let kind = input.array::<4>()?;
        let length = u64::from(u32::from_le_bytes(input.array()?));
        let there = length.min(input.length().saturating_sub(input.at()));
        if kind == *b"data" {
            let duration_ms = there.saturating_mul(1_000).checked_div(each_second).filter(|length| *length > 0);
            return Ok(Played { duration_ms, ..Played::default() });
        }
        let next = input.at().saturating_add(there).saturating_add(there & 1).min(input.length());
        if kind == *b"fmt " {
            each_second = Order::Little.u32(&input.some(there.min(16))?, 8).map(u64::from).unwrap_or_default();
        }
        input.go(next)?;
    }
    Err(broken("there is no sound in it"))
}
