//! What a rendition carries of its maker: creator, credit, copyright and how it came about, as XMP and IPTC-IIM, or in EXIF. Nothing else of the original's
//! metadata comes along: not where it was taken, not by which camera, no small picture of what was cropped away.

/// What is carried on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carried<'a> {
    /// Who made it.
    pub(super) creator: &'a str,
    /// Whom to credit.
    pub(super) credit: &'a str,
    /// The copyright notice.
    pub(super) copyright: &'a str,
    /// How it came about: a URI.
    pub(super) digital_source_type: &'a str,
}

/// Bytes of one text in a rendition.
const TEXT_BYTES: usize = 8_192;

fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    quick_xml::escape::escape(cut(text, TEXT_BYTES)).into_owned()
}

impl Carried<'_> {
    /// The texts that are there, each with what writes it in XMP and its number in IIM and its bytes there.
    fn is_empty(&self) -> bool {
        [self.creator, self.credit, self.copyright, self.digital_source_type].iter().all(|text| text.is_empty())
    }

    /// A packet of XMP; empty, where there is nothing to say.
    pub(super) fn xmp(&self) -> Vec<u8> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut said = String::new();
        let mut say = |text: &str, before: &str, after: &str| {
            if !text.is_empty() {
                said.extend([before, &escaped(text), after]);
            }
        };
        say(self.creator, "<dc:creator><rdf:Seq><rdf:li>", "</rdf:li></rdf:Seq></dc:creator>");
        say(self.copyright, "<dc:rights><rdf:Alt><rdf:li xml:lang=\"x-default\">", "</rdf:li></rdf:Alt></dc:rights>");
        say(self.credit, "<photoshop:Credit>", "</photoshop:Credit>");
        say(self.digital_source_type, "<Iptc4xmpExt:DigitalSourceType>", "</Iptc4xmpExt:DigitalSourceType>");
        format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
             xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:photoshop=\"http://ns.adobe.com/photoshop/1.0/\" \
             xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">{said}</rdf:Description></rdf:RDF></x:xmpmeta>\
             <?xpacket end=\"r\"?>"
        )
        .into_bytes()
    }

    /// A directory of EXIF: artist, copyright, and the packet of XMP; empty, where there is nothing to say.
    pub(super) fn exif(&self) -> Vec<u8> {
        let text = |text: &str| if text.is_empty() { Vec::new() } else { [cut(text, TEXT_BYTES).as_bytes(), b"\0"].concat() };
        // Numbers of the fields in their order, and whether they are text or bytes (TIFF 6.0, section 2).
        let fields = [(315u16, 2u16, text(self.creator)), (700, 1, self.xmp()), (33_432, 2, text(self.copyright))];
        let fields: Vec<_> = fields.into_iter().filter(|(_, _, data)| !data.is_empty()).collect();
        if fields.is_empty() {
            return Vec::new();
        }
        let count = |n: usize| u32::try_from(n).unwrap_or_default();
        let mut block = b"II*\0\x08\0\0\0".to_vec();
        block.extend(u16::try_from(fields.len()).unwrap_or_default().to_le_bytes());
        let mut behind = Vec::new();
        let first = block.len().saturating_add(fields.len().saturating_mul(12)).saturating_add(4);
        for (number, kind, data) in &fields {
            block.extend(number.to_le_bytes());
            block.extend(kind.to_le_bytes());
            block.extend(count(data.len()).to_le_bytes());
            // What has four bytes at most stands in the field itself.
            if data.len() <= 4 {
                block.extend(data.iter().copied().chain([0; 4]).take(4));
            } else {
                block.extend(count(first.saturating_add(behind.len())).to_le_bytes());
                behind.extend(data);
                // Each begins at an even byte.
                behind.resize(behind.len().next_multiple_of(2), 0);
            }
        }
        block.extend([0; 4]);
        block.extend(behind);
        block
    }

    /// A resource of Photoshop with records of IIM, which are as long as IIM lets them be; empty, where there is nothing to say.
    pub(super) fn iim(&self) -> Vec<u8> {
        let mut records = Vec::new();
        let mut set = |record: u8, number: u8, data: &[u8]| {
            records.extend([0x1c, record, number]);
            records.extend(u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
            records.extend(data);
        };
        set(1, 90, b"\x1b%G");
        set(2, 0, &[0, 4]);
        let texts = [(80, self.creator, 32), (110, self.credit, 32), (116, self.copyright, 128)];
        for (number, text, bytes) in texts.into_iter().filter(|(_, text, _)| !text.is_empty()) {
            set(2, number, cut(text, bytes).as_bytes());
        }
        if texts.iter().all(|(_, text, _)| text.is_empty()) {
            return Vec::new();
        }
        let mut block = b"Photoshop 3.0\x008BIM\x04\x04\0\0".to_vec();
        block.extend(u32::try_from(records.len()).unwrap_or_default().to_be_bytes());
        if records.len() % 2 == 1 {
            records.push(0);
        }
        block.extend(records);
        block
    }
}

/// A WebP with a packet of XMP: a container of the extended kind (RFC 9649, 2.7) around the chunks that are there.
pub(super) fn webp_with(webp: &[u8], xmp: &[u8], (width, height): (u32, u32), has_alpha: bool) -> Vec<u8> {
    if xmp.is_empty() {
        return webp.to_vec();
    }
    let mut chunks = Vec::with_capacity(webp.len() + xmp.len() + 32);
    let mut chunk = |kind: &[u8], data: &[u8]| {
        chunks.extend(kind);
        chunks.extend(u32::try_from(data.len()).unwrap_or_default().to_le_bytes());
        chunks.extend(data);
        if data.len() % 2 == 1 {
            chunks.push(0);
        }
    };
    let side = |side: u32| side.saturating_sub(1).to_le_bytes().into_iter().take(3);
    // Bits of the head: alpha is used, XMP is there.
    let head: Vec<u8> = [if has_alpha { 0x14 } else { 0x04 }, 0, 0, 0].into_iter().chain(side(width)).chain(side(height)).collect();
    chunk(b"VP8X", &head);
    let mut rest = webp.get(12..).unwrap_or_default();
    // Ends: each round takes a chunk of eight bytes or more.
    while let Some((kind, data, left)) = next_chunk(rest) {
        if kind != b"VP8X" {
            chunk(kind, data);
        }
        rest = left;
    }
    chunk(b"XMP ", xmp);
    let mut file = b"RIFF".to_vec();
    file.extend(u32::try_from(chunks.len() + 4).unwrap_or_default().to_le_bytes());
    file.extend(b"WEBP");
    file.extend(chunks);
    file
}

fn next_chunk(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let (kind, length) = head.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length.first_chunk::<4>()?)).ok()?;
    let (data, left) = rest.split_at_checked(length)?;
    Some((kind, data, left.get(length % 2..).unwrap_or_default()))
}
