//! Which fields of an article can be asked for alone, and which parts of them: `section.name`, `credits.authors.name`.
//!
//! **Decision.** What can be asked for is read off the schema of an article, to two steps below a field, so that it is what is answered and
//! nothing else. A body comes whole: its forms have parts that mean nothing alone. From the same walk comes the schema of what is answered then.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::LazyLock,
};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, Ref, RefOr, Schema,
        schema::{ArrayItems, Object, Type},
    },
};

use super::{Article, Field};

/// How many steps below a field there are.
const DEPTH: usize = 2;

/// What can be asked for, and the schema of an article of which anything may be missing, with those of its parts.
struct Partial {
    paths: Vec<String>,
    article: Object,
    parts: BTreeMap<String, RefOr<Schema>>,
}

static PARTIAL: LazyLock<Partial> = LazyLock::new(|| {
    let mut named = Vec::new();
    Article::schemas(&mut named);
    let mut walk = Walk { named: named.into_iter().collect(), paths: Vec::new(), parts: BTreeMap::new() };
    let RefOr::T(Schema::Object(mut article)) = Article::schema() else {
        return Partial { paths: Vec::new(), article: Object::new(), parts: BTreeMap::new() };
    };
    article.required.clear();
    for field in Field::ALL {
        walk.paths.push(field.as_str().to_owned());
        if let Some(property) = article.properties.get_mut(field.as_str()).filter(|_| *field != Field::Body) {
            walk.below(property, field.as_str(), DEPTH);
        }
    }
    Partial { paths: walk.paths, article, parts: walk.parts }
});

struct Walk {
    named: BTreeMap<String, RefOr<Schema>>,
    paths: Vec<String>,
    parts: BTreeMap<String, RefOr<Schema>>,
}

impl Walk {
    /// Note the parts of what a schema says of `at`, and let it refer to one in which any of them may be missing.
    fn below(&mut self, schema: &mut RefOr<Schema>, at: &str, depth: usize) {
        match schema {
            RefOr::T(Schema::Array(array)) => {
                if let ArrayItems::RefOrSchema(items) = &mut array.items {
                    self.below(items, at, depth);
                }
            }
            RefOr::T(Schema::OneOf(one)) => one.items.iter_mut().for_each(|item| self.below(item, at, depth)),
            RefOr::Ref(reference) if depth > 0 => {
                let name = reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
                let Some(RefOr::T(Schema::Object(object))) = self.named.get(&name) else { return };
                if object.properties.is_empty() {
                    return;
                }
                let mut part = object.clone();
                part.required.clear();
                part.example = None;
                part.description = Some(format!("`{name}`, or what was asked for of it."));
                for (property, schema) in &mut part.properties {
                    let at = format!("{at}.{property}");
                    self.paths.push(at.clone());
                    self.below(schema, &at, depth.saturating_sub(1));
                    undescribe(schema);
                }
                let name = format!("Partial{name}");
                *reference = Ref::from_schema_name(&name);
                self.parts.insert(name, RefOr::T(Schema::Object(part)));
            }
            _ => {}
        }
    }
}

/// Leave out what a property means and looks like: that is said where all of them are required.
pub fn undescribe(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::Ref(reference) => reference.description.clear(),
        RefOr::T(Schema::Object(object)) => {
            object.description = None;
            object.example = None;
        }
        RefOr::T(Schema::Array(array)) => {
            array.description = None;
            array.example = None;
        }
        RefOr::T(Schema::OneOf(one)) => one.description = None,
        RefOr::T(_) => {}
    }
}

/// The schema of an article of which anything may be missing.
pub(super) fn partial() -> Object {
    PARTIAL.article.clone()
}

/// Those of its parts.
pub(super) fn parts() -> impl Iterator<Item = (String, RefOr<Schema>)> {
    PARTIAL.parts.clone().into_iter()
}

/// A field of an article, or a part of one, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(&'static str);

impl From<Field> for FieldPath {
    fn from(field: Field) -> Self {
        Self(field.as_str())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let word = String::deserialize(d)?;
        let known = PARTIAL.paths.iter().find(|path| **path == word);
        known.map(|path| Self(path)).ok_or_else(|| D::Error::custom(format!("there is no field `{word}`; `ArticleField` names all")))
    }
}

impl PartialSchema for FieldPath {
    fn schema() -> RefOr<Schema> {
        let about = "A field of an article, or a part of one; of a list, that part of each in it.";
        let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(PARTIAL.paths.iter().map(String::as_str)));
        words.description(Some(about)).into()
    }
}

impl ToSchema for FieldPath {}

/// Which fields are asked for: a field that is asked for whole has no parts beside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fields(BTreeSet<FieldPath>);

impl<P: Into<FieldPath>> FromIterator<P> for Fields {
    fn from_iter<I: IntoIterator<Item = P>>(asked: I) -> Self {
        let all: BTreeSet<FieldPath> = asked.into_iter().map(Into::into).collect();
        let is_below = |path: &FieldPath, above: &FieldPath| path.0.strip_prefix(above.0).is_some_and(|rest| rest.starts_with('.'));
        Self(all.iter().filter(|path| !all.iter().any(|above| is_below(path, above))).copied().collect())
    }
}

impl Fields {
    /// Whether a field is asked for, or a part of it.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.0.iter().any(|path| path.0.split('.').next() == Some(field.as_str()))
    }

    /// How they are asked for.
    #[must_use]
    pub fn written(&self) -> String {
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }

    /// What they hold, in bytes.
    pub(in crate::delivery) fn heap(&self) -> usize {
        self.0.len().saturating_mul(32)
    }

    /// Leave of a field what is asked for of it: all, where none of its parts is.
    pub(super) fn prune(&self, name: &str, value: &mut Value) {
        let parts = below(self.0.iter().map(|path| path.0), name);
        if !parts.is_empty() {
            prune(value, &parts);
        }
    }
}

/// Of these paths those of parts of `name`, as they are called in it.
fn below<'p>(paths: impl Iterator<Item = &'p str>, name: &str) -> Vec<&'p str> {
    paths.filter_map(|path| path.strip_prefix(name)?.strip_prefix('.')).collect()
}

fn prune(value: &mut Value, paths: &[&str]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| prune(item, paths)),
        Value::Object(map) => map.retain(|name, value| {
            let parts = below(paths.iter().copied(), name);
            if !parts.is_empty() {
                prune(value, &parts);
            }
            !parts.is_empty() || paths.contains(&name.as_str())
        }),
        _ => {}
    }
}
