//! The pictures of a story that are the library's: what would keep readers from being shown them, and what is not said of them.

use super::{Code, Finding, Severity};
use crate::domain::{Instant, Locale, media::Media, text::is_blank};

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

/// What is to be known of a picture of the library, where words of a locale show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pictured {
    /// Whether it says in that locale what it shows.
    pub told: bool,
    /// Whether it says whose it is.
    pub credited: bool,
    /// What keeps readers from being shown it, at once or later.
    pub hindrances: Vec<String>,
}

impl Pictured {
    /// Look over a picture in words of a locale, which may be public from an instant on; `elsewhere`, whether another article shows it, too.
    #[must_use]
    pub fn of(media: &Media, locale: &Locale, from: Instant, elsewhere: bool) -> Self {
        Self {
            told: media.is_told_in(locale),
            credited: !is_blank(&media.description.credit),
            hindrances: hindrances(media, locale, from, elsewhere),
        }
    }
}

/// What is found in the picture that leads a story, or is the poster of the video that does: which of them, the pointer says.
#[must_use]
pub fn check_lead(lead: &Pictured, pointer: &str) -> Vec<Finding> {
    let found = |code, detail| Finding { code, severity: Severity::Warning, pointer: pointer.to_owned(), detail, patch: None };
    let licensed = lead.hindrances.iter().map(|detail| found(Code::PictureNotLicensed, detail.clone()));
    let credited = (!lead.credited).then(|| found(Code::MissingCredit, "say whose the lead picture is".to_owned()));
    licensed.chain(credited).collect()
}
