//! Examples that work: what a path names, and the version that a write expects, are those of the things that `dateline demo` has.
//!
//! **Context.** An operation with `{id}` is tried by nobody who has to look for an id first. **Decision.** The demo gives its things ids that are
//! counted from 1 (what its newsroom is made of), from 501 (what its desk has written) and from 601 (what it has done with that), and from 801 (its pictures), and each operation
//! has as its example the thing on which it succeeds. **Consequence.** Every operation can be tried on a new demo as it stands; `tests/examples.rs`
//! does, and fails when a thing that was put into the demo has moved the numbers of others.

use serde_json::json;
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
};

use super::schemas::operations;

/// Something that the demo has: what the contract calls it, its number, and its version.
struct Thing(&'static str, u16, u8);

// Of `newsroom.ndjson`.
const WORLD: Thing = Thing("Section", 3, 1);
const MEERA: Thing = Thing("Author", 14, 1);
const RIVERS: Thing = Thing("Tag", 20, 1);
const RIVER_DIARY: Thing = Thing("Article", 81, 1);
const POTTERS: Thing = Thing("RecordedArticle", 61, 1);
const FOOTER: Thing = Thing("Menu", 91, 1);
const FRONT: Thing = Thing("Collection", 92, 1);
// Of `desk.ndjson`.
const LETTERS: Thing = Thing("EmptySection", 501, 1);
const GUEST: Thing = Thing("NewAuthor", 503, 1);
const HARBOURS: Thing = Thing("NewTag", 504, 1);
const DREDGERS: Thing = Thing("Draft", 505, 2);
const TIDE_TABLES: Thing = Thing("Submitted", 506, 1);
const BRIDGE_TOLL: Thing = Thing("Embargoed", 507, 2);
const OLD_QUAY: Thing = Thing("TakenDown", 508, 1);
const LOST_FERRY: Thing = Thing("Trashed", 510, 1);
const OLD_ADDRESS: Thing = Thing("Redirect", 511, 1);
// Of `pictures.rs`.
const NOTEBOOK: Thing = Thing("Picture", 803, 1);
const TERMS: Thing = Thing("Document", 804, 1);
const DAWN: Thing = Thing("UnusedPicture", 805, 1);
const DUSK: Thing = Thing("PictureTakenDown", 806, 2);
const TURNING_WHEELS: Thing = Thing("Video", 810, 2);
// Of `desk.rs`.
const TRANSLATOR: Thing = Thing("User", 604, 1);
const GRANT: Thing = Thing("Grant", 603, 1);
const SESSION: Thing = Thing("Session", 605, 1);
const THREAD: Thing = Thing("Comment", 607, 1);
const SETTLED: Thing = Thing("ResolvedComment", 609, 2);
const CORRECTION: Thing = Thing("Correction", 610, 1);
const RELEASE: Thing = Thing("Release", 611, 1);
const FORMER: Thing = Thing("FormerUser", 615, 1);
const PREVIEW: Thing = Thing("Preview", 614, 1);
const WIRES: Thing = Thing("ServiceAccount", 617, 1);
const OWN_KEY: Thing = Thing("OwnApiKey", 618, 1);
const KEY: Thing = Thing("ApiKey", 619, 1);
const UPLOAD: Thing = Thing("Upload", 620, 1);

impl Thing {
    fn id(&self) -> String {
        format!("{IDS}{:012}", self.1)
    }
}

/// The version that a write expects, as it is shared; the example of it is the first version.
const EXPECTING: &str = "IfMatch";
/// What follows its name where the example is the second.
const SECOND: &str = "2";
/// What the ids of the demo begin with.
const IDS: &str = "0198c5a1-7f00-7000-8000-";

/// The name under which a parameter is kept that names a thing of the demo; nothing for any other.
pub(super) fn name(parameter: &Parameter) -> Option<String> {
    let example = serde_json::to_value(parameter).ok()?.get("example")?.as_str()?.to_owned();
    match (&parameter.parameter_in, parameter.name.as_str()) {
        (ParameterIn::Path, "id") => {
            let all = [
                WORLD,
                MEERA,
                RIVERS,
                RIVER_DIARY,
                POTTERS,
                FOOTER,
                FRONT,
                LETTERS,
                GUEST,
                HARBOURS,
                DREDGERS,
                TIDE_TABLES,
                BRIDGE_TOLL,
                OLD_QUAY,
                LOST_FERRY,
                OLD_ADDRESS,
                NOTEBOOK,
                TERMS,
                DAWN,
                DUSK,
                TRANSLATOR,
                SESSION,
                THREAD,
                SETTLED,
                CORRECTION,
                RELEASE,
                PREVIEW,
                WIRES,
                OWN_KEY,
                KEY,
                UPLOAD,
            ];
            all.into_iter().find(|thing| thing.id() == example).map(|thing| format!("Path{}Id", thing.0))
        }
        (ParameterIn::Path, "locale") => Some(format!("PathLocale{}", example.to_ascii_uppercase())),
        _ => None,
    }
}

/// Give every operation the example on which it succeeds.
pub(super) fn give(api: &mut OpenApi) {
    let shared = &mut api.components.get_or_insert_default().parameters;
    if let Some(RefOr::T(expecting)) = shared.get(EXPECTING).cloned() {
        let second = format!("{EXPECTING}{SECOND}");
        for (name, example) in [(EXPECTING, "\"1\""), (second.as_str(), "\"2\"")] {
            let of_version = ParameterBuilder::from(expecting.clone()).example(Some(json!(example))).build();
            shared.insert(name.to_owned(), RefOr::T(of_version));
        }
    }
    for (path, item) in &mut api.paths.paths {
        operations(item).for_each(|operation| fit(path, operation));
    }
}

fn fit(path: &str, operation: &mut Operation) {
    let (thing, locale) = chosen(path, operation);
    let version = version(path, &thing, locale);
    for parameter in operation.parameters.iter_mut().flatten() {
        let whole = match parameter {
            RefOr::T(whole) => whole,
            RefOr::Ref(to) => {
                if version == 2 && to.ref_location.strip_suffix(EXPECTING).is_some() {
                    to.ref_location.push_str(SECOND);
                }
                continue;
            }
        };
        let example = match (&whole.parameter_in, whole.name.as_str()) {
            (ParameterIn::Path, "id") => thing.id(),
            (ParameterIn::Path, "grant_id") => GRANT.id(),
            (ParameterIn::Path, "locale") => locale.to_owned(),
            (ParameterIn::Path, "kid") => "nP4uRxJ2k0Zl".to_owned(),
            (ParameterIn::Path, "token") => "the-token-of-a-preview".to_owned(),
            (ParameterIn::Header, "If-Match") => format!("\"{version}\""),
            (ParameterIn::Query, "locale") if path == "/v1/desk/translations" => "hi".to_owned(),
            _ => continue,
        };
        *whole = ParameterBuilder::from(whole.clone()).example(Some(json!(example))).build();
    }
}

/// The thing that an operation succeeds on, and the locale.
fn chosen(path: &str, operation: &Operation) -> (Thing, &'static str) {
    let name = operation.operation_id.as_deref().unwrap_or_default();
    let locale = match name {
        "delete_locale" => "mr",
        "restore_translation" => "bn",
        "replace_translation" | "delete_translation" | "mark_translation_current" | "assign_translation" | "show_beside" => "hi",
        _ if path.starts_with("/v1/desk/locales") => "hi",
        _ => "en",
    };
    let thing = match name {
        "approve_translation" | "request_changes" => TIDE_TABLES,
        "unschedule_article" | "break_embargo" => BRIDGE_TOLL,
        "reinstate_article" | "erase_article" | "list_takedowns" => OLD_QUAY,
        "unpublish_article" | "take_down_article" | "correct_article" | "list_corrections" | "show_archived_article" => RIVER_DIARY,
        "show_audio" | "replace_audio" | "delete_audio" | "show_translation_audio" => POTTERS,
        "ask_for_audio" => RIVER_DIARY,
        "reopen_comment" => SETTLED,
        "delete_user" => FORMER,
        "create_api_key" => WIRES,
        "replace_media_file" => TERMS,
        "delete_media" => DAWN,
        "reinstate_media" => DUSK,
        "show_media_captions" | "put_media_captions" | "delete_media_captions" | "show_captions" => TURNING_WHEELS,
        _ => of_kind(path),
    };
    (thing, locale)
}

/// The thing of the kind that a path names.
fn of_kind(path: &str) -> Thing {
    match path.split("/{").next().unwrap_or_default() {
        "/v1/auth/sessions" => SESSION,
        "/v1/auth/api-keys" => OWN_KEY,
        "/v1/desk/api-keys" => KEY,
        "/v1/desk/sections" => LETTERS,
        "/v1/desk/authors" => GUEST,
        "/v1/desk/tags" => HARBOURS,
        "/v1/desk/redirects" => OLD_ADDRESS,
        "/v1/desk/menus" => FOOTER,
        "/v1/desk/collections" => FRONT,
        "/v1/desk/media" | "/v1/media" => NOTEBOOK,
        "/v1/desk/uploads" => UPLOAD,
        "/v1/desk/comments" => THREAD,
        "/v1/desk/releases" => RELEASE,
        "/v1/desk/previews" => PREVIEW,
        "/v1/desk/corrections" => CORRECTION,
        "/v1/desk/trash" => LOST_FERRY,
        "/v1/desk/users" => TRANSLATOR,
        "/v1/sections" => WORLD,
        "/v1/authors" => MEERA,
        "/v1/tags" => RIVERS,
        "/v1/articles" => RIVER_DIARY,
        _ => DREDGERS,
    }
}

/// The version that a write on it expects: of the words where it is about words.
fn version(path: &str, thing: &Thing, locale: &str) -> u8 {
    match path {
        "/v1/desk/site" => 2,
        "/v1/desk/articles/{id}/related" => 1,
        "/v1/desk/locales/{locale}" => 1,
        _ if path.contains("/translations/{locale}") && locale != "en" => 1,
        _ => thing.2,
    }
}
