//! What `docs/permissions.md` says, as a table: written by hand from the page, so that policy and page are held against each other.

use std::fmt::Write;

use dateline::domain::user::Role;

/// What an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Article,
    Trashed,
    Words,
    Comment,
    Correction,
    Preview,
    Release,
    Nothing,
}

/// Over what the permission has to be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Nothing: it only reads what is seen.
    Seen,
    /// The article where it lies, in the locale of its original.
    Original,
    /// The article where it lies, in every locale that it has words in.
    Whole,
    /// The article where it lies, in whatever locale.
    AnyLocale,
    /// The words, or what the thing is about.
    Locale,
    /// Nobody but who made it, which none of the callers did.
    Own,
    /// Something, somewhere.
    Somewhere,
    /// A section.
    Section,
    /// The whole site.
    Everything,
}

pub(crate) struct Operation {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) about: Kind,
    action: &'static str,
    over: Over,
    pub(crate) body: &'static str,
}

const fn row(method: &'static str, path: &'static str, about: Kind, action: &'static str, over: Over, body: &'static str) -> Operation {
    Operation { method, path, about, action, over, body }
}

use Kind::{Article, Comment, Correction, Nothing, Preview, Release, Trashed, Words};
use Over::{AnyLocale, Everything, Locale, Original, Own, Section, Seen, Somewhere, Whole};

#[rustfmt::skip]
pub(crate) const OPERATIONS: &[Operation] = &[
    row("GET",    "/v1/desk/articles/{id}", Article, "article.read", Seen, ""),
    row("PATCH",  "/v1/desk/articles/{id}", Article, "article.edit", Original, r#"{"genre":"analysis"}"#),
    row("DELETE", "/v1/desk/articles/{id}", Article, "article.delete", Whole, ""),
    row("POST",   "/v1/desk/articles/{id}/break-embargo", Article, "embargo.break", Original, r#"{"reason":"It is out."}"#),
    row("POST",   "/v1/desk/articles/{id}/check", Article, "article.read", Seen, "{}"),
    row("GET",    "/v1/desk/articles/{id}/comments", Article, "article.read", Seen, ""),
    row("POST",   "/v1/desk/articles/{id}/comments", Article, "article.comment", AnyLocale, r#"{"text":"Why?"}"#),
    row("GET",    "/v1/desk/articles/{id}/corrections", Article, "article.read", Seen, ""),
    row("POST",   "/v1/desk/articles/{id}/corrections", Article, "article.correct", Original, r#"{"kind":"correction","texts":{"en":"It was not."}}"#),
    row("POST",   "/v1/desk/articles/{id}/duplicate", Article, "article.create", Original, r#"{"locales":["en"]}"#),
    row("POST",   "/v1/desk/articles/{id}/erase", Article, "article.erase", Whole, r#"{"reason":"The law."}"#),
    row("GET",    "/v1/desk/articles/{id}/previews", Article, "article.read", Seen, ""),
    row("POST",   "/v1/desk/articles/{id}/publish", Article, "article.publish", Original, r#"{"locales":["en"]}"#),
    row("POST",   "/v1/desk/articles/{id}/reinstate", Article, "article.withdraw", Whole, r#"{"reason":"It was right."}"#),
    row("GET",    "/v1/desk/articles/{id}/related", Article, "article.read", Seen, ""),
    row("PUT",    "/v1/desk/articles/{id}/related", Article, "article.edit", Original, r#"{"pinned":[],"banned":[]}"#),
    row("GET",    "/v1/desk/articles/{id}/revisions", Article, "article.read", Seen, ""),
    row("GET",    "/v1/desk/articles/{id}/revisions/{version}", Article, "article.read", Seen, ""),
    row("GET",    "/v1/desk/articles/{id}/revisions/{version}/diff", Article, "article.read", Seen, ""),
    row("POST",   "/v1/desk/articles/{id}/revisions/{version}/restore", Article, "article.edit", Original, ""),
    row("POST",   "/v1/desk/articles/{id}/schedule", Article, "article.schedule", Original, r#"{"locales":["en"],"publish_at":"2099-02-01T00:00:00Z"}"#),
    row("POST",   "/v1/desk/articles/{id}/takedown", Article, "article.withdraw", Whole, r#"{"reason":"A judge said so."}"#),
    row("GET",    "/v1/desk/articles/{id}/takedowns", Article, "article.read", Seen, ""),
    row("POST",   "/v1/desk/articles/{id}/unpublish", Article, "article.unpublish", Original, r#"{"locales":["en"]}"#),
    row("POST",   "/v1/desk/articles/{id}/unschedule", Article, "article.schedule", Original, r#"{"locales":["en"]}"#),
    row("GET",    "/v1/desk/articles/{id}/translations/{locale}", Words, "article.read", Seen, ""),
    row("GET",    "/v1/desk/articles/{id}/translations/{locale}/audio", Words, "article.read", Seen, ""),
    row("POST",   "/v1/desk/articles/{id}/translations/{locale}/audio", Words, "translation.edit", Locale, ""),
    row("PUT",    "/v1/desk/articles/{id}/translations/{locale}/audio", Words, "translation.edit", Locale, r#"{"media_id":"0192aaaa-0000-7000-8000-000000000001"}"#),
    row("DELETE", "/v1/desk/articles/{id}/translations/{locale}/audio", Words, "translation.edit", Locale, ""),
    row("PUT",    "/v1/desk/articles/{id}/translations/{locale}", Words, "translation.edit", Locale, r#"{"headline":"Another one"}"#),
    row("PATCH",  "/v1/desk/articles/{id}/translations/{locale}", Words, "translation.edit", Locale, r#"{"headline":"Another one"}"#),
    row("GET",    "/v1/desk/articles/{id}/translations/{locale}/beside", Words, "article.read", Seen, ""),
    row("DELETE", "/v1/desk/articles/{id}/translations/{locale}", Words, "translation.delete", Locale, ""),
    row("POST",   "/v1/desk/articles/{id}/translations/{locale}/approve", Words, "translation.review", Locale, ""),
    row("POST",   "/v1/desk/articles/{id}/translations/{locale}/assign", Words, "translation.assign", Locale, r#"{"assignee_id":null}"#),
    row("POST",   "/v1/desk/articles/{id}/translations/{locale}/mark-current", Words, "translation.edit", Locale, "{}"),
    row("POST",   "/v1/desk/articles/{id}/translations/{locale}/previews", Words, "article.preview", Locale, "{}"),
    row("POST",   "/v1/desk/articles/{id}/translations/{locale}/request-changes", Words, "translation.review", Locale, r#"{"comment":"Who says so?"}"#),
    row("POST",   "/v1/desk/articles/{id}/translations/{locale}/restore", Words, "translation.edit", Locale, ""),
    row("GET",    "/v1/desk/articles/{id}/translations/{locale}/revisions", Words, "article.read", Seen, ""),
    row("GET",    "/v1/desk/articles/{id}/translations/{locale}/revisions/{version}", Words, "article.read", Seen, ""),
    row("GET",    "/v1/desk/articles/{id}/translations/{locale}/revisions/{version}/diff", Words, "article.read", Seen, ""),
    row("POST",   "/v1/desk/articles/{id}/translations/{locale}/revisions/{version}/restore", Words, "translation.edit", Locale, ""),
    row("POST",   "/v1/desk/articles/{id}/translations/{locale}/submit", Words, "translation.submit", Locale, ""),
    row("GET",    "/v1/desk/comments", Nothing, "article.read", Somewhere, ""),
    row("PATCH",  "/v1/desk/comments/{id}", Comment, "article.comment", Own, r#"{"text":"Whatever."}"#),
    row("DELETE", "/v1/desk/comments/{id}", Comment, "translation.review", Locale, ""),
    row("POST",   "/v1/desk/comments/{id}/reopen", Comment, "translation.edit", Locale, ""),
    row("POST",   "/v1/desk/comments/{id}/resolve", Comment, "translation.edit", Locale, ""),
    row("PATCH",  "/v1/desk/corrections/{id}", Correction, "article.correct", Original, r#"{"kind":"clarification"}"#),
    row("DELETE", "/v1/desk/corrections/{id}", Correction, "article.correct", Original, ""),
    row("DELETE", "/v1/desk/previews/{id}", Preview, "article.preview", Locale, ""),
    row("GET",    "/v1/desk/releases/{id}", Release, "release.manage", Seen, ""),
    row("PATCH",  "/v1/desk/releases/{id}", Release, "release.manage", Locale, r#"{"name":"Another"}"#),
    row("DELETE", "/v1/desk/releases/{id}", Release, "release.manage", Locale, ""),
    row("POST",   "/v1/desk/releases/{id}/publish", Release, "article.publish", Locale, ""),
    row("POST",   "/v1/desk/trash/{id}/restore", Trashed, "article.delete", Whole, ""),
    row("DELETE", "/v1/desk/trash/{id}", Trashed, "article.purge", Whole, ""),

    row("GET",    "/v1/desk/archive/articles", Nothing, "archive.read", Somewhere, ""),
    row("GET",    "/v1/desk/archive/articles/{id}", Nothing, "archive.read", Somewhere, ""),
    row("GET",    "/v1/desk/archive/pages", Nothing, "archive.read", Somewhere, ""),
    row("GET",    "/v1/desk/articles", Nothing, "article.read", Somewhere, ""),
    row("POST",   "/v1/desk/articles", Nothing, "article.create", Somewhere, "{}"),
    row("POST",   "/v1/desk/bulk", Nothing, "article.read", Somewhere, "{}"),
    row("GET",    "/v1/desk/audit", Nothing, "audit.read", Somewhere, ""),
    row("GET",    "/v1/desk/releases", Nothing, "release.manage", Somewhere, ""),
    row("POST",   "/v1/desk/releases", Nothing, "release.manage", Somewhere, "{}"),
    row("GET",    "/v1/desk/schedule", Nothing, "article.read", Somewhere, ""),
    row("GET",    "/v1/desk/translations", Nothing, "article.read", Somewhere, ""),
    row("GET",    "/v1/desk/trash", Nothing, "article.read", Somewhere, ""),
    row("GET",    "/v1/desk/authors", Nothing, "desk.read", Somewhere, ""),
    row("POST",   "/v1/desk/authors", Nothing, "author.manage", Everything, r#"{"kind":"person","translations":{"en":{"name":"Asha"}}}"#),
    row("GET",    "/v1/desk/authors/{id}", Nothing, "desk.read", Somewhere, ""),
    row("PATCH",  "/v1/desk/authors/{id}", Nothing, "author.manage", Everything, "{}"),
    row("DELETE", "/v1/desk/authors/{id}", Nothing, "author.manage", Everything, ""),
    row("POST",   "/v1/desk/authors/{id}/merge", Nothing, "author.manage", Everything, r#"{"into":"00000000-0000-0000-0000-000000000001"}"#),
    row("GET",    "/v1/desk/tags", Nothing, "desk.read", Somewhere, ""),
    row("POST",   "/v1/desk/tags", Nothing, "tag.manage", Everything, r#"{"kind":"topic","translations":{"en":{"name":"Rivers"}}}"#),
    row("GET",    "/v1/desk/tags/{id}", Nothing, "desk.read", Somewhere, ""),
    row("PATCH",  "/v1/desk/tags/{id}", Nothing, "tag.manage", Everything, "{}"),
    row("DELETE", "/v1/desk/tags/{id}", Nothing, "tag.manage", Everything, ""),
    row("POST",   "/v1/desk/tags/{id}/merge", Nothing, "tag.manage", Everything, r#"{"into":"00000000-0000-0000-0000-000000000001"}"#),
    row("GET",    "/v1/desk/redirects", Nothing, "redirect.manage", Everything, ""),
    row("POST",   "/v1/desk/redirects", Nothing, "redirect.manage", Everything, r#"{"from":"/old","to":"/new"}"#),
    row("GET",    "/v1/desk/redirects/export", Nothing, "redirect.manage", Everything, ""),
    row("POST",   "/v1/desk/redirects/import", Nothing, "redirect.manage", Everything, "from,to\n/old,/new\n"),
    row("GET",    "/v1/desk/redirects/{id}", Nothing, "redirect.manage", Everything, ""),
    row("PATCH",  "/v1/desk/redirects/{id}", Nothing, "redirect.manage", Everything, "{}"),
    row("DELETE", "/v1/desk/redirects/{id}", Nothing, "redirect.manage", Everything, ""),
    row("GET",    "/v1/desk/media", Nothing, "desk.read", Somewhere, ""),
    row("POST",   "/v1/desk/media", Nothing, "media.write", Somewhere, "%PDF-1.4\n"),
    row("GET",    "/v1/desk/media/{id}", Nothing, "desk.read", Somewhere, ""),
    row("PATCH",  "/v1/desk/media/{id}", Nothing, "media.write", Somewhere, "{}"),
    row("DELETE", "/v1/desk/media/{id}", Nothing, "media.delete", Everything, ""),
    row("GET",    "/v1/desk/media/{id}/uses", Nothing, "article.read", Somewhere, ""),
    row("GET",    "/v1/desk/media/{id}/file", Nothing, "desk.read", Somewhere, ""),
    row("PUT",    "/v1/desk/media/{id}/file", Nothing, "media.write", Somewhere, "%PDF-1.4\n"),
    row("GET",    "/v1/desk/media/{id}/renditions/{rendition}", Nothing, "desk.read", Somewhere, ""),
    row("GET",    "/v1/desk/media/{id}/captions/{locale}", Nothing, "desk.read", Somewhere, ""),
    row("PUT",    "/v1/desk/media/{id}/captions/{locale}", Nothing, "media.write", Somewhere, "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n"),
    row("DELETE", "/v1/desk/media/{id}/captions/{locale}", Nothing, "media.write", Somewhere, ""),
    row("POST",   "/v1/desk/media/{id}/takedown", Nothing, "media.delete", Everything, r#"{"reason":"A judge said so."}"#),
    row("POST",   "/v1/desk/media/{id}/reinstate", Nothing, "media.delete", Everything, r#"{"reason":"It was right."}"#),
    row("POST",   "/v1/desk/uploads", Nothing, "media.write", Somewhere, ""),
    row("GET",    "/v1/desk/uploads/{id}", Nothing, "media.write", Somewhere, ""),
    row("PATCH",  "/v1/desk/uploads/{id}", Nothing, "media.write", Somewhere, "%PDF-1.4\n"),
    row("DELETE", "/v1/desk/uploads/{id}", Nothing, "media.write", Somewhere, ""),
    row("GET",    "/v1/desk/menus", Nothing, "desk.read", Somewhere, ""),
    row("POST",   "/v1/desk/menus", Nothing, "menu.manage", Everything, r#"{"slug":"main"}"#),
    row("GET",    "/v1/desk/menus/{id}", Nothing, "desk.read", Somewhere, ""),
    row("PATCH",  "/v1/desk/menus/{id}", Nothing, "menu.manage", Everything, "{}"),
    row("DELETE", "/v1/desk/menus/{id}", Nothing, "menu.manage", Everything, ""),
    row("GET",    "/v1/desk/collections", Nothing, "desk.read", Somewhere, ""),
    row("POST",   "/v1/desk/collections", Nothing, "collection.manage", Everything, r#"{"slug":"top","names":{"en":"Top"}}"#),
    row("GET",    "/v1/desk/collections/{id}", Nothing, "desk.read", Somewhere, ""),
    row("PATCH",  "/v1/desk/collections/{id}", Nothing, "collection.manage", Somewhere, "{}"),
    row("DELETE", "/v1/desk/collections/{id}", Nothing, "collection.manage", Somewhere, ""),
    row("GET",    "/v1/desk/collections/{id}/preview", Nothing, "article.read", Somewhere, ""),
    row("GET",    "/v1/desk/pages", Nothing, "article.read", Somewhere, ""),
    row("GET",    "/v1/desk/sections", Nothing, "desk.read", Somewhere, ""),
    row("POST",   "/v1/desk/sections", Nothing, "section.manage", Somewhere, "{}"),
    row("POST",   "/v1/desk/sections/reorder", Nothing, "section.manage", Somewhere, "{}"),
    row("GET",    "/v1/desk/sections/{id}", Nothing, "desk.read", Somewhere, ""),
    row("PATCH",  "/v1/desk/sections/{id}", Nothing, "section.manage", Section, "{}"),
    row("DELETE", "/v1/desk/sections/{id}", Nothing, "section.manage", Section, ""),
    row("GET",    "/v1/desk/keys", Nothing, "key.manage", Everything, ""),
    row("POST",   "/v1/desk/keys", Nothing, "key.manage", Everything, "{}"),
    row("DELETE", "/v1/desk/keys/{kid}", Nothing, "key.manage", Everything, ""),
    row("GET",    "/v1/desk/locales", Nothing, "desk.read", Somewhere, ""),
    row("POST",   "/v1/desk/locales", Nothing, "locale.manage", Everything, r#"{"locale":"ta","name":"Tamil"}"#),
    row("GET",    "/v1/desk/locales/{locale}", Nothing, "desk.read", Somewhere, ""),
    row("PATCH",  "/v1/desk/locales/{locale}", Nothing, "locale.manage", Everything, "{}"),
    row("DELETE", "/v1/desk/locales/{locale}", Nothing, "locale.manage", Everything, ""),
    row("GET",    "/v1/desk/site", Nothing, "desk.read", Somewhere, ""),
    row("PATCH",  "/v1/desk/site", Nothing, "site.manage", Everything, "{}"),
    row("GET",    "/v1/desk/search", Nothing, "article.read", Somewhere, ""),
    row("GET",    "/v1/desk/work", Nothing, "article.read", Somewhere, ""),
    row("GET",    "/v1/desk/people", Nothing, "people.read", Somewhere, ""),
    row("GET",    "/v1/desk/api-keys", Nothing, "user.read", Everything, ""),
    row("DELETE", "/v1/desk/api-keys/{id}", Nothing, "user.manage", Everything, ""),
    row("POST",   "/v1/desk/service-accounts", Nothing, "user.manage", Everything, r#"{"name":"Wires"}"#),
    row("POST",   "/v1/desk/users/{id}/api-keys", Nothing, "user.manage", Everything, r#"{"name":"Wires"}"#),
    row("GET",    "/v1/desk/users", Nothing, "user.read", Everything, ""),
    row("POST",   "/v1/desk/users", Nothing, "user.manage", Everything, r#"{"email":"a@example.org","name":"Asha","password":"a sentence of hers"}"#),
    row("GET",    "/v1/desk/users/{id}", Nothing, "user.read", Everything, ""),
    row("PATCH",  "/v1/desk/users/{id}", Nothing, "user.manage", Everything, "{}"),
    row("DELETE", "/v1/desk/users/{id}", Nothing, "user.manage", Everything, ""),
    row("GET",    "/v1/desk/users/{id}/grants", Nothing, "user.read", Everything, ""),
    row("POST",   "/v1/desk/users/{id}/grants", Nothing, "user.manage", Everything, r#"{"role":"editor"}"#),
    row("DELETE", "/v1/desk/users/{id}/grants/{grant_id}", Nothing, "user.manage", Everything, ""),
    row("POST",   "/v1/desk/users/{id}/password-link", Nothing, "user.manage", Everything, ""),
    row("DELETE", "/v1/desk/users/{id}/second-factor", Nothing, "user.manage", Everything, ""),
    row("DELETE", "/v1/desk/users/{id}/identity", Nothing, "user.manage", Everything, ""),
];

/// Contributor, translator, editor, chief, admin: `-` not at all, `o` over what they created, `y` over what their grant covers.
const RIGHTS: &[(&str, &str)] = &[
    ("article.read translation.edit translation.submit article.comment article.preview", "oyyyy"),
    ("article.edit article.delete translation.delete", "o-yyy"),
    ("article.create", "y-yyy"),
    ("translation.assign", "-yyyy"),
    (
        "translation.review article.publish article.unpublish article.schedule article.correct archive.read release.manage redirect.manage collection.manage",
        "--yyy",
    ),
    (
        "article.withdraw article.purge article.backdate embargo.break audit.read section.manage author.manage tag.manage menu.manage media.delete",
        "---yy",
    ),
    ("article.erase site.manage locale.manage key.manage user.read user.manage", "----y"),
    ("desk.read people.read media.write", "yyyyy"),
];

fn right(role: Role, action: &str) -> char {
    let column = Role::ALL.iter().position(|r| *r == role).unwrap();
    let line = RIGHTS.iter().find(|(actions, _)| actions.split(' ').any(|a| a == action));
    line.unwrap_or_else(|| panic!("no line for {action}")).1.chars().nth(column).unwrap()
}

/// Where a role was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) section: Option<char>,
    pub(crate) locale: Option<&'static str>,
}

impl Place {
    pub(crate) const EVERYWHERE: Self = Self { section: None, locale: None };
}

pub(crate) const PLACES: [Place; 6] = [
    Place::EVERYWHERE,
    Place { section: Some('A'), locale: None },
    Place { section: Some('B'), locale: None },
    Place { section: None, locale: Some("en") },
    Place { section: None, locale: Some("hi") },
    Place { section: Some('A'), locale: Some("hi") },
];

pub(crate) const STATES: [&str; 6] = ["draft", "live", "embargoed", "withdrawn", "trashed", "released"];

/// An article, as far as the policy asks.
#[derive(Debug, Clone)]
pub(crate) struct At {
    pub(crate) section: char,
    pub(crate) state: &'static str,
    /// Whether who asks has created it.
    pub(crate) own: bool,
    /// Locales that the public sees.
    pub(crate) live: &'static [&'static str],
}

/// In which locales the words of an article in a state are looked at.
pub(crate) fn looked_at(at: &At) -> &'static [&'static str] {
    match at.state {
        "draft" if !at.own => &["en", "hi", "bn"],
        "live" => &["hi", "bn"],
        "released" => &["hi"],
        _ => &["bn"],
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who {
    pub(crate) role: Role,
    pub(crate) place: Place,
    /// Whether the site lets every desk read every other.
    pub(crate) open: bool,
    /// Whether they were granted their role everywhere, and show an API key that is limited to the place.
    pub(crate) key: bool,
}

/// What is to come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is done, or fails for a reason that has nothing to do with who asks.
    Done,
    /// 403.
    Refused,
    /// 404, as when the article is not there.
    Hidden,
    /// As when the article has no words in this locale.
    HiddenWords,
}

/// Whether somebody may do something at all.
pub(crate) fn may(who: &Who, action: &str) -> bool {
    right(who.role, action) != '-'
}

fn here(who: &Who, section: char) -> bool {
    who.place.section.is_none_or(|s| s == section)
}

/// Whether the article is seen: by grants that read there, or anywhere where the site is open; and by who created it.
pub(crate) fn sees(who: &Who, at: &At) -> bool {
    let reads = right(who.role, "article.read") == 'y' && (who.open || here(who, at.section));
    if who.key { here(who, at.section) && (at.own || reads) } else { at.own || reads }
}

/// Whether words of an article that is seen are shown: the original, what is public, what the grant is about, and all to who created it, or
/// where the site is open.
pub(crate) fn shows(who: &Who, at: &At, locale: &str) -> bool {
    let reads = right(who.role, "article.read") == 'y';
    let granted = reads && (who.open || (here(who, at.section) && who.place.locale.is_none_or(|l| l == locale)));
    let own = at.own && (!who.key || who.place.locale.is_none_or(|l| l == locale));
    sees(who, at) && (own || locale == "en" || at.live.contains(&locale) || granted)
}

fn granted(who: &Who, action: &str, at: &At, locale: Option<&str>) -> bool {
    let covered = here(who, at.section) && locale.is_none_or(|locale| who.place.locale.is_none_or(|l| l == locale));
    match right(who.role, action) {
        'y' => covered,
        'o' => covered && at.own,
        _ => false,
    }
}

pub(crate) fn verdict(who: &Who, op: &Operation, at: &At, locale: Option<&str>) -> Verdict {
    // Who deletes a comment is somebody who comments; whose, is asked afterwards.
    let asked = if op.about == Kind::Comment { "article.comment" } else { op.action };
    if !may(who, asked) {
        return Verdict::Refused;
    }
    if !sees(who, at) || (at.state == "trashed") != (op.about == Kind::Trashed) {
        return Verdict::Hidden;
    }
    if locale.is_some_and(|l| !shows(who, at, l)) {
        return if op.about == Kind::Words { Verdict::HiddenWords } else { Verdict::Hidden };
    }
    // What puts a release together is asked as what publishes its words.
    let action = if op.about == Kind::Release { "article.publish" } else { op.action };
    let done = match op.over {
        Over::Seen => true,
        Over::Own => false,
        Over::AnyLocale => granted(who, action, at, None),
        Over::Whole => who.place.locale.is_none() && granted(who, action, at, None),
        // What was taken down is copied by who may reinstate it.
        Over::Original if op.path.ends_with("/duplicate") && at.state == "withdrawn" => granted(who, "article.withdraw", at, Some("en")),
        // Whoever duplicates creates: the copy is their own.
        Over::Original => granted(who, action, at, Some("en")),
        _ => granted(who, action, at, Some(locale.unwrap_or("en"))),
    };
    if done { Verdict::Done } else { Verdict::Refused }
}

/// Whether somebody may do what lies in no article.
pub(crate) fn of_the_site(who: &Who, op: &Operation, section: char) -> bool {
    may(who, op.action)
        // No key makes keys.
        && !(who.key && op.method == "POST" && op.path.ends_with("/api-keys"))
        && match op.over {
            Over::Everything => who.place == Place::EVERYWHERE,
            Over::Section => who.place.locale.is_none() && here(who, section),
            _ => true,
        }
}

/// The table of the page: what is done, refused and hidden by role, for each place in turn.
pub(crate) fn table() -> String {
    let mut table =
        String::from("| operation | contributor | translator | editor | chief | admin |\n| --- | --- | --- | --- | --- | --- |\n");
    for op in OPERATIONS.iter().filter(|o| o.about != Kind::Nothing) {
        let cell = |role: &Role| {
            let letter = |place: &Place| {
                let state = if op.about == Kind::Trashed { "trashed" } else { "draft" };
                let locale = (!matches!(op.about, Kind::Article | Kind::Trashed | Kind::Correction)).then_some("hi");
                let at = At { section: 'A', state, own: false, live: &[] };
                match verdict(&Who { role: *role, place: *place, open: false, key: false }, op, &at, locale) {
                    Verdict::Done => '●',
                    Verdict::Refused => '○',
                    Verdict::Hidden | Verdict::HiddenWords => '·',
                }
            };
            PLACES.iter().map(letter).collect::<String>()
        };
        let cells: Vec<_> = Role::ALL.iter().map(cell).collect();
        let _ = writeln!(table, "| `{} {}` | {} |", op.method, op.path, cells.join(" | "));
    }
    table
}
