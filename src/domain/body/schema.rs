//! What bodies look like, for the contract (JSON Schema 2020-12 as `OpenAPI` 3.1 uses it).

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, Ref, RefOr, Schema,
        schema::{AdditionalProperties, ArrayBuilder, KnownFormat, OneOf, OneOfBuilder, SchemaFormat, Type},
    },
};

use super::{Document, Language, Node, SCHEMA, doc::MARKS};
use crate::domain::text::{Length, limits};

fn word<'w>(words: impl IntoIterator<Item = &'w str>) -> Object {
    let words: Vec<_> = words.into_iter().map(str::to_owned).collect();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

fn described(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().description(Some(description))
}

fn open(description: &str) -> ObjectBuilder {
    described(description).schema_type(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(true)))
}

fn nodes() -> ArrayBuilder {
    ArrayBuilder::new().items(Ref::from_schema_name(Node::name())).max_items(Some(limits::BODY_NODES))
}

impl PartialSchema for Document {
    fn schema() -> RefOr<Schema> {
        described("Dateline's own document, in the shape of ProseMirror's JSON.")
            .property("schema", described("The version of the schema.").schema_type(Type::Integer).enum_values(Some([SCHEMA])))
            .property("type", word(["doc"]))
            .property("content", nodes())
            .required("type")
            .into()
    }
}

impl ToSchema for Document {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Node::name().into_owned(), Node::schema()));
    }
}

fn text(length: Length) -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(length.max));
    if length.min == 0 { text.build() } else { text.min_length(Some(length.min)).build() }
}

fn patterned(pattern: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()
}

fn number(least: i32, most: i32) -> Object {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most)).build()
}

fn address() -> Object {
    let format = SchemaFormat::Custom("uri".to_owned());
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).max_length(Some(limits::URL)).build()
}

/// An object of these properties and no others.
fn closed(properties: Vec<(&str, RefOr<Schema>)>, required: &[&str]) -> Object {
    let object = ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let object = properties.into_iter().fold(object, |object, (name, schema)| object.property(name, schema));
    required.iter().fold(object, |object, name| object.required(*name)).build()
}

/// What each type of block has beside `id` and `source`, and what of it has to be there; the reader knows the same.
fn attributes(kind: &str) -> (Vec<(&'static str, Object)>, &'static [&'static str]) {
    let title = Length { min: 0, ..limits::HEADLINE };
    let pixels = || number(1, 100_000);
    match kind {
        "heading" => (vec![("level", number(2, 4))], &["level"]),
        "pull_quote" => (vec![("attribution", text(limits::CREDIT))], &[]),
        "ordered_list" => (vec![("start", number(0, 1_000_000))], &[]),
        "image" => {
            let words = [("alt", text(limits::ALT)), ("caption", text(limits::CAPTION)), ("credit", text(limits::CREDIT))];
            let all = [("url", address()), ("width", pixels()), ("height", pixels())].into_iter().chain(words);
            (all.collect(), &["url", "alt"])
        }
        "embed" => (vec![("url", address()), ("title", text(limits::CAPTION))], &["url"]),
        "code_block" => (vec![("language", patterned(Language::PATTERN))], &[]),
        "live_update" => {
            let at = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
            (vec![("at", at.build()), ("title", text(title))], &["at"])
        }
        "factbox" => (vec![("title", text(title))], &[]),
        _ => (Vec::new(), &[]),
    }
}

const BLOCKS: [&str; 15] = [
    "paragraph",
    "heading",
    "blockquote",
    "pull_quote",
    "bullet_list",
    "ordered_list",
    "list_item",
    "image",
    "gallery",
    "embed",
    "table",
    "code_block",
    "horizontal_rule",
    "live_update",
    "factbox",
];

fn block(kind: &'static str) -> Object {
    let id = || -> RefOr<Schema> { patterned("^[a-z0-9_-]{1,36}$").into() };
    let (own, required) = attributes(kind);
    let attrs = [("id", id()), ("source", id())].into_iter().chain(own.into_iter().map(|(name, schema)| (name, schema.into())));
    let mut properties = vec![("type", word([kind]).into()), ("attrs", closed(attrs.collect(), required).into())];
    if !matches!(kind, "image" | "embed" | "horizontal_rule") {
        properties.push(("content", nodes().into()));
    }
    closed(properties, if required.is_empty() { &["type"] } else { &["type", "attrs"] })
}

fn mark() -> OneOf {
    let with = |kind: &'static str, name: &'static str, schema: Object| {
        let attrs = closed(vec![(name, schema.into())], &[name]);
        closed(vec![("type", word([kind]).into()), ("attrs", attrs.into())], &["type", "attrs"])
    };
    let plain = word(["bold", "italic", "underline", "strike", "sub", "sup"]);
    OneOfBuilder::new()
        .item(with("link", "href", address()))
        .item(with("lang", "lang", text(Length { min: 2, max: 35 })))
        .item(closed(vec![("type", plain.into())], &["type"]))
        .build()
}

impl PartialSchema for Node {
    fn schema() -> RefOr<Schema> {
        let letters = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).build();
        let marks = ArrayBuilder::new().items(RefOr::T(Schema::OneOf(mark()))).max_items(Some(MARKS));
        let run = vec![("type", word(["text"]).into()), ("text", letters.into()), ("marks", marks.into())];
        let part = |kind| closed(vec![("type", word([kind]).into()), ("content", nodes().into())], &["type"]);
        let description = "A block, or a piece of running text. A block has an id in `attrs.id` that outlives edits.";
        let forms = BLOCKS.into_iter().fold(OneOfBuilder::new().description(Some(description)), |all, kind| all.item(block(kind)));
        let forms = ["table_row", "table_cell", "table_header"].into_iter().fold(forms, |all, kind| all.item(part(kind)));
        forms.item(closed(run, &["type", "text"])).item(closed(vec![("type", word(["hard_break"]).into())], &["type"])).into()
    }
}

impl ToSchema for Node {
    fn name() -> Cow<'static, str> {
        "Node".into()
    }
}

/// A body that is sent or answered: `format`, and `content` whose type follows it.
///
/// `textual` are the formats whose content is a string; `blocks` whether Portable Text is among the others.
#[must_use]
pub fn body(textual: &[&str], blocks: bool, closed: bool) -> RefOr<Schema> {
    let form = |formats: Object, content: RefOr<Schema>| {
        let object = ObjectBuilder::new().property("format", formats).property("content", content);
        let object = object.required("format").required("content");
        if closed { object.additional_properties(Some(AdditionalProperties::FreeForm(false))) } else { object }
    };
    let string = described("The body as text of that format.").schema_type(Type::String);
    let mut forms = OneOfBuilder::new()
        .description(Some("The body of a story; the type of its content follows its format."))
        .item(form(word(textual.iter().copied()), string.into()))
        .item(form(word(["doc"]), Ref::from_schema_name(Document::name()).into()));
    if blocks {
        let array = ArrayBuilder::new().description(Some("Portable Text blocks.")).items(open("A block."));
        forms = forms.item(form(word(["portable_text"]), array.into()));
    }
    forms.into()
}

/// The schemas that [`body`] refers to.
pub fn refer(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((Document::name().into_owned(), Document::schema()));
    Document::schemas(schemas);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{
        Error,
        body::{BlockId, doc},
    };

    /// What the reader says of a block with every attribute that any block has, and one that none has.
    fn unknown(kind: &str, all: &BTreeSet<&str>) -> BTreeSet<String> {
        let attrs: Value = all.iter().map(|name| ((*name).to_owned(), json!("x"))).collect::<serde_json::Map<_, _>>().into();
        let mut block = json!({ "type": kind, "attrs": attrs });
        if kind == "list_item" {
            block = json!({ "type": "bullet_list", "content": [block] });
        }
        let Err(Error::Invalid(faults)) = doc::read(&json!({ "type": "doc", "content": [block] }), "#", &mut || BlockId::new(1)) else {
            panic!("{kind}")
        };
        let named = faults.into_iter().filter(|v| v.code == "unknown_attribute");
        named.filter_map(|v| v.pointer.rsplit('/').next().map(str::to_owned)).collect()
    }

    #[test]
    fn the_contract_and_the_reader_know_the_same_attributes() {
        let of = |kind| attributes(kind).0.into_iter().map(|(name, _)| name).chain(["id", "source"]).collect::<BTreeSet<_>>();
        let all: BTreeSet<&str> = BLOCKS.into_iter().flat_map(of).chain(["onclick"]).collect();
        assert!(all.len() > 12, "{all:?}");
        for kind in BLOCKS.into_iter().filter(|kind| *kind != "live_update") {
            let known = of(kind);
            let expected: BTreeSet<String> = all.iter().filter(|name| !known.contains(*name)).map(|name| (*name).to_owned()).collect();
            assert_eq!(unknown(kind, &all), expected, "{kind}");
        }
    }
}
