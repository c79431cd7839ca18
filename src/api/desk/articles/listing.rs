//! `GET /v1/desk/articles`: what is asked for, and the answer, of which editors' lists may want a part.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema, schema::AnyOfBuilder},
};
use uuid::Uuid;

use super::{
    fields::{DeskField, DeskInclude, OF_TRANSLATIONS},
    shape::{DeskArticle, Needs, TranslationInfo, shown_in_part},
};
use crate::{
    access::Caller,
    api::extract::words,
    delivery::articles::undescribe,
    domain::{
        Error, Id, Instant, Locale,
        address::AddressKind,
        article::{Article, Genre, Kind},
        author::{Author, AuthorId},
        error::Faults,
        page::PageInfo,
        section::SectionId,
        tag::{Tag, TagId},
        text::limits,
        translation::State as Stand,
        user::{Named, User, UserId},
    },
    store::{
        self, Tx,
        desk_lists::{DeskOrder, Filter, Listed, Window},
    },
};

const _: () = assert!(limits::SOUGHT == 200, "as the contract has it of `text` and `body_text`");

/// Which articles a desk list shows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDeskArticles {
    /// With a translation in one of these states, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    state: Option<Vec<Stand>>,
    /// With a translation in one of these locales; all that is asked of words, editions, plans and assignments is asked of these.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    locale: Option<Vec<Locale>>,
    /// In one of these sections or below it.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    section: Option<Vec<SectionId>>,
    /// Credited to one of these authors.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    author: Option<Vec<AuthorId>>,
    /// Carrying one of these tags.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    tag: Option<Vec<TagId>>,
    /// Of one of these kinds.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    kind: Option<Vec<Kind>>,
    /// Of one of these genres.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    genre: Option<Vec<Genre>>,
    /// With words given to one of these: ids of users, `me`, or `nobody`.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    assignee: Option<Vec<String>>,
    /// Created by one of these: ids of users, or `me`.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false, max_items = 20)]
    creator: Option<Vec<String>>,
    /// Of which something is live, or nothing.
    live: Option<bool>,
    /// Under an embargo that runs, or under none.
    embargoed: Option<bool>,
    /// With plans that have not failed, or without.
    scheduled: Option<bool>,
    /// With this text in a headline.
    #[param(max_length = 200)]
    text: Option<String>,
    /// With this text in a body, where no mark begins or ends within it; reads the bodies of all that is asked for beside.
    #[param(max_length = 200)]
    body_text: Option<String>,
    /// First saved at or after this instant.
    #[param(inline)]
    created_after: Option<Instant>,
    /// First saved before this instant.
    #[param(inline)]
    created_before: Option<Instant>,
    /// Last saved at or after this instant.
    #[param(inline)]
    updated_after: Option<Instant>,
    /// Last saved before this instant.
    #[param(inline)]
    updated_before: Option<Instant>,
    /// Live, and first published at or after this instant.
    #[param(inline)]
    published_after: Option<Instant>,
    /// Live, and first published before this instant.
    #[param(inline)]
    published_before: Option<Instant>,
    /// Only those that you created.
    #[param(default = false)]
    mine: Option<bool>,
    /// The order; `-updated_at` when absent.
    #[param(inline)]
    pub(super) sort: Option<DeskOrder>,
    /// Only these fields of the articles, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    pub(super) fields: Option<Vec<DeskField>>,
    /// Whose names come along, in `included`, parted by commas.
    #[serde(default, deserialize_with = "words")]
    #[param(inline, style = Form, explode = false)]
    pub(super) include: Option<Vec<DeskInclude>>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    pub(super) limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    pub(super) cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    pub(super) count: Option<bool>,
}

/// Several that were asked for, if not too many.
fn few<T>(faults: &mut Faults, name: &str, given: Option<Vec<T>>) -> Vec<T> {
    let all = given.unwrap_or_default();
    if all.len() > limits::FILTER_NAMES {
        faults.add(format!("?{name}"), "too_many", format!("{}; at most {}", all.len(), limits::FILTER_NAMES));
    }
    all
}

/// People by id, or oneself; whether `nobody` is among them, where that may be.
fn people(
    faults: &mut Faults,
    name: &'static str,
    given: Option<Vec<String>>,
    me: Option<Id<User>>,
    or_nobody: bool,
) -> (Vec<UserId>, bool) {
    let (mut ids, mut nobody) = (Vec::new(), false);
    for word in few(faults, name, given) {
        match word.as_str() {
            "nobody" if or_nobody => nobody = true,
            "me" if me.is_some() => ids.extend(me),
            id => match id.parse() {
                Ok(id) => ids.push(id),
                Err(_) if or_nobody => faults.add(format!("?{name}"), name, "ids of users, `me`, or `nobody`"),
                Err(_) => faults.add(format!("?{name}"), name, "ids of users, or `me`"),
            },
        }
    }
    (ids, nobody)
}

impl ListDeskArticles {
    /// Which articles are asked for.
    ///
    /// # Errors
    /// [`Error::Invalid`] for every parameter with too many values, or one that names nobody.
    pub(super) fn filter(&mut self, caller: &Caller) -> Result<Filter, Error> {
        let (mut faults, me) = (Faults::default(), caller.user_id());
        let (assignees, unassigned) = people(&mut faults, "assignee", self.assignee.take(), me, true);
        let (mut creators, _) = people(&mut faults, "creator", self.creator.take(), me, false);
        if let Some(me) = me.filter(|_| self.mine == Some(true)) {
            // Both are to hold.
            creators = if creators.is_empty() || creators.contains(&me) { vec![me] } else { vec![Id::from(Uuid::nil())] };
        }
        let filter = Filter {
            states: self.state.take().unwrap_or_default(),
            locales: few(&mut faults, "locale", self.locale.take()),
            text: self.text.take(),
            body_text: self.body_text.take().filter(|text| !text.is_empty()),
            sections: few(&mut faults, "section", self.section.take()),
            authors: few(&mut faults, "author", self.author.take()),
            tags: few(&mut faults, "tag", self.tag.take()),
            kinds: self.kind.take().unwrap_or_default(),
            genres: self.genre.take().unwrap_or_default(),
            assignees,
            unassigned,
            creators,
            live: self.live,
            embargoed: self.embargoed,
            scheduled: self.scheduled,
            created: Window { after: self.created_after, before: self.created_before },
            updated: Window { after: self.updated_after, before: self.updated_before },
            published: Window { after: self.published_after, before: self.published_before },
        };
        faults.or(filter)
    }
}

/// Who names an author or a tag that was merged into another means the other.
pub(super) fn merged(tx: &mut Tx<'_>, filter: &mut Filter) -> Result<(), Error> {
    let authors = filter.authors.iter().map(|id| (AddressKind::Author, id.uuid()));
    let named: Vec<_> = authors.chain(filter.tags.iter().map(|id| (AddressKind::Tag, id.uuid()))).collect();
    let present = store::merging::present(tx, named)?;
    let now = |id: Uuid| present.get(&id).copied().unwrap_or(id);
    filter.authors.iter_mut().for_each(|id| *id = Id::<Author>::from(now(id.uuid())));
    filter.tags.iter_mut().for_each(|id| *id = Id::<Tag>::from(now(id.uuid())));
    Ok(())
}

/// The names of something in every locale.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NamesInfo {
    /// Its id.
    pub id: Uuid,
    /// Its names, by locale.
    pub names: BTreeMap<Locale, String>,
}

/// The name of somebody.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonInfo {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they have left: they are a user no more.
    pub former: bool,
}

/// Names that came along, each once.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct DeskIncluded {
    /// Sections.
    pub sections: Vec<NamesInfo>,
    /// Authors.
    pub authors: Vec<NamesInfo>,
    /// Tags.
    pub tags: Vec<NamesInfo>,
    /// People.
    pub people: Vec<PersonInfo>,
}

/// Documents an article of a list: all of it, or some fields.
#[derive(Debug)]
struct DeskArticleAnswer;

/// Documents an article of a list, with the fields that were asked for.
#[derive(Debug)]
struct PartialDeskArticle;

/// Documents a translation in parts.
#[derive(Debug)]
struct PartialTranslationInfo;

fn sparse(schema: RefOr<Schema>, description: &str) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = schema else { return schema };
    object.required.clear();
    object.description = Some(description.to_owned());
    object.properties.values_mut().for_each(undescribe);
    RefOr::T(Schema::Object(object))
}

impl PartialSchema for PartialTranslationInfo {
    fn schema() -> RefOr<Schema> {
        sparse(TranslationInfo::schema(), "A translation, with the parts that were asked for (`fields=`).")
    }
}

impl PartialSchema for PartialDeskArticle {
    fn schema() -> RefOr<Schema> {
        let schema = sparse(DeskArticle::schema(), "An article as the desk keeps it, with the fields that were asked for (`fields=`).");
        let RefOr::T(Schema::Object(mut object)) = schema else { return schema };
        object.properties.remove("warnings");
        if let Some(RefOr::T(Schema::Object(map))) = object.properties.get_mut("translations") {
            let of = RefOr::Ref(Ref::from_schema_name("PartialTranslationInfo"));
            map.additional_properties = Some(Box::new(of.into()));
        }
        RefOr::T(Schema::Object(object))
    }
}

impl ToSchema for PartialTranslationInfo {}
impl ToSchema for PartialDeskArticle {}

impl PartialSchema for DeskArticleAnswer {
    fn schema() -> RefOr<Schema> {
        let of = |name: &str| Ref::from_schema_name(name);
        AnyOfBuilder::new()
            .item(of("DeskArticle"))
            .item(of("PartialDeskArticle"))
            .description(Some("All of it; with `fields=`, some of it."))
            .into()
    }
}

impl ToSchema for DeskArticleAnswer {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("DeskArticle".to_owned(), DeskArticle::schema()));
        schemas.push(("PartialDeskArticle".to_owned(), PartialDeskArticle::schema()));
        schemas.push(("PartialTranslationInfo".to_owned(), PartialTranslationInfo::schema()));
        DeskArticle::schemas(schemas);
    }
}

/// A page of articles as the desk keeps them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeskArticlePage {
    /// What is on it.
    #[schema(value_type = Vec<DeskArticleAnswer>)]
    pub data: Vec<Value>,
    /// The pages beside it.
    pub page: PageInfo,
    /// The names that were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub included: Option<DeskIncluded>,
}

/// What is told of each article, and along with it.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    fields: Option<BTreeSet<DeskField>>,
    include: BTreeSet<DeskInclude>,
}

impl Shape {
    pub(super) fn new(fields: Option<Vec<DeskField>>, include: Option<Vec<DeskInclude>>) -> Self {
        Self { fields: fields.map(|all| all.into_iter().collect()), include: include.into_iter().flatten().collect() }
    }

    fn wants(&self, field: DeskField) -> bool {
        self.fields.as_ref().is_none_or(|fields| {
            let part_of_whole = field.as_str().starts_with(OF_TRANSLATIONS) && fields.contains(&DeskField::Translations);
            part_of_whole || fields.contains(&field)
        })
    }

    fn needs(&self) -> Needs {
        let of_translations = DeskField::ALL.iter().filter(|field| field.as_str().starts_with(OF_TRANSLATIONS));
        Needs {
            translations: self.wants(DeskField::Missing)
                || self.wants(DeskField::Translations)
                || of_translations.copied().any(|f| self.wants(f)),
            plans: self.wants(DeskField::Scheduled),
            assignments: self.wants(DeskField::Assignments) || self.include.contains(&DeskInclude::People),
            addresses: self.wants(DeskField::FormerSlugs) || self.wants(DeskField::FormerPaths),
        }
    }

    /// An article with what is wanted of it.
    fn told(&self, article: &DeskArticle) -> Result<Value, Error> {
        let mut value = serde_json::to_value(article).map_err(Error::internal)?;
        let (Some(fields), Some(map)) = (&self.fields, value.as_object_mut()) else { return Ok(value) };
        let is_asked = |name: &str| fields.iter().any(|field| field.as_str() == name);
        let parts: Vec<&str> = fields.iter().filter_map(|field| field.as_str().strip_prefix(OF_TRANSLATIONS)).collect();
        map.retain(|name, _| is_asked(name) || (name == "translations" && !parts.is_empty()));
        if !is_asked("translations") {
            let each = map.get_mut("translations").and_then(Value::as_object_mut);
            for translation in each.into_iter().flat_map(|all| all.values_mut()).filter_map(Value::as_object_mut) {
                translation.retain(|name, _| parts.contains(&name.as_str()));
            }
        }
        Ok(value)
    }

    /// Articles of a list, and the names that come along.
    pub(super) fn show(&self, tx: &mut Tx<'_>, listed: Vec<Listed>) -> Result<(Vec<Value>, Option<DeskIncluded>), Error> {
        let (articles, creators): (Vec<Article>, Vec<Option<Named>>) = listed.into_iter().unzip();
        let shown = shown_in_part(tx, &articles, self.needs())?;
        let included = if self.include.is_empty() { None } else { Some(self.included(tx, &shown, creators)?) };
        Ok((shown.iter().map(|article| self.told(article)).collect::<Result<_, _>>()?, included))
    }

    fn included(&self, tx: &mut Tx<'_>, shown: &[DeskArticle], creators: Vec<Option<Named>>) -> Result<DeskIncluded, Error> {
        let asked = |what: DeskInclude| self.include.contains(&what);
        let of = |what: DeskInclude, ids: fn(&DeskArticle) -> Vec<Uuid>| -> BTreeSet<Uuid> {
            shown.iter().filter(|_| asked(what)).flat_map(ids).collect()
        };
        let sections = of(DeskInclude::Section, |a| vec![a.section_id.uuid()]);
        let authors = of(DeskInclude::Authors, |a| a.credits.iter().map(|c| c.author_id.uuid()).collect());
        let tags = of(DeskInclude::Tags, |a| a.tags.iter().map(|id| id.uuid()).collect());
        let all: BTreeSet<Uuid> = sections.iter().chain(&authors).chain(&tags).copied().collect();
        let names = if all.is_empty() { HashMap::new() } else { store::names::of(tx, &all)? };
        let named = |ids: BTreeSet<Uuid>| {
            let of_one = |id: Uuid| {
                let names = &names.get(&id)?.names;
                Some(NamesInfo { id, names: names.iter().map(|(locale, name)| (locale.clone(), name.name.clone())).collect() })
            };
            ids.into_iter().filter_map(of_one).collect()
        };
        let mut people = BTreeMap::new();
        if asked(DeskInclude::People) {
            for (article, creator) in shown.iter().zip(creators) {
                people.extend(article.created_by.zip(creator));
                people.extend(
                    article.assignments.values().map(|given| (given.assignee_id, Named { name: given.assignee.clone(), former: false })),
                );
            }
        }
        let people = people.into_iter().map(|(id, Named { name, former })| PersonInfo { id, name, former }).collect();
        Ok(DeskIncluded { sections: named(sections), authors: named(authors), tags: named(tags), people })
    }
}
