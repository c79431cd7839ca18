//! Bodies of editions as readers get them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Body, BodyFormat};
use crate::domain::{
    Error,
    body::{
        Document, doc, img, markdown,
        pictures::{self, Pictures},
        portable,
        references::{self, Present},
    },
    media::MediaId,
    reference::Reference,
};

fn document(content: &str) -> Result<Document, Error> {
    doc::stored(&serde_json::from_str(content).map_err(Error::internal)?)
}

/// What a body as it is kept leads to on the own site.
pub(super) fn led_to(format: BodyFormat, content: &str) -> Result<BTreeSet<Reference>, Error> {
    Ok(match format {
        BodyFormat::Html => references::in_html(content),
        BodyFormat::Doc | BodyFormat::Markdown | BodyFormat::PortableText if references::may_be_in(content) => {
            references::of(&document(content)?)
        }
        _ => BTreeSet::new(),
    })
}

/// What a body as it is kept shows of the media library.
pub(super) fn pictured(format: BodyFormat, content: &str) -> Result<BTreeSet<MediaId>, Error> {
    Ok(match format {
        BodyFormat::Html => img::in_html(content),
        BodyFormat::Doc | BodyFormat::Markdown | BodyFormat::PortableText if pictures::may_be_in(content) => {
            pictures::of(&document(content)?)
        }
        _ => BTreeSet::new(),
    })
}

/// Whether a body as it is kept may have links to the own site that lead to nothing known.
pub(super) fn may_lead_on(format: BodyFormat, content: &str) -> bool {
    match format {
        BodyFormat::Html => references::has_open_link(content),
        BodyFormat::Doc | BodyFormat::Markdown | BodyFormat::PortableText => {
            content.contains("\"href\":\"/") || content.contains("\"href\": \"/")
        }
        BodyFormat::Text | BodyFormat::None => false,
    }
}

/// The body in a form, with the present addresses of what it leads to, and the pictures that its readers are shown. What is public nowhere is not told of.
pub(super) fn written(format: BodyFormat, content: String, present: &Present, shown: &Pictures) -> Result<Option<Body>, Error> {
    let document = || {
        let mut document = document(&content)?;
        references::show(&mut document, present, |_| false);
        pictures::show(&mut document, shown);
        Ok::<_, Error>(document)
    };
    let content = match format {
        BodyFormat::None => return Ok(None),
        BodyFormat::Html => Value::String(img::finished(references::finished(content, present), shown)),
        BodyFormat::Text => Value::String(content),
        BodyFormat::Doc => doc::write(&document()?),
        BodyFormat::Markdown => Value::String(markdown::write(&document()?)),
        BodyFormat::PortableText => portable::write(&document()?),
    };
    Ok(Some(Body { format, content }))
}
