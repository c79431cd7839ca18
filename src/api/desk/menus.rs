//! `/v1/desk/menus`.

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Expecting;
use crate::{
    access::{
        Action,
        action::{ManageMenus, ReadDesk},
    },
    api::{
        State,
        extract::{Body, IfMatch, May, Path},
        patching::{Patch, PatchOf, Resource},
        problem::{Failure, Problem},
        reply::{Listing, Tagged},
    },
    desk::menus::{self as desk, LeftOut},
    domain::{
        Error, Instant, Locale,
        menu::{Item, Menu, MenuDraft, MenuId},
    },
    store::{self, Tx},
};

/// The operations of this file.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_desk_menus).service(create_menu).service(show_desk_menu).service(revise_menu).service(delete_menu);
}

/// An item of a menu that readers of some languages are not shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutItem {
    /// Where it stands.
    #[schema(example = "#/items/0/items/2")]
    pub pointer: String,
    /// The public locales in which what it leads to is not live, nor in one that they fall back to; all of them, where it has no name in any.
    pub locales: Vec<Locale>,
}

/// A menu as the desk keeps it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskMenu {
    /// Its id.
    #[schema(read_only)]
    pub id: MenuId,
    /// What readers ask for it by.
    #[schema(example = "footer", max_length = 80)]
    pub slug: String,
    /// Its items, in order.
    #[schema(max_items = 100)]
    pub items: Vec<Item>,
    /// The items that lead to something which is not public, or that are called nothing in a public locale, with all that stands below them.
    #[schema(read_only)]
    pub left_out: Vec<LeftOutItem>,
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

/// A new menu.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "slug": "header", "items": [{ "to": "/en/subscribe", "labels": { "en": "Subscribe" } }] }))]
pub struct NewMenu {
    /// What readers ask for it by.
    #[schema(example = "footer", max_length = 80)]
    pub slug: String,
    /// Its items, in order.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub items: Vec<Item>,
}

/// A merge patch on it, as the contract shows it.
pub type DeskMenuPatch = PatchOf<DeskMenu>;

impl Resource for DeskMenu {
    type Input = NewMenu;
    const READ_ONLY: &'static [&'static str] = &["id", "left_out", "version", "created_at", "updated_at"];
}

impl From<NewMenu> for MenuDraft {
    fn from(NewMenu { slug, items }: NewMenu) -> Self {
        Self { slug, items }
    }
}

fn shown(menu: Menu, left_out: Vec<LeftOut>) -> DeskMenu {
    let Menu { id, slug, items, version, created_at, updated_at } = menu;
    let left_out = left_out.into_iter().map(|LeftOut { pointer, locales }| LeftOutItem { pointer, locales }).collect();
    DeskMenu { id, slug: slug.to_string(), items, left_out, version, created_at, updated_at }
}

/// A menu as it is shown, with what readers are not shown of it.
fn told(tx: &mut Tx<'_>, menu: Menu) -> Result<DeskMenu, Error> {
    let left_out = desk::left_out(tx, std::slice::from_ref(&menu))?.pop().unwrap_or_default();
    Ok(shown(menu, left_out))
}

fn tagged(menu: DeskMenu) -> Tagged<DeskMenu> {
    let version = menu.version;
    Tagged::new(menu, version)
}

/// List all menus as the desk keeps them, oldest first.
///
/// With what they lead to, and which items readers are not shown.
#[utoipa::path(tag = "desk-menus", security(("token" = [ReadDesk::NAME])),
    responses((status = 200, body = Listing<DeskMenu>), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/menus")]
pub(crate) async fn list_desk_menus(_: May<ReadDesk>, state: Data<State>) -> Result<Listing<DeskMenu>, Failure> {
    let all = state.store.read(|tx| {
        let menus = store::menus::all(tx)?;
        let left_out = desk::left_out(tx, &menus)?;
        Ok(menus.iter().cloned().zip(left_out).map(|(menu, left_out)| shown(menu, left_out)).collect())
    });
    Ok(Listing::whole(all.await?))
}

/// Create a menu.
///
/// Answers 409 where another has its slug, and where the site has as many as it may. To lead to an article needs `article.read` as well.
#[utoipa::path(tag = "desk-menus", security(("token" = [ManageMenus::NAME, ManageMenus::READS])), request_body = NewMenu,
    responses((status = 201, body = DeskMenu), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[post("/menus")]
pub(crate) async fn create_menu(
    May(permit): May<ManageMenus>,
    sent: Body<NewMenu>,
    state: Data<State>,
) -> Result<Tagged<DeskMenu>, Failure> {
    let made = state.store.write(permit, move |tx, permit| {
        let menu = desk::create(tx, permit, sent.0.into())?;
        told(tx, menu)
    });
    let made = made.await?;
    let path = format!("/v1/desk/menus/{}", made.id);
    Ok(tagged(made).created(path))
}

/// Show a menu as the desk keeps it.
///
/// With what it leads to, and which items readers are not shown.
#[utoipa::path(tag = "desk-menus", security(("token" = [ReadDesk::NAME])), params(("id" = MenuId, Path)),
    responses((status = 200, body = DeskMenu), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[get("/menus/{id}")]
pub(crate) async fn show_desk_menu(_: May<ReadDesk>, id: Path<MenuId>, state: Data<State>) -> Result<Tagged<DeskMenu>, Failure> {
    let menu = state.store.read(move |tx| {
        let menu = store::menus::find(tx, *id)?;
        told(tx, menu)
    });
    Ok(tagged(menu.await?))
}

/// Update a menu.
///
/// Its items are replaced as a whole. To lead to an article that it did not lead to needs `article.read` as well.
#[utoipa::path(tag = "desk-menus", security(("token" = [ManageMenus::NAME, ManageMenus::READS])), params(("id" = MenuId, Path), Expecting),
    request_body(content = DeskMenuPatch, content_type = "application/merge-patch+json", example = json!({ "items": [{ "to": "/en/subscribe", "labels": { "en": "Subscribe" } }] })),
    responses((status = 200, body = DeskMenu), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[patch("/menus/{id}")]
pub(crate) async fn revise_menu(
    May(permit): May<ManageMenus>,
    id: Path<MenuId>,
    expected: IfMatch,
    patch: Patch<DeskMenu>,
    state: Data<State>,
) -> Result<Tagged<DeskMenu>, Failure> {
    let revised = state.store.write(permit, move |tx, permit| {
        let onto = |menu: &Menu| patch.onto(&shown(menu.clone(), Vec::new())).map(MenuDraft::from);
        let menu = desk::revise(tx, permit, *id, expected.version()?, onto)?;
        told(tx, menu)
    });
    Ok(tagged(revised.await?))
}

/// Delete a menu.
///
/// Readers find it no more.
#[utoipa::path(tag = "desk-menus", security(("token" = [ManageMenus::NAME, ManageMenus::READS])), params(("id" = MenuId, Path), Expecting),
    responses((status = 204), (status = "default", body = Problem, content_type = "application/problem+json")))]
#[delete("/menus/{id}")]
pub(crate) async fn delete_menu(
    May(permit): May<ManageMenus>,
    id: Path<MenuId>,
    expected: IfMatch,
    state: Data<State>,
) -> Result<HttpResponse, Failure> {
    state.store.write(permit, move |tx, permit| desk::delete(tx, permit, *id, expected.version()?)).await?;
    Ok(HttpResponse::NoContent().finish())
}
