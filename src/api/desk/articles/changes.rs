//! Lists in a patch, which are sent whole, or as what comes to them and what goes.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer, value::SeqAccessDeserializer},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder},
    },
};

use crate::domain::{Error, Violation, tag::TagId};

/// A list as it is to be, or how it is to change.
#[derive(Debug)]
pub enum ListChange<T> {
    /// All of it.
    Whole(Vec<T>),
    /// One by one.
    Parts(Parts<T>),
}

/// What comes to a list, at its end, and what goes from it, which is done first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts<T> {
    #[serde(default = "Vec::new")]
    add: Vec<T>,
    #[serde(default = "Vec::new")]
    remove: Vec<T>,
}

/// Tags as they are to be, or how they are to change.
pub type TagChange = ListChange<TagId>;

impl<T> Default for ListChange<T> {
    fn default() -> Self {
        Self::Whole(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ListChange<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = ListChange<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list, or an object with `add` and `remove`")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, all: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(all)).map(ListChange::Whole)
            }
            fn visit_map<A: MapAccess<'de>>(self, parts: A) -> Result<Self::Value, A::Error> {
                Parts::deserialize(MapAccessDeserializer::new(parts)).map(ListChange::Parts)
            }
        }
        d.deserialize_any(Either(PhantomData))
    }
}

/// Where in a request the items of a list were named; nowhere, when they were there before.
#[derive(Debug, Default)]
pub(in crate::api::desk) struct Places {
    list: &'static str,
    added: Option<Vec<Option<usize>>>,
}

impl<T> ListChange<T> {
    /// What comes and goes, where it is named one by one.
    pub(super) fn parts_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let parts = if let Self::Parts(parts) = self { Some(parts) } else { None };
        parts.into_iter().flat_map(|parts| parts.add.iter_mut().chain(&mut parts.remove))
    }
}

impl<T: PartialEq> ListChange<T> {
    /// The list that this makes of the present one, and where its items were named. What is there is not added again, and what is not there is
    /// not missed.
    pub(super) fn applied(self, list: &'static str, present: Vec<T>) -> (Vec<T>, Places) {
        let parts = match self {
            Self::Whole(all) => return (all, Places { list, added: None }),
            Self::Parts(parts) => parts,
        };
        let mut all: Vec<(T, Option<usize>)> =
            present.into_iter().filter(|one| !parts.remove.contains(one)).map(|one| (one, None)).collect();
        for (n, one) in parts.add.into_iter().enumerate() {
            if all.iter().all(|(there, _)| *there != one) {
                all.push((one, Some(n)));
            }
        }
        let (all, added) = all.into_iter().unzip();
        (all, Places { list, added: Some(added) })
    }
}

impl Places {
    /// A refusal that points into the list, pointing to where the item was named in the request.
    pub(in crate::api::desk) fn pointed(&self, refusal: Error) -> Error {
        let (Error::Invalid(faults), Some(added)) = (&refusal, &self.added) else { return refusal };
        let prefix = format!("#/{}/", self.list);
        let place = |fault: &Violation| {
            let rest = fault.pointer.strip_prefix(&prefix)?;
            let (place, within) = rest.split_once('/').map_or((rest, String::new()), |(place, within)| (place, format!("/{within}")));
            let named = added.get(place.parse::<usize>().ok()?)?;
            Some(named.map_or_else(|| format!("#/{}", self.list), |n| format!("{prefix}add/{n}{within}")))
        };
        let faults =
            faults.iter().map(|fault| Violation { pointer: place(fault).unwrap_or_else(|| fault.pointer.clone()), ..fault.clone() });
        Error::Invalid(faults.collect())
    }
}

impl<T: ToSchema> PartialSchema for Parts<T> {
    fn schema() -> RefOr<Schema> {
        let list = |what: &str| ArrayBuilder::new().items(T::schema()).description(Some(what)).max_items(Some(200));
        // By its title it becomes a component.
        ObjectBuilder::new()
            .title(Some(Self::name()))
            .description(Some("What comes to a list, and what goes; what is there already, or is not there, changes nothing."))
            .property("add", list("Come to its end."))
            .property("remove", list("Go, before others come."))
            .into()
    }
}

impl<T: ToSchema> ToSchema for Parts<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Changes", T::name()))
    }
}

impl<T: ToSchema> PartialSchema for ListChange<T> {
    fn schema() -> RefOr<Schema> {
        let whole = ArrayBuilder::new().items(T::schema());
        OneOfBuilder::new().item(whole).item(Parts::<T>::schema()).description(Some("The whole list, or what comes and goes.")).into()
    }
}

impl<T: ToSchema> ToSchema for ListChange<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}ListChange", T::name()))
    }
}
