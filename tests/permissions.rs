//! Permissions, walked from the contract: no operation can be forgotten.

use std::{fmt::Write, path::Path};

use actix_web::http::Method;
use dateline::{
    access::{
        action,
        policy::{Reach, reach},
    },
    domain::user::Role,
};
use serde_json::json;

use crate::support::{Client, TestApp};

struct Operation {
    method: Method,
    path: String,
    action: Option<String>,
    /// With what else has to be allowed: to see what it is about.
    actions: Vec<String>,
    needs_token: bool,
    /// The ways to show who one is that it takes.
    schemes: Vec<String>,
}

fn operations() -> Vec<Operation> {
    let contract = crate::support::contract::contract();
    let mut all = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let security = &operation["security"][0]["token"];
            all.push(Operation {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: path.clone(),
                action: security[0].as_str().map(str::to_owned),
                actions: security.as_array().into_iter().flatten().map(|a| a.as_str().unwrap().to_owned()).collect(),
                needs_token: security.is_array(),
                schemes: operation["security"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .flat_map(|way| way.as_object().unwrap().keys().cloned())
                    .collect(),
            });
        }
    }
    all
}

async fn call(who: &Client<'_>, operation: &Operation) -> u16 {
    let mut path = operation.path.clone();
    for (name, value) in [
        ("{id}", "00000000-0000-0000-0000-000000000001"),
        ("{grant_id}", "00000000-0000-0000-0000-000000000002"),
        ("{locale}", "hi"),
        ("{slug}", "nothing"),
        ("{version}", "1"),
        ("{token}", "nothing"),
        ("{kid}", "nothing"),
        ("{rendition}", "320.webp"),
        ("{file}", "320.webp"),
    ] {
        path = path.replace(name, value);
    }
    assert!(!path.contains('{'), "{path}");
    let headers = [("content-type", "application/json"), ("if-match", "\"1\"")];
    who.send(operation.method.clone(), &path, &headers, Some(b"{}".to_vec())).await.status
}

fn scope(actions: impl IntoIterator<Item = &'static str>) -> String {
    actions.into_iter().collect::<Vec<_>>().join(" ")
}

/// Every operation by nobody. What it asks of those who are known, `scopes` tries.
async fn walk(app: TestApp) {
    let nobody = app.anyone();
    for operation in operations() {
        let at = format!("{} {}", operation.method, operation.path);
        let open = call(&nobody, &operation).await;
        assert_eq!(open == 401 && !operation.path.ends_with("/refresh"), operation.needs_token, "{at} anonymously: {open}");
        assert!(operation.path.starts_with("/v1/desk/") == operation.action.is_some(), "{at} names no action");
        if operation.method != Method::GET {
            continue;
        }
        for needed in &operation.actions {
            let others = scope(action::ALL.iter().copied().filter(|a| a != needed));
            let without = app.scoped(Role::Admin, None, None, Some(others.clone())).await;
            assert_eq!(call(&without, &operation).await, 403, "{at} without {needed}");
            let owner = app.admin().await;
            let without = app.keyed(&owner, &json!({ "scope": others.split(' ').collect::<Vec<_>>() })).await;
            assert_eq!(call(&without, &operation).await, 403, "{at} with a key without {needed}");
        }
        if !operation.actions.is_empty() {
            let only = scope(action::ALL.iter().copied().filter(|a| operation.actions.iter().any(|needed| a == needed)));
            let with = app.scoped(Role::Admin, None, None, Some(only.clone())).await;
            let status = call(&with, &operation).await;
            assert!(!matches!(status, 401 | 403) && status < 500, "{at} with {:?}: {status}", operation.actions);
            let owner = app.admin().await;
            let with = app.keyed(&owner, &json!({ "scope": only.split(' ').collect::<Vec<_>>() })).await;
            assert_eq!(call(&with, &operation).await, status, "{at} with a key for {:?}", operation.actions);
        }
    }
}

/// Somebody who asks for every operation.
struct Principal<'a> {
    name: String,
    client: Client<'a>,
    /// What they were granted; nothing for whoever is known no more.
    role: Option<Role>,
    key: bool,
}

impl Principal<'_> {
    /// Whether they are known, and let do what an operation needs. A key makes no keys, and does nothing with the account itself.
    fn expected(&self, operation: &Operation) -> (bool, bool) {
        let Some(role) = self.role.filter(|_| operation.needs_token) else { return (!operation.needs_token, true) };
        let of_signed_in = operation.schemes.iter().all(|scheme| scheme != "api_key");
        let denied = operation.actions.iter().any(|action| reach(role, action) == Reach::No) || (self.key && of_signed_in);
        (true, !denied)
    }
}

/// Nobody, whoever has a role, and whoever was known and is no more: each with a token, and with an API key.
async fn principals(app: &TestApp) -> Vec<Principal<'_>> {
    let mut all = vec![Principal { name: "anonymous".to_owned(), client: app.anyone(), role: None, key: false }];
    let expired = app.admin().await;
    let expired = [app.keyed(&expired, &json!({ "expires_in": 60 })).await, expired];
    app.wait(16 * 60);
    let admin = app.admin().await;
    let (revoked, suspended) = (app.admin().await, app.admin().await);
    let revoked = [app.keyed(&revoked, &json!({})).await, revoked];
    let id = revoked[1].get("/v1/auth/api-keys").await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(revoked[1].delete(&format!("/v1/auth/api-keys/{id}"), "\"1\"").await.status, 204);
    assert_eq!(revoked[1].post("/v1/auth/logout", &json!({})).await.status, 204);
    let suspended = [app.keyed(&suspended, &json!({})).await, suspended];
    let path = suspended[1].path();
    admin.patch(&path, &admin.get(&path).await.etag(), &json!({ "status": "suspended" })).await.ok();
    for (name, clients) in [("expired", expired), ("revoked", revoked), ("suspended", suspended)] {
        let named = clients.into_iter().zip([true, false]);
        all.extend(named.map(|(client, key)| Principal { name: name.to_owned(), client, role: None, key }));
    }
    for role in Role::ALL {
        let client = app.role(*role, None, None).await;
        let keyed = app.keyed(&client, &json!({})).await;
        for (client, key) in [(client, false), (keyed, true)] {
            all.push(Principal { name: role.to_string(), client, role: Some(*role), key });
        }
    }
    all
}

/// Every operation by each principal: who is let in, and who is let do it.
async fn table(app: TestApp) {
    let all = principals(&app).await;
    assert_eq!(all.iter().map(|p| p.name.as_str()).collect::<std::collections::BTreeSet<_>>().len(), 9);
    let (mut wrong, mut looked) = (Vec::new(), 0);
    for operation in operations() {
        for who in &all {
            // Whoever signs out is out for the rest of it.
            let signs_out = operation.path == "/v1/auth/logout" && who.role.is_some() && !who.key;
            let client = if signs_out { app.again(&who.client).await } else { who.client.clone() };
            let status = call(&client, &operation).await;
            let refused = operation.path == "/v1/auth/refresh";
            let (known, allowed) = who.expected(&operation);
            let right = match status {
                401 => !known || refused,
                403 => known && !allowed,
                _ => known && allowed && status < 500,
            };
            looked += 1;
            if !right {
                let shown = if who.key { "a key" } else { "a token" };
                wrong.push(format!("{} {} by {} with {shown}: {status}", operation.method, operation.path, who.name));
            }
        }
    }
    assert!(looked > 2_000, "only {looked} cells");
    assert!(wrong.is_empty(), "{} of {looked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[actix_web::test]
async fn every_operation_lets_in_whom_it_should() {
    table(TestApp::sqlite().await).await;
}

#[actix_web::test]
async fn every_operation_lets_in_whom_it_should_on_postgres() {
    if let Some(app) = TestApp::postgres().await {
        table(app).await;
    }
}

#[actix_web::test]
async fn every_operation_asks_for_its_permission() {
    walk(TestApp::sqlite().await).await;
}

#[actix_web::test]
async fn every_operation_asks_for_its_permission_on_postgres() {
    if let Some(app) = TestApp::postgres().await {
        walk(app).await;
    }
}

#[test]
fn the_table_of_roles_and_operations_is_the_committed_one() {
    let mut table = String::from(
        "| operation | permission | contributor | translator | editor | chief | admin |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for operation in operations() {
        let (Some(action), at) = (&operation.action, format!("{} {}", operation.method, operation.path)) else { continue };
        // What shows what it is about, each has that has the rest.
        let needed: Vec<&String> = operation.actions.iter().filter(|a| *a == action || a.rsplit('.').next() != Some("read")).collect();
        let word = |role: &Role| match reach(*role, action) {
            _ if needed.iter().any(|action| reach(*role, action) == Reach::No) => "–",
            Reach::No => "–",
            Reach::Own => "own",
            Reach::Yes => "yes",
        };
        let cells: Vec<_> = Role::ALL.iter().map(word).collect();
        let names: Vec<_> = needed.iter().map(|action| format!("`{action}`")).collect();
        let _ = writeln!(table, "| `{at}` | {} | {} |", names.join(", "), cells.join(" | "));
    }
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/permissions.md")).unwrap();
    let (_, committed) = page.split_once("<!-- table -->\n").unwrap();
    if committed != table {
        let made = std::env::temp_dir().join("dateline-permissions.md");
        std::fs::write(&made, &table).unwrap();
        panic!("docs/permissions.md differs from the policy; the present table is in {}", made.display());
    }
}
