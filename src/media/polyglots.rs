//! Files that are something else as well.
//!
//! **Context.** A picture can be built so that a browser takes it for a page, an unpacker for an archive and a reader for a PDF. No look at a file
//! can rule that out. **Decision.** What gives such files away is refused: marks of pages, scripts and PDF among the first bytes, where programs
//! look for them; the end of a ZIP archive whose directory lies in the file; marks of archives, programs and pages behind the picture's own end.
//! **Consequence.** What is usual behind a picture, such as the further pictures and films of telephones, is left alone. Readers are safe all the
//! same: they get renditions, which are made of pixels, and originals with `nosniff` and as an attachment.

use std::io::{Read, Seek};

use crate::domain::file::{FileFault, FileFormat};

use super::bytes::{Input, Order, holds};

/// As far as browsers look for marks of a page (WHATWG MIME Sniffing reads 1,445 bytes), and PDF readers for the start of a document.
const SNIFFED: usize = 1_445;
/// What a page or a script begins with.
const PAGES: [&[u8]; 9] = [b"<script", b"<html", b"<!doctype html", b"<body", b"<iframe", b"<svg", b"<?php", b"<img ", b"javascript:"];
/// What archives, programs and other documents begin with, behind a picture.
const HIDDEN: [&[u8]; 7] =
    [b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"%PDF-", b"\x7fELF", b"#!/", b"This program cannot be run"];
/// As far as is looked at each end of what lies behind a picture.
const BEHIND: u64 = 4_096;
/// The record that ends a ZIP archive, and the longest comment in it.
const ZIP_END: u64 = 22 + 65_535;

fn disguised(what: &str) -> FileFault {
    FileFault::Unsupported(format!("The file is {what} as well. Open it in an editor and save it anew."))
}

/// Refuse what is a page, a script or a PDF as well, by its first bytes.
pub(super) fn refuse_in_head(head: &[u8], format: FileFormat) -> Result<(), FileFault> {
    let head = head.get(..SNIFFED.min(head.len())).unwrap_or_default();
    if PAGES.iter().any(|mark| holds(head, mark)) {
        return Err(disguised("a web page"));
    }
    // The width of a GIF, or the length of a JPEG's first segment, which is 16: here they open a comment of a script.
    if (format == FileFormat::Gif && head.get(6..8) == Some(b"/*")) || head.starts_with(b"\xff\xd8\xff\xe0/*") {
        return Err(disguised("a script"));
    }
    if format != FileFormat::Pdf && holds(head, b"%PDF-") {
        return Err(disguised("a PDF"));
    }
    Ok(())
}

/// Refuse what is an archive as well, or has one, a program or a page behind its end.
pub(super) fn refuse_behind<R: Read + Seek>(input: &mut Input<R>, end: u64) -> Result<(), FileFault> {
    let length = input.length();
    input.go(length.saturating_sub(ZIP_END))?;
    let tail = input.some(ZIP_END)?;
    if is_archive(&tail, length) {
        return Err(disguised("an archive"));
    }
    if end >= length {
        return Ok(());
    }
    for from in [end, end.max(length.saturating_sub(BEHIND))] {
        input.go(from)?;
        let piece = input.some(BEHIND)?;
        if HIDDEN.iter().any(|mark| memchr::memmem::find(&piece, mark).is_some()) {
            return Err(disguised("an archive, a program or a document"));
        }
        if PAGES.iter().any(|mark| holds(&piece, mark)) {
            return Err(disguised("a web page"));
        }
    }
    Ok(())
}

/// Whether a ZIP archive ends in a file with this tail: its record has a comment no longer than what is left, and a directory before it.
fn is_archive(tail: &[u8], length: u64) -> bool {
    memchr::memmem::find_iter(tail, b"PK\x05\x06").any(|at| {
        let Some(record) = tail.get(at..) else { return false };
        let number = |at| Order::Little.u32(record, at).map(u64::from);
        let (Some(directory), Some(from), Some(comment)) = (number(12), number(16), Order::Little.u16(record, 20)) else { return false };
        let left = record.len().saturating_sub(22);
        let before = length.saturating_sub(u64::try_from(record.len()).unwrap_or(u64::MAX));
        usize::from(comment) <= left && directory.saturating_add(from) <= before
    })
}
