//! What editors say of the stories that lead on from one.

use super::{Importer, Outcome};
use crate::{
    access::{Permit, action::EditArticle},
    desk::{self, bundle::related_record::RelatedRecord},
    domain::{Error, article::ArticleId, related::Choices},
    store,
};

impl Importer<'_, '_> {
    pub(super) fn related(&mut self, r: &RelatedRecord, digest: String) -> Result<Outcome, Error> {
        let article = ArticleId::from(self.lookup("article", &r.article, "#/article")?);
        let choices = Choices { pinned: self.articles("#/pinned", &r.pinned)?, banned: self.articles("#/banned", &r.banned)? };
        let permit: Permit<EditArticle> = self.permit()?;
        let before = store::related::chosen(self.tx, article)?.version;
        self.applied(("related", &r.article, article.uuid()), digest, before, |tx| {
            Ok(desk::relating::choose(tx, permit, article, before, choices)?.chosen.version)
        })
    }

    fn articles(&mut self, at: &str, keys: &[String]) -> Result<Vec<ArticleId>, Error> {
        let article = |(n, key): (usize, &String)| self.lookup("article", key, &format!("{at}/{n}")).map(ArticleId::from);
        keys.iter().enumerate().map(article).collect()
    }
}
