//! `/v1/desk/redirects`.

use actix_web::{HttpResponse, delete, get, http::header::CONTENT_DISPOSITION, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::Expecting;
use crate::{
    access::{Action, action::ManageRedirects},
    api::{
        State,
        extract::{Body, Csv, IfMatch, May, Path, Query, paging},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::redirects::{self as desk, Imported, TableRow},
    domain::{
        Error, Instant, Violation,
        error::Faults,
        page::{Paging, Sorting},
        redirect::{Destination, Redirect, RedirectDraft, RedirectId},
        text::limits,
    },
    store::{self, redirects::Filter},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_redirects)
        .service(create_redirect)
        .service(import_redirects)
        .service(export_redirects)
        .service(show_redirect)
        .service(revise_redirect)
        .service(delete_redirect);
}

/// An address that readers may still have, and where it leads.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskRedirect {
    /// Its id.
    #[schema(read_only)]
    pub id: RedirectId,
    /// The address: a path of the site, with its query if there is one, in one spelling; it stays as it was created.
    #[schema(read_only, example = "/story.php?id=7")]
    pub from: String,
    /// Where it leads: a path of the site, an absolute URL, or a thing of the site in a language, wherever its page is by then; nothing, with 410.
    pub to: Option<Destination>,
    /// The HTTP status to answer a reader with: 301, 302, 307, 308 or 410.
    #[schema(example = 301)]
    pub status: i32,
    /// Why it is there.
    #[schema(max_length = 8000)]
    pub note: String,
    /// Newest version.
    #[schema(read_only)]
    pub version: i32,
    /// First saved.
    #[schema(read_only)]
    pub created_at: Instant,
    /// Last saved.
    #[schema(read_only)]
    pub updated_at: Instant,
}

/// What of a redirect can be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedirectInput {
    #[serde(default)]
    to: Option<Destination>,
    #[serde(default = "moved")]
    status: i32,
    #[serde(default)]
    note: String,
}

/// A new redirect.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "from": "/story.php?id=7", "to": "/en/world/the-river-that-kept-a-diary" }))]
pub struct NewRedirect {
    /// The address: a path of the site, with its query if there is one, as browsers send it or readable.
    #[schema(max_length = 2000)]
    pub from: String,
    /// Where it leads: a path of the site, an absolute URL, or a thing of the site in a language; nothing, with 410.
    #[serde(default)]
    pub to: Option<Destination>,
    /// The HTTP status to answer a reader with: 301, 302, 307, 308 or 410.
    #[serde(default = "moved")]
    #[schema(default = 301)]
    pub status: i32,
    /// Why it is there.
    #[serde(default)]
    #[schema(max_length = 8000)]
    pub note: String,
}

fn moved() -> i32 {
    301
}

/// A merge patch on it, as the contract shows it.
pub type DeskRedirectPatch = PatchOf<DeskRedirect>;

impl Resource for DeskRedirect {
    type Input = RedirectInput;
    const READ_ONLY: &'static [&'static str] = &["id", "from", "version", "created_at", "updated_at"];
}

impl From<RedirectInput> for RedirectDraft {
    fn from(RedirectInput { to, status, note }: RedirectInput) -> Self {
        Self { to, status, note }
    }
}

impl From<Redirect> for DeskRedirect {
    fn from(r: Redirect) -> Self {
        let Redirect { id, from, to, status, note, version, created_at, updated_at } = r;
        Self { id, from, to, status, note, version, created_at, updated_at }
    }
}

fn tagged(redirect: Redirect) -> Tagged<DeskRedirect> {
    let version = redirect.version;
    Tagged::new(redirect.into(), version)
}

/// Which redirects are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListRedirects {
    /// From addresses that begin like this, as they are shown.
    #[param(max_length = 2000, example = "/story")]
    prefix: Option<String>,
    /// With this status.
    status: Option<i32>,
    /// Leading to the article, section, author or tag with this id.
    #[param(value_type = Option<String>, format = Uuid)]
    target: Option<Uuid>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// Where the page begins: `page.next` or `page.previous` of another one.
    cursor: Option<String>,
    /// Whether to count all rows.
    #[param(default = false)]
    count: Option<bool>,
}

/// List redirects, oldest first.
///
/// Those of a prefix, a status or a thing that they lead to, as the parameters say.
#[utoipa::path(tag = "desk-redirects", security(("token" = [ManageRedirects::NAME, ManageRedirects::READS])), params(ListRedirects),
    responses((status = 200, body = Listing<DeskRedirect>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/redirects")]
pub(crate) async fn list_redirects(
    May(permit): May<ManageRedirects>,
    query: Query<ListRedirects>,
    state: Data<State>,
) -> Result<Listing<DeskRedirect>, Failure> {
    permit.everywhere()?;
    let ListRedirects { prefix, status, target, limit, cursor, count } = query.0;
    let paging = paging(limit, cursor.as_deref(), count, Sorting::Redirects)?;
    let filter = Filter { prefix, status, target };
    let page = state.store.read(move |tx| store::redirects::page(tx, &filter, paging)).await?;
    Ok(page.map(DeskRedirect::from).into())
}

/// Create a redirect.
///
/// Answers 409 where another leads from this address. What is live there comes before it, unless it has a query. To lead to an article needs
/// `article.read` as well.
#[utoipa::path(tag = "desk-redirects", security(("token" = [ManageRedirects::NAME, ManageRedirects::READS])), request_body = NewRedirect,
    responses((status = 201, body = DeskRedirect), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/redirects")]
pub(crate) async fn create_redirect(
    May(permit): May<ManageRedirects>,
    sent: Body<NewRedirect>,
    state: Data<State>,
) -> Result<Tagged<DeskRedirect>, Failure> {
    let NewRedirect { from, to, status, note } = sent.0;
    let draft = RedirectDraft { to, status, note };
    let made = state.store.write(permit, move |tx, permit| desk::create(tx, permit, &from, draft)).await?;
    let path = format!("/v1/desk/redirects/{}", made.id);
    Ok(tagged(made).created(path))
}

/// Show a redirect.
///
/// With where it leads at present.
#[utoipa::path(tag = "desk-redirects", security(("token" = [ManageRedirects::NAME, ManageRedirects::READS])), params(("id" = RedirectId, Path)),
    responses((status = 200, body = DeskRedirect), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/redirects/{id}")]
pub(crate) async fn show_redirect(
    May(permit): May<ManageRedirects>,
    id: Path<RedirectId>,
    state: Data<State>,
) -> Result<Tagged<DeskRedirect>, Failure> {
    permit.everywhere()?;
    Ok(tagged(state.store.read(move |tx| store::redirects::find(tx, *id)).await?))
}

/// Update where a redirect leads.
///
/// To lead to an article needs `article.read` as well.
#[utoipa::path(tag = "desk-redirects", security(("token" = [ManageRedirects::NAME, ManageRedirects::READS])), params(("id" = RedirectId, Path), Expecting),
    request_body(content = DeskRedirectPatch, content_type = "application/merge-patch+json", example = json!({ "to": "/en/world/two-island-towns-agree-to-share-one-clock" })),
    responses((status = 200, body = DeskRedirect), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/redirects/{id}")]
pub(crate) async fn revise_redirect(
    May(permit): May<ManageRedirects>,
    id: Path<RedirectId>,
    expected: IfMatch,
    patch: Patch<DeskRedirect>,
    state: Data<State>,
) -> Result<Tagged<DeskRedirect>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        desk::revise(tx, permit, *id, expected.version()?, |r| patch.onto(&DeskRedirect::from(r.clone())).map(RedirectDraft::from))
    });
    Ok(tagged(revised.await?))
}

/// Delete a redirect.
///
/// The address is answered as if it had never been.
#[utoipa::path(tag = "desk-redirects", security(("token" = [ManageRedirects::NAME, ManageRedirects::READS])), params(("id" = RedirectId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/redirects/{id}")]
pub(crate) async fn delete_redirect(
    May(permit): May<ManageRedirects>,
    id: Path<RedirectId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// How a table is imported.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportRedirects {
    /// Whether the rows that are in order are taken where others are not; otherwise all or none.
    #[param(default = false)]
    partial: Option<bool>,
}

/// What is wrong with a row.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowFinding {
    /// The line that it begins on; the first line holds the names of the columns.
    pub line: u64,
    /// The column: `from`, `to` or `status`; nothing, where it is the whole row.
    pub column: Option<String>,
    /// What, as a stable code.
    pub code: &'static str,
    /// What, in words.
    pub detail: String,
}

/// What became of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedRedirects {
    /// Rows that made a redirect.
    pub created: usize,
    /// Rows that changed one.
    pub updated: usize,
    /// Rows that said nothing new.
    pub unchanged: usize,
    /// What is wrong with the others; only with `partial=true`, for otherwise nothing is done and the request refused.
    pub findings: Vec<RowFinding>,
}

/// Import redirects from a table, and update those that lead from its addresses already.
///
/// Comma-separated values (RFC 4180) in UTF-8 with the columns `from`, `to` and, if not all are 301, `status`; at most 5,000 rows. `to` is a path, a URL,
/// or `article:`, `section:`, `author:` or `tag:` with an id, `:` and a locale; it is empty for 410. Rows are refused as `#/LINE/COLUMN`. To lead to an
/// article needs `article.read` as well.
#[utoipa::path(tag = "desk-redirects", security(("token" = [ManageRedirects::NAME, ManageRedirects::READS])), params(ImportRedirects),
    request_body(content = String, content_type = "text/csv", example = "from,to,status\n/story.php?id=7,/en/world/the-river-that-kept-a-diary,301\n"),
    responses((status = 200, body = ImportedRedirects), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/redirects/import")]
pub(crate) async fn import_redirects(
    May(permit): May<ManageRedirects>,
    query: Query<ImportRedirects>,
    table: Csv,
    state: Data<State>,
) -> Result<actix_web::web::Json<ImportedRedirects>, Failure> {
    let rows = rows(&table.0)?;
    let partial = query.0.partial == Some(true);
    let Imported { created, updated, unchanged, findings } = state
        .store
        .write(permit, move |tx, permit| {
            let imported = desk::import(tx, permit, &rows)?;
            if !partial && !imported.findings.is_empty() {
                let mut faults = Faults::default();
                for (line, Violation { pointer, code, detail }) in imported.findings {
                    faults.add(pointer.replacen('#', &format!("#/{line}"), 1), code, format!("line {line}: {detail}"));
                }
                return faults.or(Imported::default());
            }
            Ok(imported)
        })
        .await?;
    let finding = |(line, Violation { pointer, code, detail }): (u64, Violation)| {
        let column = pointer.split('/').nth(1).map(str::to_owned);
        RowFinding { line, column, code, detail }
    };
    let findings = findings.into_iter().map(finding).collect();
    Ok(actix_web::web::Json(ImportedRedirects { created, updated, unchanged, findings }))
}

/// One line of a table, by its columns.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Line {
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    status: Option<String>,
}

/// The byte and the line that each row of a table begins at. A quotation mark where RFC 4180 has none is refused: readers take it for text, or
/// what follows it, up to the next one, for a part of its field.
fn beginnings(table: &[u8]) -> Result<Vec<(u64, u64)>, Failure> {
    enum At {
        Row,
        Field,
        Text,
        Quoted,
        Closed,
    }
    let (mut at, mut line, mut opened, mut rows) = (At::Row, 1u64, 1, Vec::new());
    let refused = |line: u64, why: &str| Err(Failure::malformed(format!("#/{line}"), "quotation_mark", format!("line {line}: {why}")));
    for ((place, byte), next) in (0u64..).zip(table).zip(table.iter().skip(1).map(Some).chain([None])) {
        if matches!(at, At::Row) && !b"\r\n".contains(byte) {
            rows.push((place, line));
            at = At::Field;
        }
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, _) => At::Quoted,
            (At::Closed, b'"') => At::Quoted,
            (At::Field, b'"') => {
                opened = line;
                At::Quoted
            }
            (_, b',') => At::Field,
            (_, b'\r' | b'\n') => At::Row,
            (At::Closed, _) | (_, b'"') => return refused(line, "a quotation mark encloses a whole field, and is written twice in it"),
            _ => At::Text,
        };
        line = line.saturating_add(u64::from(*byte == b'\n' || *byte == b'\r' && next != Some(&b'\n')));
    }
    if matches!(at, At::Quoted) { refused(opened, "a quotation mark is not closed") } else { Ok(rows) }
}

/// The rows of a table.
fn rows(table: &[u8]) -> Result<Vec<TableRow>, Failure> {
    let table = table.strip_prefix(b"\xef\xbb\xbf").unwrap_or(table);
    let beginnings = beginnings(table)?;
    // A reader counts the end of the line before to a row.
    let line_of = |position: Option<&csv::Position>| {
        let byte = position.map_or(0, csv::Position::byte);
        beginnings.get(beginnings.partition_point(|(begins, _)| *begins < byte)).map_or(1, |(_, line)| *line)
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(table);
    let malformed = |error: &csv::Error| {
        let line = line_of(error.position());
        let why = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} fields where there are {expected_len} columns"),
            csv::ErrorKind::Utf8 { .. } => "it is not in UTF-8".to_owned(),
            _ => "it cannot be read".to_owned(),
        };
        Failure::malformed(format!("#/{line}"), "csv", format!("line {line}: {why}"))
    };
    let names = reader.headers().map_err(|e| malformed(&e))?.clone();
    if !names.iter().all(|name| ["from", "to", "status"].contains(&name)) || !names.iter().any(|name| name == "from") {
        return Err(Failure::malformed("#/1", "columns", "the columns are `from`, `to` and `status`"));
    }
    let mut rows = Vec::new();
    for record in reader.into_records() {
        let record = record.map_err(|e| malformed(&e))?;
        let line = line_of(record.position());
        let Line { from, to, status } = record.deserialize(Some(&names)).map_err(|e| malformed(&e))?;
        if rows.len() >= limits::REDIRECT_ROWS {
            return Err(Error::invalid("#", "too_many", format!("at most {} rows at once", limits::REDIRECT_ROWS)).into());
        }
        let mut faults = Faults::default();
        let number = status.filter(|status| !status.is_empty()).map_or(Some(moved()), |status| status.parse().ok());
        if number.is_none() {
            faults.add("#/status", "status", "one of 301, 302, 307, 308 and 410");
        }
        let to = faults.merge(desk::read(&to))?.flatten();
        rows.push(TableRow { line, from, draft: faults.or(RedirectDraft { to, status: number.unwrap_or_default(), note: String::new() }) });
    }
    Ok(rows)
}

/// Export all redirects as a table, as they are imported.
///
/// As comma-separated values, in the form that the import takes.
#[utoipa::path(tag = "desk-redirects", security(("token" = [ManageRedirects::NAME, ManageRedirects::READS])),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/redirects/export")]
pub(crate) async fn export_redirects(May(permit): May<ManageRedirects>, state: Data<State>) -> Result<HttpResponse, Failure> {
    permit.everywhere()?;
    let table = state.store.read(|tx| {
        let (mut table, mut paging) = (csv::Writer::from_writer(Vec::new()), Paging::first());
        loop {
            let page = store::redirects::page(tx, &Filter::default(), paging)?;
            for r in page.items {
                let line = Line { from: r.from, to: r.to.map(|to| to.to_string()).unwrap_or_default(), status: Some(r.status.to_string()) };
                table.serialize(line).map_err(Error::internal)?;
            }
            // Ends: each round reads a page, and the last has none after it.
            match page.next {
                Some(next) => paging.cursor = Some(next),
                None => return table.into_inner().map_err(|e| Error::internal(e.to_string())),
            }
        }
    });
    let table = table.await?;
    let named = (CONTENT_DISPOSITION, "attachment; filename=\"redirects.csv\"");
    Ok(HttpResponse::Ok().content_type("text/csv; charset=utf-8").insert_header(named).body(table))
}
