//! What Portable Text looks like as [`portable`](crate::domain::body::portable) writes it.

use utoipa::openapi::{
    Object, ObjectBuilder, Ref, RefOr, Schema,
    schema::{ArrayBuilder, SchemaType, Type},
};

use super::{TOLD, address, number, one_of, word};
use crate::domain::text::limits;

/// The schema of a block.
pub(super) const BLOCK: &str = "PortableTextBlock";

fn string() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}

fn or_null(kind: Type) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([kind, Type::Null])).into()
}

fn boolean() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Boolean).into()
}

fn several(of: &str) -> RefOr<Schema> {
    ArrayBuilder::new().items(Ref::from_schema_name(of)).into()
}

/// An object of this `_type` that has all of these properties, and the others where they are said.
fn typed(kind: &str, always: Vec<(&str, RefOr<Schema>)>, sometimes: Vec<(&str, RefOr<Schema>)>) -> Object {
    let mut object = ObjectBuilder::new().property("_type", word([kind])).required("_type").property("_key", string()).required("_key");
    for (name, schema) in always {
        object = object.property(name, schema).required(name);
    }
    sometimes.into_iter().fold(object, |object, (name, schema)| object.property(name, schema)).build()
}

/// The schemas, by their names.
pub(super) fn refer(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    const TEXT: &str = "PortableTextTextBlock";
    let lang = || vec![("lang", string())];
    let blocks = [
        (TEXT, {
            let always = vec![
                ("style", word(["normal", "blockquote", "h2", "h3", "h4"]).into()),
                ("children", several("PortableTextSpan")),
                ("markDefs", several("PortableTextMarkDefinition")),
            ];
            let list = vec![
                ("listItem", word(["bullet", "number"]).into()),
                ("level", number(1, limits::BODY_DEPTH.try_into().unwrap_or(i32::MAX)).into()),
            ];
            typed("block", always, list.into_iter().chain(lang()).collect())
        }),
        ("PortableTextPullQuote", typed("pull_quote", vec![("attribution", string()), ("text", several(TEXT))], lang())),
        ("PortableTextImage", {
            let words = ["alt", "caption", "credit"].map(|name| (name, string()));
            let pixels = ["width", "height"].map(|name| (name, or_null(Type::Integer)));
            let address = [("url", address("uri").into()), ("href", or_null(Type::String))];
            let picture = ("picture", Ref::from_schema_name(TOLD).into());
            typed("image", words.into_iter().chain(pixels).chain(address).collect(), lang().into_iter().chain([picture]).collect())
        }),
        ("PortableTextGallery", typed("gallery", vec![("images", several("PortableTextImage"))], lang())),
        ("PortableTextEmbed", {
            let all = vec![("url", address("uri").into()), ("title", string()), ("provider", or_null(Type::String))];
            typed("embed", all, lang())
        }),
        ("PortableTextTable", typed("table", vec![("rows", several("PortableTextRow"))], lang())),
        ("PortableTextCode", typed("code", vec![("language", string()), ("code", string())], lang())),
        ("PortableTextRule", typed("horizontal_rule", Vec::new(), lang())),
        ("PortableTextLiveUpdate", {
            let all = vec![("at", Ref::from_schema_name("Instant").into()), ("title", string()), ("content", several(BLOCK))];
            typed("live_update", all, lang())
        }),
        ("PortableTextFactbox", typed("factbox", vec![("title", string()), ("content", several(BLOCK))], lang())),
    ];
    let names: Vec<_> = blocks.iter().map(|(name, _)| (*name).to_owned()).collect();
    schemas.push((BLOCK.to_owned(), one_of("A block of Portable Text.", names)));
    schemas.extend(blocks.map(|(name, object)| (name.to_owned(), object.into())));
    let marks = ArrayBuilder::new().items(ObjectBuilder::new().schema_type(Type::String));
    let span = typed("span", vec![("text", string()), ("marks", marks.into())], Vec::new());
    let cell = {
        let spans = [("colspan", limits::COLSPAN), ("rowspan", limits::ROWSPAN)].map(|(name, most)| (name, number(1, most.into()).into()));
        let own = [("header", boolean()), ("text", several(TEXT))];
        typed("cell", own.into_iter().chain(spans).collect(), Vec::new())
    };
    let definitions = [("PortableTextLink", "link", "href"), ("PortableTextLanguage", "lang", "lang")];
    schemas
        .push(("PortableTextMarkDefinition".to_owned(), one_of("What a mark stands for.", definitions.map(|(name, ..)| name.to_owned()))));
    let parts = definitions.map(|(name, kind, attribute)| (name, typed(kind, vec![(attribute, string())], Vec::new())));
    let parts = parts.into_iter().chain([
        ("PortableTextSpan", span),
        ("PortableTextRow", typed("row", vec![("cells", several("PortableTextCell"))], Vec::new())),
        ("PortableTextCell", cell),
    ]);
    schemas.extend(parts.map(|(name, object)| (name.to_owned(), object.into())));
}
