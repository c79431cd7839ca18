//! The pictures of a story that are the library's: what would keep readers from being shown them, and what is not said of them.

use super::{Code, Finding, Severity};
use crate::domain::{Instant, Locale, media::Media};

/// What keeps an item from being shown in words of a locale from an instant on, at once or later.
fn hindrances(media: &Media, locale: &Locale, from: Instant, elsewhere: bool) -> Vec<String> {
    let licence = &media.description.licence;
    let mut all = Vec::new();
    if media.taken_down.is_some() {
        all.push("it was taken down: no page shows it".to_owned());
    }
    if licence.usable_from.is_some_and(|begins| from < begins) {
        all.push("its licence has not begun when these words may be public: until then no page shows it".to_owned());
    }
    match licence.usable_until {
        Some(ends) if ends <= from => all.push("its licence is over when these words may be public: no page shows it".to_owned()),
        Some(ends) => all.push(format!("its licence is over at {ends}: from then on no page shows it")),
        None => {}
    }
    if !licence.is_in(locale) {
        all.push(format!("it may not be used in `{locale}`: its readers are not shown it"));
    }
    if licence.once && elsewhere {
        all.push("it may be used in one article, and another shows it".to_owned());
    }
    all
}

/// Look over the picture that leads words of a locale, which may be public from an instant on; `elsewhere`, whether another article shows it, too.
#[must_use]
pub fn check_lead(media: &Media, locale: &Locale, from: Instant, elsewhere: bool) -> Vec<Finding> {
    let found = |code, detail| Finding { code, severity: Severity::Warning, pointer: "#/lead/media_id".to_owned(), detail, patch: None };
    let licensed = hindrances(media, locale, from, elsewhere).into_iter().map(|detail| found(Code::PictureNotLicensed, detail));
    let credited = media.description.credit.is_empty().then(|| found(Code::MissingCredit, "say whose the lead picture is".to_owned()));
    licensed.chain(credited).collect()
}
