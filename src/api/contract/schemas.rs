//! What schemas are called: generators of clients make a type of each that has a name, and nothing readable of one that has none.
//!
//! A kind of something says its name as the title of its schema (`HomePage`) and becomes a component of that name, which the schema of all kinds
//! refers to and tells apart by the property that says which one it is. What is written out in one place and has a name elsewhere is referred to.

use std::collections::BTreeMap;

use utoipa::openapi::{
    OpenApi, Ref, RefOr,
    path::{Operation, PathItem},
    schema::{AdditionalProperties, ArrayItems, Discriminator, Object, OneOf, Schema},
};

pub(super) type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Where schemas are kept under their names.
pub(super) const PLACE: &str = "#/components/schemas/";

/// Give names to kinds and to lists, and refer to whatever has a name.
pub(super) fn name(api: &mut OpenApi) {
    let mut kinds = Schemas::new();
    each(api, &mut |schema, _| {
        take_kinds(schema, &mut kinds);
        false
    });
    api.components.get_or_insert_default().schemas.extend(kinds);
    name_lists(api);
    let named = Named::of(schemas(api));
    each(api, &mut |schema, is_component| !is_component && named.refer(schema));
    let all = schemas(api).clone();
    each(api, &mut |schema, _| {
        if let RefOr::T(Schema::OneOf(one)) = schema {
            one.discriminator = one.discriminator.take().or_else(|| discriminator(one, &all));
        }
        false
    });
}

fn schemas(api: &mut OpenApi) -> &mut Schemas {
    &mut api.components.get_or_insert_default().schemas
}

/// Take the kinds that say their names out of the schema of all of them.
fn take_kinds(schema: &mut RefOr<Schema>, kinds: &mut Schemas) {
    let RefOr::T(Schema::OneOf(one)) = schema else { return };
    for item in &mut one.items {
        let RefOr::T(Schema::Object(object)) = &mut *item else { continue };
        if let Some(name) = object.title.take() {
            let reference = RefOr::Ref(Ref::from_schema_name(&name));
            let kind = std::mem::replace(item, reference);
            kinds.insert(name, kind);
        }
    }
}

/// `TagListing` is a list of `Tag`.
fn name_lists(api: &mut OpenApi) {
    let listing = |name: &str| name.strip_prefix("Listing_").map(|of| format!("{of}Listing"));
    let all = std::mem::take(schemas(api));
    *schemas(api) = all.into_iter().map(|(name, schema)| (listing(&name).unwrap_or(name), schema)).collect();
    each(api, &mut |schema, _| {
        if let RefOr::Ref(reference) = schema
            && let Some(name) = reference.ref_location.strip_prefix(PLACE).and_then(listing)
        {
            reference.ref_location = format!("{PLACE}{name}");
        }
        false
    });
}

/// The names of schemas, by what these are without their descriptions.
struct Named(BTreeMap<String, Option<String>>);

impl Named {
    fn of(schemas: &Schemas) -> Self {
        let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (name, schema) in schemas {
            if let Some(shape) = shape(schema) {
                // What two names stand for is not told apart by its shape.
                names.entry(shape).and_modify(|of| *of = None).or_insert_with(|| Some(name.clone()));
            }
        }
        Self(names)
    }

    /// Refer to the name of a schema that has one; whether it has.
    fn refer(&self, schema: &mut RefOr<Schema>) -> bool {
        let Some(Some(name)) = shape(schema).and_then(|shape| self.0.get(&shape)) else { return false };
        *schema = RefOr::Ref(Ref::from_schema_name(name));
        true
    }
}

/// What a schema is, without its description; nothing for what is too plain to be recognised.
fn shape(schema: &RefOr<Schema>) -> Option<String> {
    let RefOr::T(schema) = schema else { return None };
    let mut schema = schema.clone();
    match &mut schema {
        Schema::Object(object) if !object.properties.is_empty() || object.enum_values.as_ref().is_some_and(|words| words.len() > 1) => {
            object.description = None;
        }
        Schema::OneOf(one) if one.items.len() > 2 => one.description = None,
        _ => return None,
    }
    serde_json::to_string(&schema).ok()
}

/// The property by which kinds are told apart, when each of them has a name and says in it which one it is.
fn discriminator(one: &OneOf, all: &Schemas) -> Option<Discriminator> {
    let kinds: Vec<(&str, &Object)> = one.items.iter().map(|item| kind(item, all)).collect::<Option<_>>()?;
    let (_, first) = kinds.first()?;
    first.properties.keys().find_map(|property| {
        let mut mapping = BTreeMap::new();
        for (place, object) in &kinds {
            for word in words(object, property)? {
                if mapping.insert(word, (*place).to_owned()).is_some() {
                    return None;
                }
            }
        }
        Some(Discriminator { mapping, ..Discriminator::new(property) })
    })
}

fn kind<'a>(item: &'a RefOr<Schema>, all: &'a Schemas) -> Option<(&'a str, &'a Object)> {
    let RefOr::Ref(reference) = item else { return None };
    match all.get(reference.ref_location.strip_prefix(PLACE)?)? {
        RefOr::T(Schema::Object(object)) => Some((&reference.ref_location, object)),
        _ => None,
    }
}

/// The words that a property of a kind may be, when it is always there.
fn words(object: &Object, property: &str) -> Option<Vec<String>> {
    if !object.required.iter().any(|name| name == property) {
        return None;
    }
    let RefOr::T(Schema::Object(of)) = object.properties.get(property)? else { return None };
    of.enum_values.as_ref()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
}

/// Go over every schema of the document, from outside in. `over` is told whether one is a component, and says whether what is within is left alone.
pub(super) fn each(api: &mut OpenApi, over: &mut impl FnMut(&mut RefOr<Schema>, bool) -> bool) {
    schemas(api).values_mut().for_each(|schema| go(schema, true, over));
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        let parameters = operation.parameters.iter_mut().flatten().filter_map(whole);
        parameters.filter_map(|parameter| parameter.schema.as_mut()).for_each(|schema| go(schema, false, over));
        let sent = operation.request_body.iter_mut().filter_map(whole).flat_map(|body| body.content.values_mut());
        sent.filter_map(whole).filter_map(|content| content.schema.as_mut()).for_each(|schema| go(schema, false, over));
        let answers = operation.responses.responses.values_mut().filter_map(whole);
        let answered = answers.flat_map(|response| response.content.values_mut()).filter_map(whole);
        answered.filter_map(|content| content.schema.as_mut()).for_each(|schema| go(schema, false, over));
    }
}

/// The operations of a path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// The same, each with whether it writes.
pub(super) fn writing(item: &mut PathItem) -> impl Iterator<Item = (bool, &mut Operation)> {
    let all = [(false, &mut item.get), (true, &mut item.put), (true, &mut item.post), (true, &mut item.delete), (true, &mut item.patch)];
    all.into_iter().filter_map(|(writes, operation)| Some((writes, operation.as_mut()?)))
}

/// What is written out, and not referred to.
pub(super) fn whole<T>(one: &mut RefOr<T>) -> Option<&mut T> {
    match one {
        RefOr::T(one) => Some(one),
        RefOr::Ref(_) => None,
    }
}

fn go(schema: &mut RefOr<Schema>, is_component: bool, over: &mut impl FnMut(&mut RefOr<Schema>, bool) -> bool) {
    if over(schema, is_component) {
        return;
    }
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                go(items, false, over);
            }
        }
        Schema::Object(object) => {
            object.properties.values_mut().for_each(|property| go(property, false, over));
            // A map that is only read: what its keys are comes first, and then that they are read only, which no text is.
            if let Some(Schema::AllOf(all)) = object.property_names.as_deref()
                && let Some(RefOr::T(first)) = all.items.first()
            {
                object.property_names = Some(Box::new(first.clone()));
            }
            if let Some(AdditionalProperties::RefOr(more)) = object.additional_properties.as_deref_mut() {
                go(more, false, over);
            }
        }
        Schema::OneOf(one) => one.items.iter_mut().for_each(|item| go(item, false, over)),
        Schema::AllOf(all) => all.items.iter_mut().for_each(|item| go(item, false, over)),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(|item| go(item, false, over)),
        _ => {}
    }
}
