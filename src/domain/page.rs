//! Paging by keyset: a page begins after a row, not at a number, so that it stays put while rows come and go.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{collation::NameKey, vocabulary::vocabulary};

/// What a list is of and how it is ordered. A cursor leads on in a list of its own sorting, and in no other. A number that has meant another
/// list is not given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Sorting {
    /// Live articles, last published first.
    Newest = 1,
    /// Live articles, first published first.
    Oldest = 2,
    /// Live articles, last updated first.
    Updated = 3,
    /// Authors by id.
    Authors = 4,
    /// Tags by id.
    Tags = 5,
    /// Users by id.
    Users = 6,
    /// The desk's articles, last changed first.
    Desk = 7,
    /// Revisions of an article's facts, newest first.
    Facts = 17,
    /// Revisions of words, newest first.
    Words = 18,
    /// Threads of comments.
    Comments = 10,
    /// The work queue, longest waiting first.
    LongestWaiting = 11,
    /// The work queue, shortest waiting first.
    ShortestWaiting = 12,
    /// Plans by their instants.
    Plans = 13,
    /// Releases.
    Releases = 14,
    /// The trash, last thrown away first.
    Trash = 15,
    /// The audit trail, newest first.
    Audit = 16,
    /// Redirects by id.
    Redirects = 19,
    /// Authors by name.
    AuthorsByName = 20,
    /// Authors by name, the last first.
    AuthorsByNameDescending = 21,
    /// Tags by name.
    TagsByName = 22,
    /// Tags by name, the last first.
    TagsByNameDescending = 23,
    /// Colleagues by name.
    People = 40,
    /// Somebody's own sessions, newest first.
    Sessions = 41,
    /// The media library, last added first.
    Media = 100,
    /// What a search found, what fits best first.
    FoundByRelevance = 110,
    /// What a search found, last published first.
    FoundNewest = 111,
    /// What a search of the desk found, what fits best first.
    DeskFoundByRelevance = 112,
    /// What a search of the desk found, last saved first.
    DeskFoundLastSaved = 113,
    /// Collections, oldest first.
    Collections = 120,
    /// Somebody's own work, last touched first.
    Work = 42,
    /// Somebody's own API keys, newest first.
    OwnApiKeys = 90,
    /// Everybody's API keys, newest first.
    ApiKeys = 91,
    /// Threads about what is somebody's own, newest first.
    OwnThreads = 80,
    /// The desk's articles, those first that were left alone longest.
    DeskLeastUpdated = 60,
    /// The desk's articles, last begun first.
    DeskLastCreated = 61,
    /// The desk's articles, first begun first.
    DeskFirstCreated = 62,
    /// The desk's articles that are live, last published first.
    DeskLastPublished = 63,
    /// The desk's articles that are live, first published first.
    DeskFirstPublished = 64,
    /// The desk's articles by headline.
    DeskByHeadline = 65,
    /// The desk's articles by headline, the last first.
    DeskByHeadlineDescending = 66,
}

impl Sorting {
    /// How cursors name it.
    #[must_use]
    #[expect(clippy::as_conversions, reason = "these numbers are what cursors hold")]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

vocabulary! {
    /// How a list of articles is ordered; `-` means the last first.
    pub enum Order {
        /// Last published first.
        Newest => "-published_at",
        /// First published first.
        Oldest => "published_at",
        /// Last updated first.
        Updated => "-updated_at",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro leaves no room for the attribute")]
impl Default for Order {
    fn default() -> Self {
        Self::Newest
    }
}

impl Order {
    /// How a list in this order is sorted.
    #[must_use]
    pub fn sorting(self) -> Sorting {
        match self {
            Self::Newest => Sorting::Newest,
            Self::Oldest => Sorting::Oldest,
            Self::Updated => Sorting::Updated,
        }
    }
}

/// A place in an ordered list: beside the row with this sort value and id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// True for the page before, false for the page after.
    pub backwards: bool,
    /// The [code](Sorting::code) of its list's [`Sorting`]; out of a request any number.
    pub order: u8,
    /// The sort value of the row.
    pub key: i64,
    /// What its name is sorted by, in a list by name; what tells it from others of its id, in one of several rows for each; the ids of rows beside it, in a list whose order
    /// moves as a whole.
    pub name: NameKey,
    /// The id of the row.
    pub id: Uuid,
}

impl Cursor {
    /// The cursor as an opaque word.
    #[must_use]
    pub fn encode(&self) -> String {
        let name = self.name.as_bytes();
        let mut bytes = Vec::with_capacity(26 + name.len());
        bytes.push(u8::from(self.backwards));
        bytes.push(self.order);
        bytes.extend(self.key.to_be_bytes());
        bytes.extend(self.id.as_bytes());
        bytes.extend(name);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The cursor that a word stands for, if it stands for one.
    #[must_use]
    pub fn decode(word: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(word).ok()?;
        let (head, tail) = bytes.split_first_chunk::<2>()?;
        let (key, tail) = tail.split_first_chunk::<8>()?;
        let (id, name) = tail.split_first_chunk::<16>()?;
        let [backwards @ (0 | 1), order] = *head else { return None };
        let by_name = (Sorting::AuthorsByName.code()..=Sorting::TagsByNameDescending.code()).contains(&order)
            || [
                Sorting::People,
                Sorting::Work,
                Sorting::DeskByHeadline,
                Sorting::DeskByHeadlineDescending,
                Sorting::DeskFoundByRelevance,
                Sorting::DeskFoundLastSaved,
                Sorting::FoundByRelevance,
            ]
            .map(Sorting::code)
            .contains(&order);
        let is_key = if by_name { name.len() <= NameKey::MAX } else { name.is_empty() };
        let (key, id, name) = (i64::from_be_bytes(*key), Uuid::from_bytes(*id), NameKey::of(name));
        is_key.then_some(Self { backwards: backwards == 1, order, key, name, id })
    }
}

/// What a row is sorted by.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its sort value.
    pub key: i64,
    /// What its name is sorted by, in a list by name.
    pub name: NameKey,
    /// Its id.
    pub id: Uuid,
}

impl From<(i64, Uuid)> for Place {
    fn from((key, id): (i64, Uuid)) -> Self {
        Self { key, name: NameKey::default(), id }
    }
}

/// Which page of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Paging {
    /// Rows on it, 1 to 100.
    pub limit: u32,
    /// Where it begins; at the first row when absent.
    pub cursor: Option<Cursor>,
    /// Whether all rows are to be counted too.
    pub count: bool,
}

impl Paging {
    /// Rows on a page when nobody says how many.
    pub const USUAL: u32 = 20;

    /// The first page of a hundred.
    #[must_use]
    pub fn first() -> Self {
        Self { limit: 100, cursor: None, count: false }
    }

    /// True when the page lies before its cursor.
    #[must_use]
    pub fn backwards(&self) -> bool {
        self.cursor.is_some_and(|c| c.backwards)
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// Its rows, in the list's order.
    pub items: Vec<T>,
    /// Where the page after begins, if there is one.
    pub next: Option<Cursor>,
    /// Where the page before begins, if there is one.
    pub previous: Option<Cursor>,
    /// All rows of the list, when asked for.
    pub total: Option<i64>,
}

impl<T> Page<T> {
    /// Make a page of rows read in its direction, one more than asked for when there are more.
    pub fn cut<P: Into<Place>>(mut rows: Vec<T>, paging: Paging, sorting: Sorting, total: Option<i64>, place: impl Fn(&T) -> P) -> Self {
        let limit = usize::try_from(paging.limit).unwrap_or(100);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let backwards = paging.backwards();
        if backwards {
            rows.reverse();
        }
        let at = |row: Option<&T>, backwards| {
            row.map(|r| {
                let Place { key, name, id } = place(r).into();
                Cursor { backwards, order: sorting.code(), key, name, id }
            })
        };
        let has_next = if backwards { paging.cursor.is_some() } else { more };
        let has_previous = if backwards { more } else { paging.cursor.is_some() };
        Self {
            next: at(rows.last(), false).filter(|_| has_next),
            previous: at(rows.first(), true).filter(|_| has_previous),
            items: rows,
            total,
        }
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next, previous: self.previous, total: self.total }
    }

    /// The same page of other things, when all can be made.
    ///
    /// # Errors
    /// The first that `f` gives.
    pub fn try_map<U, E>(self, f: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let items = self.items.into_iter().map(f).collect::<Result<_, _>>()?;
        Ok(Page { items, next: self.next, previous: self.previous, total: self.total })
    }

    /// What is on it, and where the pages beside it begin as whoever asks is told.
    #[must_use]
    pub fn told(self) -> (Vec<T>, PageInfo) {
        let cursor = |at: Option<Cursor>| at.map(|cursor| cursor.encode());
        (self.items, PageInfo { next: cursor(self.next), previous: cursor(self.previous), total: self.total })
    }
}

/// Where the pages beside a list's page begin.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct PageInfo {
    /// Cursor of the page after, if there is one.
    #[schema(required)]
    pub next: Option<String>,
    /// Cursor of the page before, if there is one.
    #[schema(required)]
    pub previous: Option<String>,
    /// How many there are in all; only with `count=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total: Option<i64>,
}
