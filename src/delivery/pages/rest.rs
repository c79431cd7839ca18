//! What is left of a list after a first page that editors have arranged.
//!
//! **Context.** What is pinned stands on the first page wherever it belongs in the list, and what is pinned changes between two pages of one reader.
//! **Decision.** Cursors of the pages after it carry what the first page has shown, as far as it would come again. **Consequence.** Whatever is rearranged
//! meanwhile, a reader who goes on misses nothing that was there all the time, and sees nothing twice; a cursor is as long as much was pinned.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::domain::{
    Error,
    article::ArticleId,
    page::{Cursor, PageInfo},
};

/// The cursor of the first page.
pub(super) const FIRST: &str = "first";
/// How many stories a page has at most.
const MOST: usize = 100;

/// What is left of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Rest {
    /// It begins after this place of the order; at the first, when there is none.
    pub after: Option<(i64, Uuid)>,
    /// Without these.
    pub shown: Vec<ArticleId>,
}

impl Rest {
    /// The word for it, with a place in it.
    fn word(&self, at: Option<&str>) -> String {
        let mut bytes = vec![u8::from(self.after.is_some())];
        if let Some((key, id)) = self.after {
            bytes.extend(key.to_be_bytes());
            bytes.extend(id.as_bytes());
        }
        self.shown.iter().for_each(|id| bytes.extend(id.uuid().as_bytes()));
        format!("{}.{}", at.unwrap_or_default(), BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    fn decode(word: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(word).ok()?;
        let (begins, tail) = bytes.split_first()?;
        let (after, tail) = match begins {
            0 => (None, tail),
            1 => {
                let (key, tail) = tail.split_first_chunk::<8>()?;
                let (id, tail) = tail.split_first_chunk::<16>()?;
                (Some((i64::from_be_bytes(*key), Uuid::from_bytes(*id))), tail)
            }
            _ => return None,
        };
        let (ids, left) = tail.as_chunks::<16>();
        let is_whole = left.is_empty() && ids.len() <= MOST;
        is_whole.then(|| Self { after, shown: ids.iter().map(|id| Uuid::from_bytes(*id).into()).collect() })
    }

    /// The pages beside a page of it. Before its first there is the one that is arranged.
    #[must_use]
    pub(super) fn beside(&self, page: PageInfo) -> PageInfo {
        PageInfo {
            next: page.next.map(|at| self.word(Some(&at))),
            previous: Some(page.previous.map_or_else(|| FIRST.to_owned(), |at| self.word(Some(&at)))),
            total: page.total,
        }
    }

    /// The cursor of its first page.
    #[must_use]
    pub(super) fn first(&self) -> String {
        self.word(None)
    }

    /// The cursor of a page of it.
    #[must_use]
    pub(super) fn at(&self, cursor: Option<&Cursor>) -> String {
        self.word(cursor.map(Cursor::encode).as_deref())
    }

    /// What it holds beside itself, in bytes.
    pub(super) fn heap(&self) -> usize {
        size_of_val(&*self.shown)
    }
}

/// The place in a list that a cursor of a page says, and what is left of it after an arranged first page.
///
/// # Errors
/// [`Error::Invalid`] at `?cursor`.
pub fn parted(cursor: Option<&str>) -> Result<(Option<&str>, Option<Rest>), Error> {
    let Some(word) = cursor.filter(|word| *word != FIRST) else { return Ok((None, None)) };
    let Some((at, rest)) = word.split_once('.') else { return Ok((Some(word), None)) };
    let rest = Rest::decode(rest).ok_or_else(|| Error::invalid("?cursor", "cursor", "not a cursor of this list"))?;
    Ok((Some(at).filter(|at| !at.is_empty()), Some(rest)))
}
