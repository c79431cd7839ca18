//! What bodies look like, for the contract (JSON Schema 2020-12 as `OpenAPI` 3.1 uses it).

mod alone;
mod portable;

use std::borrow::Cow;

pub use alone::alone;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, Ref, RefOr, Schema,
        schema::{AdditionalProperties, Array, ArrayBuilder, KnownFormat, OneOfBuilder, SchemaFormat, Type},
    },
};

use super::{Document, Language, Node, SCHEMA, doc::MARKS, pictures::TOLD};
use crate::domain::{
    address::AddressKind,
    text::{Length, limits},
};

fn word<'w>(words: impl IntoIterator<Item = &'w str>) -> Object {
    let words: Vec<_> = words.into_iter().map(str::to_owned).collect();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

fn described(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().description(Some(description))
}

impl PartialSchema for Document {
    fn schema() -> RefOr<Schema> {
        described("Dateline's own document, in the shape of ProseMirror's JSON.")
            .property("schema", described("The version of the schema.").schema_type(Type::Integer).enum_values(Some([SCHEMA])))
            .property("type", word(["doc"]))
            .property("content", several(NODE))
            .required("type")
            .into()
    }
}

impl ToSchema for Document {
    fn name() -> Cow<'static, str> {
        "BodyDocument".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((NODE.to_owned(), Node::schema()));
        Node::schemas(schemas);
    }
}

impl PartialSchema for Node {
    fn schema() -> RefOr<Schema> {
        one_of("A block as it stands in a document. It has an id in `attrs.id` that outlives edits.", in_document().map(name))
    }
}

impl ToSchema for Node {
    fn name() -> Cow<'static, str> {
        NODE.into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        let mut push = |name: &str, schema: RefOr<Schema>| schemas.push((name.to_owned(), schema));
        push(BLOCK, one_of("A block as it stands within another.", IN_BLOCKS.map(name)));
        push(INLINE, one_of("A piece of running text.", INLINES.map(name)));
        push(CELL, one_of("A cell of a table.", CELLS.map(name)));
        push(MARK, mark());
        for kind in in_document().chain(PARTS) {
            push(&name(kind), node(kind).into());
            if has_attributes(kind) {
                push(&attributes_name(kind), attributes_schema(kind).into());
            }
        }
        push(REFERENCE, reference().into());
        for ((_, attrs), name) in marks_with().into_iter().zip(["LinkAttributes", "LangAttributes"]) {
            push(name, mark_attributes(attrs).into());
        }
        let marks = ArrayBuilder::new().items(Ref::from_schema_name(MARK)).max_items(Some(MARKS));
        let letters = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).build();
        let run = vec![("type", word(["text"]).into()), ("text", letters.into()), ("marks", marks.into())];
        push(&name("text"), closed(run, &["type", "text"]).into());
        push(&name("hard_break"), closed(vec![("type", word(["hard_break"]).into())], &["type"]).into());
    }
}

fn text(length: Length) -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(length.most_code_points()));
    if length.min == 0 { text.build() } else { text.min_length(Some(length.min)).build() }
}

fn patterned(pattern: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()
}

fn number(least: i32, most: i32) -> Object {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most)).build()
}

fn address(format: &str) -> Object {
    let format = SchemaFormat::Custom(format.to_owned());
    ObjectBuilder::new().schema_type(Type::String).format(Some(format)).max_length(Some(limits::URL)).build()
}

/// A link: absolute, a path of the site, or `#` with the id of a block.
fn link() -> Object {
    address("uri-reference")
}

/// What readers are given of a picture of the media library; whoever sends it back says nothing by it.
fn picture() -> RefOr<Schema> {
    let what = format!("What readers are given of a picture of the media library: the same as a `{TOLD}`. It is not read when it is sent.");
    described(&what).schema_type(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(true))).into()
}

fn uuid() -> Object {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).build()
}

/// What a link to the own site leads to.
fn reference() -> Object {
    let kinds = AddressKind::ALL.iter().map(|kind| kind.as_str());
    closed(vec![("kind", word(kinds).into()), ("id", uuid().into()), ("locale", lang().into())], &["kind", "id"])
}

fn lang() -> Object {
    text(Length { min: 2, max: 35 })
}

/// An object of these properties and no others.
fn closed(properties: Vec<(&str, RefOr<Schema>)>, required: &[&str]) -> Object {
    let object = ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let object = properties.into_iter().fold(object, |object, (name, schema)| object.property(name, schema));
    required.iter().fold(object, |object, name| object.required(*name)).build()
}

/// What each type of node has beside what all blocks have, and what of it has to be there; the reader knows the same.
fn attributes(kind: &str) -> (Vec<(&'static str, Object)>, &'static [&'static str]) {
    let title = limits::HEADLINE;
    let pixels = || number(1, 100_000);
    match kind {
        "heading" => (vec![("level", number(2, 4))], &["level"]),
        "pull_quote" => (vec![("attribution", text(limits::CREDIT))], &[]),
        "ordered_list" => (vec![("start", number(0, 1_000_000))], &[]),
        "image" => {
            let words = [("alt", text(limits::ALT)), ("caption", text(limits::CAPTION)), ("credit", text(limits::CREDIT))];
            let all = [("url", address("uri")), ("width", pixels()), ("height", pixels()), ("href", link()), ("to", reference())];
            (all.into_iter().chain(words).chain([("media_id", uuid())]).collect(), &[])
        }
        "embed" => (vec![("url", address("uri")), ("title", text(limits::CAPTION))], &["url"]),
        "code_block" => (vec![("language", patterned(Language::PATTERN))], &[]),
        "live_update" => {
            let at = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
            (vec![("at", at.build()), ("title", text(title))], &["at"])
        }
        "factbox" => (vec![("title", text(title))], &[]),
        "table_cell" | "table_header" => {
            let span = |most: u16| number(1, most.into());
            (vec![("colspan", span(limits::COLSPAN)), ("rowspan", span(limits::ROWSPAN))], &[])
        }
        _ => (Vec::new(), &[]),
    }
}

/// What stands in a document.
const NODE: &str = "BodyNode";
/// What stands within other blocks.
const BLOCK: &str = "BodyBlock";
const INLINE: &str = "BodyInline";
const CELL: &str = "BodyCell";
const MARK: &str = "BodyMark";
/// What a link to the own site leads to.
const REFERENCE: &str = "BodyReference";

const IN_BLOCKS: [&str; 13] = [
    "paragraph",
    "heading",
    "blockquote",
    "pull_quote",
    "bullet_list",
    "ordered_list",
    "image",
    "gallery",
    "embed",
    "table",
    "code_block",
    "horizontal_rule",
    "factbox",
];

fn in_document() -> impl Iterator<Item = &'static str> {
    IN_BLOCKS.into_iter().chain(["live_update"])
}

const CELLS: [&str; 2] = ["table_cell", "table_header"];

/// What stands in one kind of block alone; all but the first are no blocks, and have no ids.
const PARTS: [&str; 4] = ["list_item", "table_row", "table_cell", "table_header"];

const INLINES: [&str; 2] = ["text", "hard_break"];

/// The name of the schema of a type of node: `ListItemNode` of `list_item`.
fn name(kind: &str) -> String {
    let capital = |word: &str| word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)).collect::<String>();
    kind.split('_').map(capital).chain(["Node".to_owned()]).collect()
}

/// What a node of this type holds; nothing, when it holds none.
fn content(kind: &str) -> Option<Array> {
    Some(match kind {
        "image" | "embed" | "horizontal_rule" => return None,
        "blockquote" | "list_item" | "live_update" | "factbox" => several(BLOCK),
        "bullet_list" | "ordered_list" => several(&name("list_item")),
        "gallery" => several(&name("image")),
        "table" => several(&name("table_row")),
        "table_row" => several(CELL),
        "code_block" => several(&name("text")),
        _ => several(INLINE),
    })
}

fn several(of: &str) -> Array {
    ArrayBuilder::new().items(Ref::from_schema_name(of)).max_items(Some(limits::BODY_NODES)).build()
}

fn one_of(description: &str, names: impl IntoIterator<Item = String>) -> RefOr<Schema> {
    let all = OneOfBuilder::new().description(Some(description));
    names.into_iter().fold(all, |all, name| all.item(Ref::from_schema_name(name))).into()
}

/// What every block has, but for a rule, which has no words.
fn of_any_block(kind: &str) -> impl Iterator<Item = (&'static str, Object)> {
    let id = || patterned("^[a-z0-9_-]{1,36}$");
    let lang = (kind != "horizontal_rule").then(|| ("lang", lang()));
    let guessed = ObjectBuilder::new().schema_type(Type::Boolean).build();
    [("id", id()), ("source", id()), ("guessed", guessed)].into_iter().chain(lang)
}

/// Whether it has an id.
fn is_block(kind: &str) -> bool {
    kind == "list_item" || !PARTS.contains(&kind)
}

fn has_attributes(kind: &str) -> bool {
    is_block(kind) || !attributes(kind).0.is_empty()
}

/// The name of the schema of its attributes: of their own, or of what all blocks have.
fn attributes_name(kind: &str) -> String {
    if attributes(kind).0.is_empty() && kind != "horizontal_rule" {
        return "BlockAttributes".to_owned();
    }
    format!("{}Attributes", name(kind).trim_end_matches("Node"))
}

fn attributes_schema(kind: &'static str) -> Object {
    let (own, required) = attributes(kind);
    let common = is_block(kind).then(|| of_any_block(kind));
    let mut all: Vec<_> = common.into_iter().flatten().chain(own).map(|(name, schema)| (name, schema.into())).collect();
    if kind == "image" {
        all.push(("picture", picture()));
    }
    closed(all, required)
}

fn node(kind: &'static str) -> Object {
    let required = attributes(kind).1;
    let mut properties = vec![("type", word([kind]).into())];
    if has_attributes(kind) {
        properties.push(("attrs", Ref::from_schema_name(attributes_name(kind)).into()));
    }
    properties.extend(content(kind).map(|content| ("content", content.into())));
    closed(properties, if required.is_empty() { &["type"] } else { &["type", "attrs"] })
}

/// Marks without attributes.
const PLAIN_MARKS: [&str; 7] = ["bold", "italic", "underline", "strike", "sub", "sup", "code"];

/// Marks with attributes, of which the first has to be there.
fn marks_with() -> [(&'static str, Vec<(&'static str, Object)>); 2] {
    [("link", vec![("href", link()), ("to", reference())]), ("lang", vec![("lang", lang())])]
}

fn mark_attributes(attrs: Vec<(&'static str, Object)>) -> Object {
    let first: Vec<_> = attrs.iter().take(1).map(|(name, _)| *name).collect();
    closed(attrs.into_iter().map(|(name, schema)| (name, schema.into())).collect(), &first)
}

fn mark() -> RefOr<Schema> {
    let titled = |title: &str, mut object: Object| {
        object.title = Some(title.to_owned());
        object
    };
    let with = |kind: &'static str, attrs: Vec<(&'static str, Object)>| {
        closed(vec![("type", word([kind]).into()), ("attrs", mark_attributes(attrs).into())], &["type", "attrs"])
    };
    let all = OneOfBuilder::new().description(Some("How a piece of running text is set."));
    let all = marks_with().into_iter().fold(all, |all, (kind, attrs)| {
        let title = if kind == "link" { "LinkMark" } else { "LangMark" };
        all.item(titled(title, with(kind, attrs)))
    });
    all.item(titled("PlainMark", closed(vec![("type", word(PLAIN_MARKS).into())], &["type"]))).into()
}

/// A body that is sent or answered: `format`, and `content` whose type follows it.
///
/// `textual` are the formats whose content is a string; `blocks` whether Portable Text is among the others. `of` begins the names of the kinds.
#[must_use]
pub fn body(of: &str, textual: &[&str], blocks: bool, closed: bool) -> RefOr<Schema> {
    let form = |title: &str, formats: Object, content: RefOr<Schema>| {
        let object = ObjectBuilder::new().title(Some(format!("{of}{title}"))).property("format", formats).property("content", content);
        let object = object.required("format").required("content");
        if closed { object.additional_properties(Some(AdditionalProperties::FreeForm(false))) } else { object }
    };
    let string = described("The body as text of that format.").schema_type(Type::String);
    let mut forms = OneOfBuilder::new()
        .description(Some("The body of a story; the type of its content follows its format."))
        .item(form("TextBody", word(textual.iter().copied()), string.into()))
        .item(form("DocumentBody", word(["doc"]), Ref::from_schema_name(Document::name()).into()));
    if blocks {
        let array = ArrayBuilder::new().description(Some("Portable Text blocks.")).items(Ref::from_schema_name(portable::BLOCK));
        forms = forms.item(form("PortableTextBody", word(["portable_text"]), array.into()));
    }
    forms.into()
}

/// The schemas that [`body`] refers to.
pub fn refer(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((Document::name().into_owned(), Document::schema()));
    Document::schemas(schemas);
    portable::refer(schemas);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{
        Error, Locale,
        body::{Block, BlockId, Inline, Mark, doc},
    };

    /// The attributes that the reader says it does not know.
    fn unknown(block: &Value) -> BTreeSet<String> {
        let Err(Error::Invalid(faults)) = doc::read(&json!({ "type": "doc", "content": [block] }), "#", &mut || BlockId::new(1)) else {
            panic!("{block}")
        };
        let named = faults.into_iter().filter(|v| v.code == "unknown_attribute");
        named.filter_map(|v| v.pointer.rsplit('/').next().map(str::to_owned)).collect()
    }

    /// A block that is or holds a node or mark of this type, which has every attribute that any has, and one that none has.
    fn bearing(kind: &str, all: &BTreeSet<&str>) -> Value {
        let attrs: Value = all.iter().map(|name| ((*name).to_owned(), json!("x"))).collect::<serde_json::Map<_, _>>().into();
        let node = json!({ "type": kind, "attrs": attrs });
        match kind {
            "list_item" => json!({ "type": "bullet_list", "content": [node] }),
            "table_cell" | "table_header" => json!({ "type": "table", "content": [{ "type": "table_row", "content": [node] }] }),
            _ if in_document().any(|known| known == kind) => node,
            _ => json!({ "type": "paragraph", "content": [{ "type": "text", "text": "x", "marks": [node] }] }),
        }
    }

    /// The attributes of the contract, by the types of nodes and marks.
    fn contract() -> Vec<(&'static str, BTreeSet<&'static str>)> {
        let names = |all: Vec<(&'static str, Object)>| all.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
        let blocks = in_document().chain(["list_item"]);
        let blocks = blocks.map(|kind| (kind, names(of_any_block(kind).chain(attributes(kind).0).collect())));
        let cells = CELLS.into_iter().map(|kind| (kind, names(attributes(kind).0)));
        let marks = marks_with().into_iter().map(|(kind, attrs)| (kind, names(attrs)));
        blocks.chain(cells).chain(marks).chain(PLAIN_MARKS.map(|kind| (kind, BTreeSet::new()))).collect()
    }

    #[test]
    fn the_contract_and_the_reader_know_the_same_attributes() {
        let contract = contract();
        let all: BTreeSet<&str> = contract.iter().flat_map(|(_, names)| names.iter().copied()).chain(["onclick"]).collect();
        assert!(all.len() > 15 && contract.len() == 26, "{all:?}");
        for (kind, known) in contract.iter().filter(|(kind, _)| *kind != "live_update") {
            let expected: BTreeSet<String> = all.iter().filter(|name| !known.contains(*name)).map(|name| (*name).to_owned()).collect();
            assert_eq!(unknown(&bearing(kind, &all)), expected, "{kind}");
        }
    }

    #[test]
    fn the_contract_and_the_writer_know_the_same_marks() {
        let all = [Mark::Bold, Mark::Italic, Mark::Underline, Mark::Strike, Mark::Sub, Mark::Sup, Mark::Code];
        let with = [Mark::Lang(Locale::english()), Mark::Link { href: "/".to_owned().into() }];
        let mut written = BTreeSet::new();
        for mark in all.into_iter().chain(with) {
            let line = vec![Inline::Text { text: "x".to_owned(), marks: vec![mark] }];
            let value = doc::write_block(&Block::new(BlockId::new(0), Node::Paragraph(line)));
            written.extend(value.pointer("/content/0/marks/0/type").and_then(Value::as_str).map(str::to_owned));
        }
        let known = marks_with().into_iter().map(|(kind, _)| kind).chain(PLAIN_MARKS).map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(written, known);
    }
}
