//! What bodies look like, for the contract (JSON Schema 2020-12 as `OpenAPI` 3.1 uses it).

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, Ref, RefOr, Schema,
        schema::{AdditionalProperties, ArrayBuilder, OneOfBuilder, Type},
    },
};

use super::{Document, Node, SCHEMA};

const NODES: [&str; 20] = [
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
    "table_row",
    "table_cell",
    "table_header",
    "code_block",
    "horizontal_rule",
    "live_update",
    "factbox",
    "text",
    "hard_break",
];
const MARKS: [&str; 8] = ["link", "lang", "bold", "italic", "underline", "strike", "sub", "sup"];

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
    ArrayBuilder::new().items(Ref::from_schema_name(Node::name()))
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

impl PartialSchema for Node {
    fn schema() -> RefOr<Schema> {
        let mark = ObjectBuilder::new()
            .property("type", word(MARKS))
            .property("attrs", open("`href` of a link, `lang` of text in another language."))
            .required("type");
        described("A block, or a piece of running text. A block has an id in `attrs.id` that outlives edits.")
            .property("type", word(NODES))
            .property("attrs", open("What this type of node has, and no more."))
            .property("content", nodes())
            .property("text", described("Of a `text` node.").schema_type(Type::String))
            .property("marks", ArrayBuilder::new().items(mark))
            .required("type")
            .into()
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
