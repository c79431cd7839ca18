//! What of an article's facts is written, whole or changed.

use super::{
    changes::Places,
    shape::{DeskArticle, FactsInput, as_credits, as_lead},
};
use crate::{
    access::{Permit, action::EditArticle},
    api::patching::Patch,
    desk,
    domain::{
        Error, Version,
        address::AddressKind,
        article::{self, Facts},
    },
    store::{self, Tx},
};

/// The facts that a patch makes of present ones, the note, and where the items of their lists were named.
fn facts_of(input: FactsInput, present: &DeskArticle) -> Result<(Facts, String, [Places; 2]), Error> {
    let (tags, of_tags) = input.tags.applied("tags", present.tags.clone());
    let (credits, of_credits) = input.credits.applied("credits", present.credits.clone());
    let facts = Facts {
        kind: input.kind,
        genre: input.genre,
        section_id: input.section_id,
        tags,
        credits: as_credits(credits),
        lead: input.lead.map(as_lead).transpose()?,
        source_locale: input.source_locale,
        embargo_until: input.embargo_until,
    };
    Ok((facts, input.note, [of_tags, of_credits]))
}

/// The same where what comes and goes is named by what it was merged into, if it was: a list has that.
fn of_today(tx: &mut Tx<'_>, mut input: FactsInput) -> Result<FactsInput, Error> {
    let tags = input.tags.parts_mut().map(|tag| (AddressKind::Tag, tag.uuid())).collect::<Vec<_>>();
    let authors = input.credits.parts_mut().map(|credit| (AddressKind::Author, credit.author_id.uuid()));
    let named: Vec<_> = authors.chain(tags).collect();
    if named.is_empty() {
        return Ok(input);
    }
    let into = store::merging::present(tx, named)?;
    for tag in input.tags.parts_mut() {
        *tag = into.get(&tag.uuid()).map_or(*tag, |id| (*id).into());
    }
    for credit in input.credits.parts_mut() {
        credit.author_id = into.get(&credit.author_id.uuid()).map_or(credit.author_id, |id| (*id).into());
    }
    Ok(input)
}

/// Change the facts of an article by a patch on what is shown of it.
pub(in crate::api::desk) fn revised(
    tx: &mut Tx<'_>,
    permit: Permit<EditArticle>,
    present: &DeskArticle,
    expected: Version,
    patch: &Patch<DeskArticle>,
) -> Result<article::Article, Error> {
    let mut places = None;
    let input = match patch.onto(present) {
        Ok(input) => Ok(of_today(tx, input)?),
        refused => refused,
    };
    let facts = |_: &article::Article| {
        let (facts, note, of_lists) = facts_of(input?, present)?;
        places = Some(of_lists);
        Ok((facts, note))
    };
    let revised = desk::articles::revise(tx, permit, present.id, expected, facts);
    revised.map_err(|refusal| places.iter().flatten().fold(refusal, |refusal, places| places.pointed(refusal)))
}
