//! What a file is, by its first bytes.

use crate::domain::file::{FileFault, FileFormat};

use super::{bytes::holds, polyglots};

/// How many of a file's first bytes [`format_of`] wants; fewer, where the file has no more.
pub const HEAD_BYTES: usize = 4_096;

/// Beginnings of files that are not taken, and what to say.
const REFUSED: [(&[u8], &str); 32] = [
    (b"BM", "BMP pictures are not taken: save it as PNG first."),
    (b"\xff\x0a", "JPEG XL pictures are not taken: convert it to JPEG first."),
    (b"\0\0\0\x0cJXL ", "JPEG XL pictures are not taken: convert it to JPEG first."),
    (b"\0\0\0\x0cjP  ", "JPEG 2000 pictures are not taken: convert it to JPEG first."),
    (b"\xff\x4f\xff\x51", "JPEG 2000 pictures are not taken: convert it to JPEG first."),
    (b"8BPS", "Photoshop documents are not taken: export it as JPEG or PNG first."),
    (b"%!PS", "PostScript is not taken: export it as PDF, JPEG or PNG first."),
    (b"\xc5\xd0\xd3\xc6", "PostScript is not taken: export it as PDF, JPEG or PNG first."),
    (b"\0\0\x01\0", "Icons are not taken: save it as PNG first."),
    (b"II+\0", "BigTIFF pictures are not taken: save it as TIFF, PNG or JPEG first."),
    (b"MM\0+", "BigTIFF pictures are not taken: save it as TIFF, PNG or JPEG first."),
    (b"II\x1a\0\0\0HEAPCCDR", "Raw pictures of cameras are not taken: develop it as JPEG or TIFF first."),
    (b"IIU\0", "Raw pictures of cameras are not taken: develop it as JPEG or TIFF first."),
    (b"IIRO", "Raw pictures of cameras are not taken: develop it as JPEG or TIFF first."),
    (b"FUJIFILMCCD-RAW", "Raw pictures of cameras are not taken: develop it as JPEG or TIFF first."),
    (b"RF64", "WAV files of more than 4 GB are not taken: convert it to FLAC first."),
    (b"FORM", "AIFF sound is not taken: convert it to WAV or FLAC first."),
    (b"#!AMR", "AMR sound is not taken: convert it to MP3 or M4A first."),
    (b"MThd", "MIDI is not sound: record it as WAV or MP3 first."),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media files are not taken: convert it to MP4 or MP3 first."),
    (b"FLV\x01", "Flash video is not taken: convert it to MP4 first."),
    (b"\0\0\x01\xba", "MPEG program streams are not taken: convert it to MP4 first."),
    (b"PK\x03\x04", "Archives and office documents are not taken: send the files in it, or a PDF."),
    (b"PK\x05\x06", "Archives are not taken: send the files in it."),
    (b"Rar!\x1a\x07", "Archives are not taken: send the files in it."),
    (b"7z\xbc\xaf\x27\x1c", "Archives are not taken: send the files in it."),
    (b"\x1f\x8b", "Archives are not taken: send the files in it."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office documents are not taken: export it as PDF first."),
    (b"MZ", "Programs are not taken."),
    (b"\x7fELF", "Programs are not taken."),
    (b"\xca\xfe\xba\xbe", "Programs are not taken."),
    (b"#!", "Programs are not taken."),
];

fn unsupported(what: &str) -> FileFault {
    FileFault::Unsupported(what.to_owned())
}

/// What a file is, of which these are the first [`HEAD_BYTES`].
///
/// # Errors
/// `Unsupported`, for all that is not taken, and for what is something else as well.
pub fn format_of(head: &[u8]) -> Result<FileFormat, FileFault> {
    let format = magic(head)?;
    polyglots::refuse_in_head(head, format)?;
    Ok(format)
}

fn magic(head: &[u8]) -> Result<FileFormat, FileFault> {
    if head.is_empty() {
        return Err(unsupported("The file is empty."));
    }
    if head.starts_with(b"\xff\xd8\xff") {
        return Ok(FileFormat::Jpeg);
    }
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(FileFormat::Png);
    }
    if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        return Ok(FileFormat::Gif);
    }
    if head.starts_with(b"%PDF-") {
        return Ok(FileFormat::Pdf);
    }
    if head.starts_with(b"fLaC") {
        return Ok(FileFormat::Flac);
    }
    if head.starts_with(b"RIFF") {
        return riff(head.get(8..12).unwrap_or_default());
    }
    if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
        return tiff(head);
    }
    if head.get(4..8) == Some(b"ftyp") {
        return boxes(head);
    }
    if head.starts_with(b"OggS") {
        return ogg(head);
    }
    if head.starts_with(b"\x1a\x45\xdf\xa3") {
        return matroska(head);
    }
    for (beginning, words) in REFUSED {
        if head.starts_with(beginning) {
            return Err(unsupported(words));
        }
    }
    if head.starts_with(b"ID3") || is_mp3(head) {
        return Ok(FileFormat::Mp3);
    }
    Err(text(head))
}

fn riff(kind: &[u8]) -> Result<FileFormat, FileFault> {
    match kind {
        b"WEBP" => Ok(FileFormat::WebP),
        b"WAVE" => Ok(FileFormat::Wav),
        b"AVI " => Err(unsupported("AVI video is not taken: convert it to MP4 first.")),
        _ => Err(unsupported("This kind of RIFF file is not taken: send WebP pictures or WAV sound.")),
    }
}

fn tiff(head: &[u8]) -> Result<FileFormat, FileFault> {
    if head.get(8..10) == Some(b"CR") {
        return Err(unsupported("Raw pictures of cameras are not taken: develop it as JPEG or TIFF first."));
    }
    Ok(FileFormat::Tiff)
}

/// By the brand of an ISO base media file (ISO/IEC 14496-12, 4.3), and by those it is compatible with.
fn boxes(head: &[u8]) -> Result<FileFormat, FileFault> {
    let length = super::bytes::Order::Big.u32(head, 0).and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
    let brands = head.get(8..length.min(head.len())).unwrap_or_default();
    let mut all = brands.chunks_exact(4).enumerate().filter(|(n, _)| *n != 1).map(|(_, brand)| brand);
    let has = |sought: &[&[u8; 4]]| all.clone().any(|brand| sought.iter().any(|s| s.as_slice() == brand));
    if has(&[b"avif", b"avis"]) {
        return Err(unsupported("AVIF pictures are not taken: convert it to JPEG, PNG or WebP first."));
    }
    if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
        return Err(unsupported("HEIC pictures are not taken: convert it to JPEG first."));
    }
    match all.next().unwrap_or_default() {
        b"M4A " | b"M4B " => Ok(FileFormat::M4a),
        b"crx " => Err(unsupported("Raw pictures of cameras are not taken: develop it as JPEG or TIFF first.")),
        b"qt  " => Err(unsupported("QuickTime video is not taken: convert it to MP4 first.")),
        b"isom" | b"iso2" | b"iso3" | b"iso4" | b"iso5" | b"iso6" | b"iso8" | b"iso9" | b"mp41" | b"mp42" | b"avc1" | b"M4V " | b"MSNV"
        | b"dash" | b"XAVC" | b"mmp4" => Ok(FileFormat::Mp4),
        _ => Err(unsupported("This kind of MP4 file is not taken: convert it to MP4 with H.264 and AAC first.")),
    }
}

fn ogg(head: &[u8]) -> Result<FileFormat, FileFault> {
    let first = head.get(28..).unwrap_or_default();
    if first.starts_with(b"OpusHead") || first.starts_with(b"\x01vorbis") {
        return Ok(FileFormat::Ogg);
    }
    Err(unsupported("Of Ogg files, sound in Opus or Vorbis is taken: convert video to MP4 or WebM, other sound to MP3 first."))
}

fn matroska(head: &[u8]) -> Result<FileFormat, FileFault> {
    if holds(head.get(..64.min(head.len())).unwrap_or_default(), b"webm") {
        return Ok(FileFormat::WebM);
    }
    Err(unsupported("Matroska video is not taken: convert it to MP4 or WebM first."))
}

/// Whether these are the first bytes of a frame of MPEG-1 or MPEG-2 layer III.
fn is_mp3(head: &[u8]) -> bool {
    let Some([0xff, second, third, _]) = head.first_chunk::<4>() else { return false };
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    second >> 5 == 7 && version != 1 && layer == 1 && third >> 4 != 15 && third >> 4 != 0 && third >> 2 & 3 != 3
}

/// What to say of a file that begins like nothing that is known.
fn text(head: &[u8]) -> FileFault {
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let start = start.get(start.iter().take_while(|b| b.is_ascii_whitespace()).count()..).unwrap_or_default();
    if start.first() == Some(&b'<') {
        return unsupported(if holds(head, b"<svg") {
            "SVG pictures are not taken, for they can hold programs: export it as PNG first."
        } else {
            "Web pages and XML are not taken."
        });
    }
    unsupported(
        "The file is of no kind that is known. Pictures are taken as JPEG, PNG, WebP, GIF and TIFF, sound as MP3, M4A, Ogg, WAV and FLAC, video as MP4 and WebM, documents as PDF.",
    )
}
