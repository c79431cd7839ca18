//! What is read most.

use super::{
    Reading,
    include::{self, Shape},
    listed::{Listed, Reference},
    shape::{Article, Included},
};
use crate::{
    access::Visibility,
    domain::{Error, facet::Facet, views::Window},
    store::{
        self, Tx,
        editions::BodyForm,
        listings::{Rail, rails},
    },
};

/// Which stories are asked for that are read most.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MostRead {
    /// In which window.
    pub window: Window,
    /// In this section or below it.
    pub section: Option<Reference>,
    /// How many.
    pub limit: u32,
}

impl MostRead {
    /// How many are shown where nobody says.
    pub const USUAL: u32 = 10;

    /// What it holds beside itself, in bytes.
    pub(crate) fn heap(&self) -> usize {
        if let Some(Reference::Slug(slug)) = &self.section { slug.capacity() } else { 0 }
    }
}

/// The stories that are read most, the most read first; fewer than are asked for where fewer are.
///
/// # Errors
/// [`Error::Invalid`] for a slug of a section that leads nowhere.
pub fn most_read(tx: &mut Tx<'_>, reading: &Reading, asked: &MostRead, shape: &Shape) -> Result<(Vec<Article>, Option<Included>), Error> {
    let listed = Listed { sections: asked.section.iter().cloned().collect(), ..Listed::default() };
    let section = listed.filter(tx, reading)?.sections.first().copied();
    let rail = Rail::MostRead(section.map_or(Facet::ALL, Facet::from), asked.window);
    let mut places = rails(tx, Visibility::public(), &reading.chain, &[rail], asked.limit)?;
    places.truncate(usize::try_from(asked.limit).unwrap_or(usize::MAX));
    let editions = places.iter().map(|place| place.edition_id).collect();
    let mut lives = store::editions::live_by_ids(tx, Visibility::public(), &editions, BodyForm::None)?;
    lives.sort_by_key(|live| places.iter().position(|place| place.article_id == live.article_id));
    include::tell(tx, reading, lives, shape)
}
