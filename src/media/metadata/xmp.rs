//! XMP: a few properties of an RDF document, written as attributes or as elements, alone or in a list.

use std::collections::HashMap;

use quick_xml::{
    NsReader, XmlVersion,
    events::{BytesStart, Event},
    name::{LocalName, ResolveResult},
};

use crate::domain::file::FileMetadata;

use super::times;

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
const XMP: &str = "http://ns.adobe.com/xap/1.0/";
const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
const IPTC: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
const IPTC_EXTENSION: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
/// Those that are read.
const KNOWN: [&str; 7] = [DC, PHOTOSHOP, RIGHTS, XMP, EXIF, IPTC, IPTC_EXTENSION];
/// How deep elements nest, how many values there are, and how long all of them are.
const DEPTH: usize = 64;
const VALUES: usize = 4_000;
const BYTES: usize = 1 << 20;

/// A value, and its language where it has one.
type Value = (String, String);

/// The values of properties of descriptions, by the property's namespace and name.
#[derive(Default)]
struct Properties {
    values: HashMap<(&'static str, String), Vec<Value>>,
    count: usize,
    bytes: usize,
}

/// An element that is open.
struct Open {
    /// The namespace, where it is known, and the name.
    name: (Option<&'static str>, String),
    language: String,
    text: String,
    has_children: bool,
}

/// What a packet of XMP says. What is damaged says what it says before the damage.
pub(super) fn read(packet: &[u8]) -> FileMetadata {
    let text = String::from_utf8_lossy(packet);
    let found = properties(text.trim_start_matches('\u{feff}'));
    let one = |space, name: &str| found.one(space, name);
    let taken = [(PHOTOSHOP, "DateCreated"), (EXIF, "DateTimeOriginal"), (XMP, "CreateDate")];
    FileMetadata {
        creator: found.all(DC, "creator").join(", "),
        credit: one(PHOTOSHOP, "Credit"),
        copyright: one(DC, "rights"),
        usage_terms: one(RIGHTS, "UsageTerms"),
        source: one(PHOTOSHOP, "Source"),
        taken_at: taken.into_iter().map(|(space, name)| times::iso(&one(space, name))).find(|text| !text.is_empty()).unwrap_or_default(),
        digital_source_type: one(IPTC_EXTENSION, "DigitalSourceType"),
        caption: one(DC, "description"),
        alt: one(IPTC, "AltTextAccessibility"),
        keywords: found.all(DC, "subject"),
    }
}

fn properties(text: &str) -> Properties {
    let mut found = Properties::default();
    let mut reader = NsReader::from_str(text);
    let mut open: Vec<Open> = Vec::new();
    // Ends: each round takes something of the text, or is the last.
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                if open.len() >= DEPTH {
                    return found;
                }
                let element = started(&reader, &start, &mut open, &mut found);
                open.push(element);
            }
            Ok(Event::Empty(start)) => {
                let element = started(&reader, &start, &mut open, &mut found);
                ended(&element, &open, &mut found);
            }
            Ok(Event::End(_)) => {
                if let Some(element) = open.pop() {
                    ended(&element, &open, &mut found);
                }
            }
            Ok(Event::Text(piece)) => add(&mut open, &piece.decode().unwrap_or_default()),
            Ok(Event::CData(piece)) => add(&mut open, &piece.decode().unwrap_or_default()),
            Ok(Event::GeneralRef(name)) => {
                let signs = match name.decode().as_deref() {
                    Ok("amp") => "&".to_owned(),
                    Ok("lt") => "<".to_owned(),
                    Ok("gt") => ">".to_owned(),
                    Ok("quot") => "\"".to_owned(),
                    Ok("apos") => "'".to_owned(),
                    // No other entity is declared, and what declares some is not read.
                    _ => name.resolve_char_ref().ok().flatten().map(String::from).unwrap_or_default(),
                };
                add(&mut open, &signs);
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
        if found.count > VALUES || found.bytes > BYTES {
            return found;
        }
    }
}

fn add(open: &mut [Open], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn space(resolved: &ResolveResult<'_>) -> Option<&'static str> {
    let ResolveResult::Bound(namespace) = resolved else { return None };
    KNOWN.into_iter().chain([RDF]).find(|known| known.as_bytes() == namespace.as_ref())
}

fn name(name: LocalName<'_>) -> String {
    String::from_utf8_lossy(name.as_ref()).into_owned()
}

/// An element begins: what its attributes say is noted.
fn started(reader: &NsReader<&[u8]>, start: &BytesStart<'_>, open: &mut [Open], found: &mut Properties) -> Open {
    if let Some(parent) = open.last_mut() {
        parent.has_children = true;
    }
    let (resolved, local) = reader.resolver().resolve_element(start.name());
    let mut element = Open { name: (space(&resolved), name(local)), language: String::new(), text: String::new(), has_children: false };
    let is_description = element.is_rdf("Description") && open.last().is_some_and(|parent| parent.is_rdf("RDF"));
    for attribute in start.attributes().with_checks(false).flatten() {
        let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) else { continue };
        if attribute.key.as_ref() == b"xml:lang" {
            element.language = value.into_owned();
            continue;
        }
        let (resolved, local) = reader.resolver().resolve_attribute(attribute.key);
        match space(&resolved) {
            Some(RDF) if local.as_ref() == b"resource" => element.text = value.into_owned(),
            Some(known) if is_description && known != RDF => found.note(known, name(local), (String::new(), value.into_owned())),
            _ => {}
        }
    }
    element
}

impl Open {
    fn is_rdf(&self, name: &str) -> bool {
        self.name.0 == Some(RDF) && self.name.1 == name
    }
}

/// An element ended: where it is a property of a description, or an item of one, its text is a value.
fn ended(element: &Open, open: &[Open], found: &mut Properties) {
    let mut above = open.iter().rev();
    let property = if element.is_rdf("li") {
        let list = above.next();
        if !list.is_some_and(|list| list.is_rdf("Alt") || list.is_rdf("Seq") || list.is_rdf("Bag")) {
            return;
        }
        above.next()
    } else if element.has_children {
        return;
    } else {
        Some(element)
    };
    let is_described =
        above.next().is_some_and(|parent| parent.is_rdf("Description")) && above.next().is_some_and(|parent| parent.is_rdf("RDF"));
    let Some(Open { name: (Some(known), name), .. }) = property.filter(|_| is_described) else { return };
    if *known != RDF {
        found.note(known, name.clone(), (element.language.clone(), element.text.clone()));
    }
}

impl Properties {
    fn note(&mut self, space: &'static str, name: String, value: Value) {
        self.count = self.count.saturating_add(1);
        self.bytes = self.bytes.saturating_add(value.1.len());
        if !value.1.trim().is_empty() {
            self.values.entry((space, name)).or_default().push(value);
        }
    }

    /// The values of a property.
    fn all(&self, space: &'static str, name: &str) -> Vec<String> {
        self.values.get(&(space, name.to_owned())).into_iter().flatten().map(|(_, text)| text.trim().to_owned()).collect()
    }

    /// The value of a property: of several languages the one that stands for all, else the first.
    fn one(&self, space: &'static str, name: &str) -> String {
        let values = self.values.get(&(space, name.to_owned())).map(Vec::as_slice).unwrap_or_default();
        let value = values.iter().find(|(language, _)| language == "x-default").or(values.first());
        value.map(|(_, text)| text.clone()).unwrap_or_default()
    }
}
