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

use crate::support::{Client, TestApp};

struct Operation {
    method: Method,
    path: String,
    action: Option<String>,
    /// With what else has to be allowed: to see what it is about.
    actions: Vec<String>,
    needs_token: bool,
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
            let without = app.scoped(Role::Admin, None, None, Some(others)).await;
            assert_eq!(call(&without, &operation).await, 403, "{at} without {needed}");
        }
        if !operation.actions.is_empty() {
            let only = scope(action::ALL.iter().copied().filter(|a| operation.actions.iter().any(|needed| a == needed)));
            let with = app.scoped(Role::Admin, None, None, Some(only)).await;
            let status = call(&with, &operation).await;
            assert!(!matches!(status, 401 | 403) && status < 500, "{at} with {:?}: {status}", operation.actions);
        }
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
