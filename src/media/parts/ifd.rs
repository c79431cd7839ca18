//! Directories of TIFF, which EXIF is made of: read in place, for a TIFF picture may be as large as it likes.

use std::io::{Cursor, Read, Seek};

use crate::{
    domain::file::FileFault,
    media::{
        bytes::{Input, Order, broken},
        limits::METADATA_BYTES,
    },
};

use super::found::Exif;

/// A field of a directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) tag: u16,
    kind: u16,
    count: u32,
    value: [u8; 4],
}

/// A directory: its fields, and where the next one is; 0 for nowhere.
#[derive(Debug, Default)]
pub(super) struct Directory {
    fields: Vec<Field>,
    pub(super) next: u32,
}

/// The order of bytes, and where the first directory is.
pub(super) fn header<R: Read + Seek>(input: &mut Input<R>) -> Result<(Order, u32), FileFault> {
    let head = input.array::<8>()?;
    let order = match head.first_chunk::<4>() {
        Some(b"II*\0") => Order::Little,
        Some(b"MM\0*") => Order::Big,
        _ => return Err(broken("it does not begin as a TIFF does")),
    };
    Ok((order, order.u32(&head, 4).unwrap_or_default()))
}

/// The directory at a place.
pub(super) fn directory<R: Read + Seek>(input: &mut Input<R>, order: Order, at: u32) -> Result<Directory, FileFault> {
    input.go(u64::from(at))?;
    let count = order.u16(&input.array::<2>()?, 0).unwrap_or_default();
    let bytes = input.some(u64::from(count).saturating_mul(12))?;
    let field = |entry: &[u8]| {
        let value = entry.get(8..)?.first_chunk::<4>()?;
        Some(Field { tag: order.u16(entry, 0)?, kind: order.u16(entry, 2)?, count: order.u32(entry, 4)?, value: *value })
    };
    let fields = bytes.chunks_exact(12).filter_map(field).collect();
    let next = order.u32(&input.some(4)?, 0).unwrap_or_default();
    Ok(Directory { fields, next })
}

impl Directory {
    /// The field with a tag.
    pub(super) fn field(&self, tag: u16) -> Option<Field> {
        self.fields.iter().find(|field| field.tag == tag).copied()
    }

    /// The first number of a field.
    pub(super) fn number(&self, order: Order, tag: u16) -> Option<u32> {
        let field = self.field(tag)?;
        match field.kind {
            1 => field.value.first().copied().map(u32::from),
            3 if field.count <= 2 => order.u16(&field.value, 0).map(u32::from),
            4 | 13 if field.count == 1 => order.u32(&field.value, 0),
            _ => None,
        }
    }
}

impl Field {
    /// How many values there are.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// The bytes of its values; none, where there are too many or the file ends before.
    pub(super) fn bytes<R: Read + Seek>(&self, input: &mut Input<R>, order: Order, most: u64) -> Vec<u8> {
        let each: u64 = match self.kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return Vec::new(),
        };
        let length = each.saturating_mul(u64::from(self.count));
        if length <= 4 {
            return self.value.iter().copied().take(usize::try_from(length).unwrap_or_default()).collect();
        }
        let at = order.u32(&self.value, 0).unwrap_or_default();
        if input.go(u64::from(at)).is_err() {
            return Vec::new();
        }
        input.block(length, most.min(METADATA_BYTES)).ok().flatten().unwrap_or_default()
    }
}

/// Bytes of a text of EXIF that are read.
const TEXT_BYTES: u64 = 1 << 16;
const DESCRIPTION: u16 = 0x010e;
const ORIENTATION: u16 = 0x0112;
const ARTIST: u16 = 0x013b;
const COPYRIGHT: u16 = 0x8298;
const EXIF_DIRECTORY: u16 = 0x8769;
const TAKEN: u16 = 0x9003;
const OFFSET: u16 = 0x9011;

/// What EXIF says, of which this is the first directory. What is damaged says nothing.
pub(super) fn exif<R: Read + Seek>(input: &mut Input<R>, order: Order, first: &Directory) -> Exif {
    let text = |input: &mut Input<R>, directory: &Directory, tag| {
        directory
            .field(tag)
            .filter(|field| matches!(field.kind, 1 | 2 | 7))
            .map(|field| field.bytes(input, order, TEXT_BYTES))
            .unwrap_or_default()
    };
    let mut exif = Exif {
        orientation: first.number(order, ORIENTATION).and_then(|n| u16::try_from(n).ok()).unwrap_or(1),
        description: text(input, first, DESCRIPTION),
        artist: text(input, first, ARTIST),
        copyright: text(input, first, COPYRIGHT),
        ..Exif::default()
    };
    if let Some(Ok(second)) = first.number(order, EXIF_DIRECTORY).map(|at| directory(input, order, at)) {
        exif.taken = text(input, &second, TAKEN);
        exif.offset = text(input, &second, OFFSET);
    }
    exif
}

/// What a block of EXIF says: a TIFF without a picture.
pub(super) fn exif_block(block: Vec<u8>) -> Exif {
    let read = || {
        let mut input = Input::new(Cursor::new(block))?;
        let (order, at) = header(&mut input)?;
        let first = directory(&mut input, order, at)?;
        Ok::<_, FileFault>(exif(&mut input, order, &first))
    };
    read().unwrap_or_default()
}
