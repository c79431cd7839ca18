//! The surfaces of the API: which headers an answer wears is decided by the route that made it, however its path was written.

use std::collections::BTreeMap;

use actix_web::{
    App, HttpResponse,
    dev::Service,
    http::Method,
    middleware::from_fn,
    test::{TestRequest, init_service},
    web,
};
use dateline::{
    api::{frame::frame, problem::Failure},
    domain::Error,
};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, contract::contract, log::Log};

/// What an answer wears that differs from face to face.
fn worn(answer: &Answer) -> BTreeMap<String, String> {
    let names = [
        "access-control-allow-origin",
        "access-control-expose-headers",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-max-age",
        "cross-origin-resource-policy",
        "content-security-policy",
        "x-robots-tag",
        "x-content-type-options",
        "referrer-policy",
    ];
    let mut worn: BTreeMap<String, String> = answer.headers.iter().filter(|(n, _)| names.contains(&n.as_str())).cloned().collect();
    let keeping = answer.header("cache-control").unwrap_or("none at all");
    worn.insert("who may keep it".to_owned(), if keeping.starts_with("public") { "anybody" } else { keeping }.to_owned());
    worn.insert("differs by origin".to_owned(), answer.headers.iter().any(|(n, v)| n == "vary" && v == "Origin").to_string());
    worn
}

/// The same path in other spellings, of which the router knows some and not others.
fn spellings(path: &str) -> Vec<String> {
    let encoded = |which: &dyn Fn(usize, char) -> bool| -> String {
        path.chars()
            .enumerate()
            .map(|(n, c)| if c.is_ascii_alphanumeric() && which(n, c) { format!("%{:02x}", u32::from(c)) } else { c.to_string() })
            .collect()
    };
    let first_letter = path.rfind('/').unwrap() + 1;
    vec![
        encoded(&|_, _| true),
        encoded(&|_, _| true).to_uppercase(),
        encoded(&|n, _| n.is_multiple_of(2)),
        encoded(&|n, _| n == 1),
        encoded(&|n, _| n == 4),
        encoded(&|n, _| n == first_letter),
        encoded(&|n, _| n == 5),
        path.to_uppercase(),
        path.replacen("/v1", "/V1", 1),
        path.replacen('/', "//", 1),
        path.replacen('/', "/./", 1),
        path.replacen('/', "/x/../", 1),
        path.replacen('/', "/%2e/", 1),
        path.replacen("/v1/", "/v1//", 1),
        path.replacen("/v1/", "/v1%2F", 1),
        path.replacen("/v1/", "/v1%2f", 1),
        path.replacen("/v1/", "/v1/%2e%2e/v1/", 1),
        format!("{path}/"),
        format!("{path}//"),
        format!("{path};a=b"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("{path}%2F"),
        format!("{path}?"),
        format!("{path}/."),
        format!("{path}/.."),
        format!("/{}", path.replace('/', "%5C")),
        format!("/%2e%2e{path}"),
        format!("/openapi.json/..{path}"),
        format!("/v1/site/..{path}"),
        format!("/docs/..{path}"),
        format!("/{}", path.replace('/', "%EF%BC%8F")),
    ]
}

both! {
    async fn an_answer_wears_what_its_route_wears_however_its_path_is_written(app) {
        let contract = crate::support::contract::contract();
        let mut routes: Vec<(Method, String)> = vec![(Method::GET, "/openapi.json".to_owned()), (Method::GET, "/docs".to_owned()), (Method::GET, "/".to_owned())];
        for (path, item) in contract["paths"].as_object().unwrap() {
            let mut filled = String::new();
            for (n, part) in path.split(['{', '}']).enumerate() {
                filled += match (n % 2, part) {
                    (0, literal) => literal,
                    (_, "slug" | "token" | "role") => "a-river",
                    (_, "locale" | "tag") => "en",
                    (_, "version" | "revision" | "number" | "from" | "to") => "1",
                    _ => "0198c5a1-7f00-7000-8000-000000000001",
                };
            }
            routes.extend(item.as_object().unwrap().keys().map(|method| (method.to_uppercase().parse().unwrap(), filled.clone())));
        }
        assert!(routes.len() > 80);
        let strictest = worn(&app.anyone().get("/nowhere").await);
        assert_eq!((strictest["who may keep it"].as_str(), strictest.get("access-control-allow-origin")), ("no-store", None));
        assert_eq!(strictest["cross-origin-resource-policy"], "same-origin");
        let ask = async |method: &Method, path: &str, more: &[(&str, &str)]| {
            let mut headers = vec![("origin", "https://desk.example")];
            headers.extend(more);
            let body = (*method == Method::POST).then(|| json!({}).to_string().into_bytes());
            app.anyone().send(method.clone(), path, &headers, body).await
        };
        let (mut by_route, mut by_none) = (0, 0);
        for (method, path) in routes {
            let asked: [(Method, Vec<(&str, &str)>); 3] = [
                (method.clone(), vec![]),
                (if method == Method::GET { Method::HEAD } else { method.clone() }, vec![("authorization", "Bearer nonsense")]),
                (Method::OPTIONS, vec![("access-control-request-method", method.as_str())]),
            ];
            for (method, headers) in asked {
                let plain = ask(&method, &path, &headers).await;
                for spelling in spellings(&path) {
                    let answer = ask(&method, &spelling, &headers).await;
                    let at = format!("{method} {spelling}: {} {}", answer.status, answer.text);
                    assert!(answer.header("x-request-id").is_some(), "{at}");
                    if answer.status >= 400 && method != Method::HEAD {
                        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{at}");
                    }
                    let worn_here = worn(&answer);
                    if worn_here == worn(&plain) && (answer.status == plain.status || plain.status == 200) {
                        by_route += 1;
                    } else {
                        // No route, or one of the same face that says something else; nobody may keep more of it than of the plain one.
                        let (mut here, mut there) = (worn_here.clone(), worn(&plain));
                        let kept = here.remove("who may keep it").unwrap();
                        let keeps_no_more = there.remove("who may keep it") == Some(kept.clone()) || kept.contains("no-store");
                        let same = (here == there && keeps_no_more) || worn_here == strictest;
                        assert!(same, "{at}: {worn_here:?}, and plainly {:?}", worn(&plain));
                        by_none += 1;
                    }
                }
            }
        }
        assert!(by_route > 1_000 && by_none > 1_000, "{by_route} {by_none}");
    }

    async fn previews_and_tokens_are_nobodys_to_keep_however_their_paths_are_written(app) {
        for path in ["/v1/preview/TOKEN", "/v1/auth/token", "/v1/auth/me", "/v1/desk/site", "/v1/desk/nothing"] {
            for spelling in std::iter::once(path.to_owned()).chain(spellings(path)) {
                for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
                    let answer = app.anyone().send(method.clone(), &spelling, &[("origin", "https://evil.example")], None).await;
                    assert_eq!(answer.header("access-control-allow-origin"), None, "{method} {spelling}");
                    assert!(answer.header("cache-control").is_some_and(|c| c.contains("no-store")), "{method} {spelling}: {answer:?}");
                }
            }
        }
        // The desk knows who asks, however it is asked.
        let editor = app.editor().await;
        for path in ["/v1/desk/site", "/v1/%64esk/site", "/%76%31/desk/%73ite"] {
            assert_eq!(editor.get(path).await.ok()["default_locale"], "en", "{path}");
            app.anyone().get(path).await.refused(401, "unauthenticated");
        }
        app.anyone().send(Method::POST, "/v1/%61rticles", &[], None).await.refused(405, "method-not-allowed");
    }

    async fn whatever_takes_the_token_of_a_preview_is_nobodys_to_keep(app) {
        let mut asked = 0;
        for (path, item) in contract()["paths"].as_object().unwrap() {
            let takes_it = |operation: &Value| operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["in"] == "query" && one["name"] == "preview"));
            if path.starts_with("/v1/desk") || !item.as_object().unwrap().values().any(takes_it) {
                continue;
            }
            let path = path.replace("{id}", "0198c5a1-7f00-7000-8000-000000000001").replace("{file}", "640.webp");
            for query in ["preview=x", "v=1&%70review=x"] {
                let answer = app.anyone().get(&format!("{path}?{query}")).await;
                assert_eq!((answer.header("cache-control"), answer.header("x-robots-tag")), (Some("private, no-store"), Some("noindex")), "{path}?{query}");
                asked += 1;
            }
        }
        assert_eq!(asked, 6, "pages, files and captions");
    }

    async fn what_is_kept_is_answered_with_the_headers_of_what_is_made(app) {
        let asked: [&[(&str, &str)]; 4] = [&[], &[("origin", "https://x.example")], &[("accept-encoding", "br")], &[("authorization", "Bearer nonsense")]];
        let mut ids = std::collections::BTreeSet::new();
        for headers in asked {
            for method in [Method::GET, Method::HEAD] {
                let ask = async |more: Option<&str>| {
                    let mut all = headers.to_vec();
                    all.extend(more.map(|tag| ("if-none-match", tag)));
                    app.anyone().send(method.clone(), "/v1/site", &all, None).await
                };
                let (first, again) = (ask(None).await, ask(None).await);
                let unchanged = ask(Some(&again.etag())).await;
                assert_eq!((again.status, unchanged.status), (200, 304));
                let told = |answer: &Answer| {
                    answer.headers.iter().filter(|(n, _)| n != "x-request-id" && n != "content-type" && n != "content-encoding").cloned().collect::<std::collections::BTreeSet<_>>()
                };
                assert_eq!(told(&first), told(&again));
                assert_eq!(told(&first), told(&unchanged));
                ids.extend([first, again, unchanged].map(|answer| answer.header("x-request-id").unwrap().to_owned()));
            }
        }
        assert_eq!(ids.len(), 24, "each has an id of its own");
    }

    async fn pages_of_other_origins_are_told_what_they_may_ask_by_each_face(app) {
        let preflight = async |path: &str, origin: &str| {
            app.anyone().send(Method::OPTIONS, path, &[("origin", origin), ("access-control-request-method", "GET"), ("access-control-request-headers", "authorization")], None).await
        };
        let may = |answer: &Answer| (answer.status, answer.header("access-control-allow-origin").map(str::to_owned), answer.header("access-control-allow-methods").map(str::to_owned));
        let (desk, evil) = ("https://desk.example", "https://evil.example");
        assert_eq!(may(&preflight("/v1/site", evil).await), (204, Some("*".to_owned()), Some("GET, HEAD, OPTIONS".to_owned())));
        assert_eq!(preflight("/v1/site", evil).await.header("access-control-allow-headers"), Some("accept-language, if-none-match, range, if-range"));
        let of_desk = preflight("/v1/desk/articles", desk).await;
        assert_eq!(may(&of_desk), (204, Some(desk.to_owned()), Some("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS".to_owned())));
        // Whatever the contract says that a request may carry, and all that clients act on of an answer.
        let allowed = of_desk.header("access-control-allow-headers").unwrap().to_owned();
        for name in ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key"] {
            assert!(allowed.split(", ").any(|allowed| allowed == name), "{allowed}");
        }
        let exposed = app.anyone().send(Method::GET, "/v1/desk/articles", &[("origin", desk)], None).await;
        let exposed = exposed.header("access-control-expose-headers").unwrap().to_owned();
        for name in ["ETag", "Location", "Link", "Retry-After", "Validate-Only", "Idempotency-Replayed", "WWW-Authenticate", "X-Request-Id"] {
            assert!(exposed.split(", ").any(|exposed| exposed == name), "{exposed}");
        }
        for path in ["/v1/desk/articles", "/v1/auth/token", "/v1/preview/x", "/health/live", "/docs/", "/nowhere", "/v1/nowhere", "/v1/%64esk/articles"] {
            let refused = preflight(path, evil).await;
            assert_eq!(may(&refused), (204, None, None), "{path}");
            assert!(!refused.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{path}: {refused:?}");
        }
    }

    async fn a_page_of_another_origin_may_do_whatever_the_contract_has(app) {
        let contract = crate::support::contract::contract();
        let mut wrong = Vec::new();
        for (path, item) in contract["paths"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with("/v1/")) {
            for (method, operation) in item.as_object().unwrap() {
                let (method, path) = (method.to_uppercase(), crate::ignored::filled(path));
                let asked = [("origin", "https://desk.example"), ("access-control-request-method", method.as_str())];
                let answer = app.anyone().send(Method::OPTIONS, &path, &asked, None).await;
                let told = |name: &str| answer.header(name).unwrap_or_default().to_lowercase();
                let may = |of: &str, what: &str| told(of).split(", ").any(|one| one == what.to_lowercase());
                let headers = operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "header");
                let needed = headers.map(|parameter| parameter["name"].as_str().unwrap());
                let needed = needed.chain(operation["requestBody"].is_object().then_some("content-type"));
                let needed = needed.chain(operation["security"].as_array().is_some_and(|any| !any.is_empty()).then_some("authorization"));
                if !may("access-control-allow-methods", &method) || needed.clone().any(|name| !may("access-control-allow-headers", name)) {
                    wrong.push(format!("{method} {path} with {:?}: {:?}", needed.collect::<Vec<_>>(), answer.headers));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn a_query_of_any_length_is_read_in_bounded_steps(app) {
        let many = |pair: &str, count: usize| vec![pair; count].join("&");
        for (query, code) in [
            (many("a=", 10_000), "too_many"), (many("locale=en", 101), "too_many"), (many("", 10_000), "too_many"),
            (format!("include={}", "section,".repeat(500)), "parameter"), (format!("locale={}", "en-".repeat(2_000)), "locale"),
            (format!("cursor={}", "A".repeat(8_000)), "cursor"), (format!("{}=1", "x".repeat(8_000)), "unknown_parameter"),
            (many("locale=en", 100), "parameter"),
        ] {
            let refused = app.anyone().get(&format!("/v1/articles?{query}")).await;
            assert_eq!(refused.status, 400);
            assert_eq!(refused.violations()[0].1, code, "{}", query.chars().take(60).collect::<String>());
        }
        let all = vec!["section"; 200].join(",");
        app.anyone().get(&format!("/v1/articles?include={all}")).await.ok();
        // Distinct names, of which each would be a fault of its own.
        let names: Vec<String> = (0..100).map(|n| format!("n{n}=1")).collect();
        let refused = app.anyone().get(&format!("/v1/articles?{}", names.join("&"))).await;
        assert!(refused.violations().len() <= 50);
        for header in ["accept-language", "accept-encoding", "if-none-match"] {
            let value = "en-a;q=0.5,".repeat(2_700) + &"a-".repeat(500);
            app.anyone().send(Method::GET, "/v1/site?", &[(header, &value)], None).await;
            assert_eq!(app.anyone().send(Method::GET, "/v1/articles?locale=auto", &[(header, &value)], None).await.status, 200);
        }
    }

    async fn what_cannot_be_is_not_looked_for_and_not_kept(app) {
        let (statements, kept) = (app.store.statements(), app.entrance.response_cache.len());
        for n in 0..50 {
            for slug in [format!("{n}{}", "b".repeat(60_000)), format!("{n}%20b"), format!("..%2F{n}"), format!("{n}.html"), format!("{n}{}", "%E0%A4%B9".repeat(81))] {
                for kind in ["articles", "sections", "authors", "tags"] {
                    app.anyone().get(&format!("/v1/{kind}/by-slug/{slug}")).await.refused(404, "not-found");
                }
                let path = format!("/en/{slug}{}", "c".repeat(2_000));
                app.anyone().get(&format!("/v1/resolve?path={path}")).await.refused(400, "malformed");
                app.anyone().get(&format!("/v1/pages?path={path}")).await.refused(400, "malformed");
            }
            for id in ["articles", "sections", "authors", "tags"] {
                app.anyone().get(&format!("/v1/{id}/{n}-no-uuid")).await.refused(400, "malformed");
            }
        }
        assert_eq!((app.store.statements(), app.entrance.response_cache.len()), (statements, kept));
    }
}

async fn fails() -> Result<HttpResponse, Failure> {
    Err(Error::internal("as it should").into())
}

async fn panics() -> HttpResponse {
    panic!("as it should")
}

#[actix_web::test]
async fn what_fails_wears_what_every_answer_does_and_is_logged_without_what_is_secret() {
    let app = TestApp::sqlite().await;
    let routes = App::new().app_data(app.state()).route("/v1/preview/{token}", web::get().to(fails)).route("/work", web::post().to(panics));
    let service = init_service(routes.wrap(from_fn(frame))).await;
    let log = Log::begin();
    let preview = TestRequest::get().uri("/v1/preview/a-secret").to_request();
    // With a key it is carried out whether its client stays or not.
    let work = TestRequest::post().uri("/work").insert_header(("idempotency-key", "k")).to_request();
    for (request, named) in [(preview, "/v1/preview/{token}"), (work, "as it should")] {
        let answer = service.call(request).await.map_or_else(|e| e.error_response(), |answer| answer.into_parts().1);
        assert_eq!(answer.status(), 500);
        for name in ["x-request-id", "x-content-type-options", "content-security-policy", "referrer-policy", "cache-control"] {
            assert!(answer.headers().contains_key(name), "{named}: {name}");
        }
        let id = answer.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
        let body = actix_web::body::to_bytes(answer.into_body()).await.unwrap_or_default();
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["request_id"], id);
        let said = log.said();
        assert!(said.contains(&id) && said.contains(named), "{said}");
        assert!(!said.contains("a-secret"), "{said}");
    }
}
