//! The program as people run it.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::support::{committed, new_file};

/// A folder of its own, with a database in it.
struct Desk(PathBuf);

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Desk {
    fn new() -> Self {
        let folder = new_file().with_extension("d");
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        command.args(arguments).current_dir(&self.0).env_clear().stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn told(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self.command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn newsroom() -> String {
    committed("src/cli/demo/newsroom.ndjson")
}

#[test]
fn faults_of_the_configuration_are_reported_at_once() {
    let desk = Desk::new();
    let wrong = desk
        .command(&["check"])
        .env("DATABASE_URL", "mysql://x")
        .env("DATELINE_BIND", "nowhere")
        .env("DATELINE_DESK_ORIGIN", "https://desk.example")
        .output()
        .unwrap();
    let (code, out, complaints) = said(&wrong);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    for name in ["DATABASE_URL", "DATELINE_BIND", "DATELINE_DESK_ORIGIN: there is no such setting; DATELINE_DESK_ORIGINS is one"] {
        assert!(complaints.contains(name), "{complaints}");
    }
    assert_eq!(desk.run(&["no-such-command"]).status.code(), Some(2));
}

#[test]
fn signing_keys_are_rotated_listed_and_revoked() {
    let desk = Desk::new();
    // Where there is no database none is made, of which nothing that is said would be true of the server.
    for command in [&["key", "list"][..], &["key", "rotate"], &["key", "revoke", "x"], &["user", "reset", "--email", "asha@example.org"]] {
        let (code, out, complaints) = said(&desk.run(command));
        assert!(code == Some(1) && out.is_empty() && complaints.contains("there is no database"), "{complaints}");
    }
    assert_eq!(desk.run(&["migrate"]).status.code(), Some(0));
    let listed = || {
        let (code, out, complaints) = said(&desk.run(&["key", "list"]));
        assert_eq!(code, Some(0), "{complaints}");
        let line = |line: &str| line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
        out.lines().map(line).collect::<Vec<_>>()
    };
    let first = listed()[0].clone();
    assert_eq!(first[1], "signing");
    let (code, out, complaints) = said(&desk.run(&["key", "rotate"]));
    assert_eq!((code, complaints.contains("WARN")), (Some(0), false), "{complaints}");
    let both = listed();
    assert_eq!((both.len(), both[0][1].as_str(), &both[1]), (2, "published", &first));
    assert!(out.starts_with(&format!("The key {} is published, and signs from 20", both[0][0])), "{out}");
    let (code, _, complaints) = said(&desk.run(&["key", "rotate"]));
    assert!(code == Some(1) && complaints.contains("is announced"), "{complaints}");
    assert_eq!(said(&desk.run(&["key", "revoke", &first[0]])).0, Some(0));
    let states: Vec<String> = listed().into_iter().map(|line| line[1].clone()).collect();
    assert_eq!(states, ["signing", "revoked"]);
    assert_eq!(said(&desk.run(&["key", "revoke", "nothing"])).0, Some(1));
}

#[test]
fn what_an_orchestrator_sets_beside_a_service_of_this_name_is_passed_over_and_told() {
    let desk = Desk::new();
    let set = [
        ("DATELINE_SERVICE_HOST", "10.96.0.7"),
        ("DATELINE_SERVICE_PORT", "80"),
        ("DATELINE_SERVICE_PORT_HTTP", "80"),
        ("DATELINE_PORT", "tcp://10.96.0.7:80"),
        ("DATELINE_PORT_80_TCP", "tcp://10.96.0.7:80"),
        ("DATELINE_PORT_80_TCP_PROTO", "tcp"),
        ("DATELINE_PORT_80_TCP_PORT", "80"),
        ("DATELINE_PORT_80_TCP_ADDR", "10.96.0.7"),
    ];
    for command in ["migrate", "check"] {
        let (code, _, complaints) = said(&desk.command(&[command]).envs(set).output().unwrap());
        assert_eq!(code, Some(0), "{complaints}");
        for (name, _) in set {
            assert!(complaints.contains(&format!("note: {name}: there is no such setting; it is ignored\n")), "{complaints}");
        }
    }
}

#[test]
fn check_tells_what_is_missing_until_it_is_there() {
    let desk = Desk::new();
    let (code, _, complaints) = said(&desk.run(&["check"]));
    assert_eq!(code, Some(1), "{complaints}");
    assert!(complaints.contains("dateline migrate"), "{complaints}");
    assert_eq!(desk.run(&["migrate"]).status.code(), Some(0));
    let (code, out, complaints) = said(&desk.run(&["check"]));
    assert_eq!((code, out.as_str()), (Some(0), "Configuration and database are in order.\n"), "{complaints}");
    assert!(complaints.contains("dateline user create"), "nobody can sign in yet: {complaints}");
    let mode = std::fs::metadata(desk.0.join("data/secret")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let new = ["user", "create", "--email", "you@example.org", "--name", "You", "--role", "admin", "--password-stdin"];
    let (code, _, complaints) = said(&desk.told(&new, "a long sentence of mine\n"));
    assert_eq!(code, Some(0), "{complaints}");
    assert_eq!(said(&desk.told(&new, "a long sentence of mine\n")).0, Some(1), "the address is in use");
    assert_eq!(said(&desk.run(&["check"])), (Some(0), "Configuration and database are in order.\n".to_owned(), String::new()));
}

#[test]
fn a_secret_that_others_can_read_is_refused() {
    let desk = Desk::new();
    desk.run(&["migrate"]);
    desk.run(&["check"]);
    std::fs::set_permissions(desk.0.join("data/secret"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let (code, _, complaints) = said(&desk.run(&["check"]));
    assert_eq!(code, Some(2));
    assert!(complaints.contains("DATELINE_SECRET_FILE"), "{complaints}");
}

#[test]
fn records_that_fail_are_reported_by_line_and_the_rest_goes_on() {
    let desk = Desk::new();
    let bundle = "{\"type\":\"tag\",\"key\":\"a\",\"translations\":{\"en\":{\"name\":\"A\"}}}\n\
        {not json}\n\n\
        {\"type\":\"tag\",\"key\":\"b\",\"colour\":1,\"translations\":{}}\n\
        {\"type\":\"tag\",\"key\":\"c\",\"translations\":{\"xx\":{\"name\":\"C\"}}}\n\
        {\"type\":\"tag\",\"key\":\"d\",\"translations\":{\"en\":{\"name\":\"D\"}}}";
    let path = desk.file("bundle.ndjson", bundle);
    let (code, out, complaints) = said(&desk.run(&["import", path.to_str().unwrap()]));
    assert_eq!((code, out.as_str()), (Some(1), "2 created, 0 updated, 0 unchanged, 3 failed\n"), "{complaints}");
    for line in ["line 2: ", "line 4: ", "in locales that the site does not have: xx (1); `--add-locales`"] {
        assert!(complaints.contains(line), "{complaints}");
    }
}

#[test]
fn a_bundle_in_unknown_locales_says_once_what_to_do() {
    let desk = Desk::new();
    let name = |n| json!({ "type": "tag", "key": format!("t{n}"), "translations": { "en": { "name": "A" }, "ta": { "name": "B" }, "kn": { "name": "C" } } });
    let bundle: String = (0..9).map(|n| format!("{}\n", name(n))).collect();
    let path = desk.file("bundle.ndjson", &bundle);
    let (code, out, complaints) = said(&desk.run(&["import", path.to_str().unwrap()]));
    assert_eq!((code, out.as_str()), (Some(1), "0 created, 0 updated, 0 unchanged, 9 failed\n"), "{complaints}");
    let told: Vec<&str> = complaints.lines().filter(|line| !line.contains("INFO")).collect();
    assert_eq!(told.len(), 1, "{complaints}");
    assert!(told[0].contains("kn (9), ta (9); `--add-locales`"), "{complaints}");
    let (code, out, complaints) = said(&desk.run(&["import", "--add-locales", path.to_str().unwrap()]));
    assert_eq!((code, out.as_str()), (Some(0), "9 created, 0 updated, 0 unchanged, 0 failed\n"), "{complaints}");
    let locales: Vec<Value> = exported(&desk).into_iter().filter(|record| record["type"] == "locale").collect();
    let states: Vec<_> = locales.iter().map(|l| (l["locale"].as_str().unwrap(), l["state"].as_str().unwrap())).collect();
    assert_eq!(states, [("en", "public"), ("kn", "preparing"), ("ta", "preparing")]);
}

#[test]
fn what_is_wrong_with_a_record_is_named_where_it_is_and_told_once() {
    let desk = Desk::new();
    let section = json!({ "type": "section", "key": "world", "translations": { "en": { "name": "World" } } });
    let story = |key: &str, words: Value, more: Value| {
        let mut story =
            json!({ "type": "article", "key": key, "section": "world", "source_locale": "en", "translations": { "en": words } });
        story.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        story
    };
    let dropping = json!({ "format": "html", "content": "<p>x</p><object></object><script>1</script>" });
    let wrong = [
        (story("a", json!({ "headline": "A", "published_at": "2026-01-01T00:00:00" }), json!({})), "#/translations/en/published_at "),
        (story("b", json!({ "headline": "B" }), json!({ "embargo_until": "2026-01-01T00:00:00" })), "#/embargo_until "),
        (
            story("c", json!({ "headline": "C", "live": { "headline": "C", "published_at": "noon" } }), json!({})),
            "#/translations/en/live/published_at ",
        ),
        (story("d", json!({ "headline": "D", "body": dropping }), json!({})), "#/translations/en/body/content: <script>"),
        (
            story(
                "e",
                json!({ "headline": "E", "live": { "headline": "E", "body": dropping, "published_at": "2026-01-01T00:00:00Z" } }),
                json!({}),
            ),
            "#/translations/en/live/body/content: <script>",
        ),
        (json!({ "type": "tag", "key": 7 }), "#/key "),
        (json!({ "type": "fruit" }), "#/type "),
    ];
    let bundle: String = [section].iter().chain(wrong.iter().map(|(record, _)| record)).map(|record| format!("{record}\n")).collect();
    let path = desk.file("bundle.ndjson", &bundle);
    let (_, _, complaints) = said(&desk.run(&["import", path.to_str().unwrap()]));
    for (n, (_, pointer)) in wrong.iter().enumerate() {
        let told = complaints.lines().filter(|line| line.starts_with(&format!("line {}: ", n + 2)) && line.contains(pointer));
        assert_eq!(told.count(), 1, "{pointer}: {complaints}");
    }
}

/// One of each kind, out of the program and into another database.
#[test]
fn every_kind_of_record_that_is_exported_is_imported() {
    let desk = Desk::new();
    let redirect = json!({ "type": "redirect", "from": "/feed?type=rss", "to": "/", "status": 302, "note": "" });
    let path = desk.file("bundle.ndjson", &format!("{}{redirect}\n", newsroom()));
    let (code, out, complaints) = said(&desk.run(&["import", "--add-locales", path.to_str().unwrap()]));
    assert_eq!(code, Some(0), "{out}{complaints}");
    let kinds = |desk: &Desk| -> BTreeMap<String, usize> {
        let mut kinds = BTreeMap::new();
        exported(desk).iter().for_each(|record| *kinds.entry(record["type"].as_str().unwrap().to_owned()).or_default() += 1);
        kinds
    };
    let told = kinds(&desk);
    assert_eq!(
        told.keys().collect::<Vec<_>>(),
        ["article", "author", "collection", "locale", "menu", "redirect", "section", "site", "tag"]
    );
    desk.run(&["export", "all.ndjson"]);
    let other = Desk::new();
    let (code, out, complaints) = said(&other.run(&["import", desk.0.join("all.ndjson").to_str().unwrap()]));
    assert_eq!(code, Some(0), "{out}{complaints}");
    assert_eq!(kinds(&other), told);
}

#[test]
fn settings_may_stand_in_a_file_and_the_environment_comes_first() {
    let desk = Desk::new();
    desk.file(".env", "# mine\nDATELINE_CLIENTS=7\nexport DATELINE_SLOW_MS='0'\n\nDATELINE_HASHING=\"2\"\n");
    let (code, _, complaints) = said(&desk.command(&["check"]).env("DATELINE_CLIENTS", "200").output().unwrap());
    assert_eq!(
        (code, complaints.contains("DATELINE_SLOW_MS"), complaints.contains("DATELINE_CLIENTS")),
        (Some(2), true, false),
        "{complaints}"
    );
    let (_, _, complaints) = said(&desk.run(&["check"]));
    assert!(complaints.contains("DATELINE_CLIENTS"), "{complaints}");
    // A password loses nothing without a word, and is told to nobody.
    for (file, place) in [
        ("\nDATABASE_URL=postgres://me:pa$word@host/db\n", ".env, line 2"),
        ("A=1\nDATABASE_URL=\"postgres://me:pa$word@host/db\"\n", ".env, line 2"),
        ("DATABASE_URL=postgres://me:pa word@host/db\n", ".env, line 1"),
        ("pa$word\n", ".env, line 1"),
    ] {
        desk.file(".env", file);
        for command in ["check", "serve", "migrate"] {
            let (code, _, complaints) = said(&desk.run(&[command]));
            assert_eq!(code, Some(2), "{command} {file}: {complaints}");
            assert!(complaints.contains(place) && !complaints.contains("word@"), "{command} {file}: {complaints}");
        }
    }
    // The line is the one that is read, whatever comments hold, and of a value of several lines the first.
    for (file, line) in [
        ("# DATABASE_URL=postgres://me:pa$word@host/db\n\nDATABASE_URL=postgres://me:pa$word@host/db\n", 3),
        ("# A=a word@b\nA=a word@b\n", 2),
        ("A=1\nB='one\n# A=1\n2' word@\n", 2),
        ("A='1\n2'\nB=1\r\nB=\"word@\n2\n", 4),
        ("A='one\n# $two'\nB=\"\n$word@\"\n", 3),
        ("A=\"it's $word@\"\n", 1),
    ] {
        desk.file(".env", file);
        let (code, _, complaints) = said(&desk.run(&["check"]));
        assert_eq!(code, Some(2), "{file}: {complaints}");
        assert!(complaints.contains(&format!(".env, line {line}:")) && !complaints.contains("word@"), "{file}: {complaints}");
    }
    // What a comment says is nobody's value.
    desk.file(".env", "DATELINE_CACHE_MB=64 # costs $5\nA=\"1\" # $2\nB= # $3\nC='$4 # $5'\nD=\\$6\nDATELINE_CLIENTS=7\n");
    let (_, _, complaints) = said(&desk.run(&["check"]));
    assert!(complaints.contains("DATELINE_CLIENTS") && !complaints.contains(".env"), "{complaints}");
    desk.file(".env", "DATABASE_URL='mysql://me:pa$word@host/db'\n");
    let (_, _, complaints) = said(&desk.run(&["check"]));
    assert!(complaints.contains("DATABASE_URL") && !complaints.contains(".env"), "{complaints}");
}

/// Feeds an import through a pipe, so that the test decides what has been committed when it is killed.
fn fed(desk: &Desk) -> Child {
    desk.command(&["import", "/dev/stdin"]).stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
}

#[test]
fn an_import_that_was_killed_goes_on_where_it_was() {
    let desk = Desk::new();
    let lines: Vec<_> = newsroom().lines().map(str::to_owned).collect();
    let (first, rest) = lines.split_at(lines.len() - 5);
    let mut import = fed(&desk);
    let mut input = import.stdin.take().unwrap();
    let mut complaints = BufReader::new(import.stderr.take().unwrap()).lines();
    let mut complained_of = |line: usize| {
        let wanted = format!("line {line}: ");
        assert!(complaints.by_ref().any(|said| said.unwrap().contains(&wanted)), "the import ended without a word on {line}");
    };
    writeln!(input, "{}\nfault", first.join("\n")).unwrap();
    complained_of(first.len() + 1);
    // A line that has to be waited for begins a new transaction, so the one before has been committed.
    writeln!(input, "fault").unwrap();
    complained_of(first.len() + 2);
    import.kill().unwrap();
    import.wait().unwrap();
    let path = desk.file("newsroom.ndjson", &newsroom());
    let (code, out, complaints) = said(&desk.run(&["import", path.to_str().unwrap()]));
    let expected = format!("{} created, 0 updated, {} unchanged, 0 failed\n", rest.len(), first.len());
    assert_eq!((code, out), (Some(0), expected), "{complaints}");
    // And it is what an import without a break makes.
    let whole = Desk::new();
    assert_eq!(whole.run(&["import", path.to_str().unwrap()]).status.code(), Some(0));
    assert_eq!(exported(&desk), exported(&whole));
}

/// All records, without the ids that each database gives.
fn exported(desk: &Desk) -> Vec<Value> {
    let text = said(&desk.run(&["export", "-"])).1;
    let mut records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for record in &mut records {
        forget_ids(record);
    }
    records.sort_by_key(ToString::to_string);
    records
}

fn forget_ids(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("id");
            // The id of the source's block; not the label of the credit role.
            map.retain(|key, value| key != "source" || !value.is_string());
            map.values_mut().for_each(forget_ids);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_ids),
        // A link to a block.
        Value::String(href) if href.starts_with('#') => href.clear(),
        _ => {}
    }
}

#[test]
fn a_database_is_filled_to_see_how_a_machine_bears_it() {
    let desk = Desk::new();
    let (code, out, err) = said(&desk.run(&["generate", "--articles", "20"]));
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("20 articles, "), "{out}");
    let stories = exported(&desk).into_iter().filter(|record| record["type"] == "article").count();
    assert!(stories > 20, "{stories}");
}

#[test]
fn an_export_takes_the_place_of_nothing_that_is_needed() {
    let desk = Desk::new();
    assert_eq!(said(&desk.run(&["migrate"])).0, Some(0));
    std::os::unix::fs::symlink("data/dateline.db", desk.0.join("link")).unwrap();
    std::fs::hard_link(desk.0.join("data/dateline.db"), desk.0.join("other-name")).unwrap();
    std::os::unix::fs::symlink("data", desk.0.join("folder")).unwrap();
    let kept = |name: &str| std::fs::read(desk.0.join(name)).unwrap();
    let before = (kept("data/dateline.db"), kept("data/secret"));
    for target in [
        "data/dateline.db",
        "./data/../data/dateline.db",
        "data/dateline.db-wal",
        "folder/dateline.db",
        "folder/dateline.db-shm",
        "data/secret",
        "link",
        "other-name",
        "data",
        "/dev/null",
    ] {
        let (code, _, told) = said(&desk.run(&["export", target]));
        assert_eq!(code, Some(2), "{target}: {told}");
        assert!(told.starts_with(target), "{told}");
        assert!(!desk.0.join(format!("{target}.partial")).exists(), "{target}");
    }
    assert_eq!((kept("data/dateline.db"), kept("data/secret")), before);
    assert_eq!(said(&desk.run(&["export", "out.ndjson"])).0, Some(0));
    assert_eq!(said(&desk.run(&["export", "out.ndjson"])).0, Some(0), "an older export is replaced");
}

#[test]
fn what_the_maker_of_a_bundle_wrote_does_not_speak_for_the_program() {
    let desk = Desk::new();
    desk.file("bundle.ndjson", "{\"type\":\"tag\",\"key\":\"k\\u001b[2J\\n3 created\",\"translations\":{\"en\":{\"name\":\"\"}}}\n");
    let (code, _, told) = said(&desk.run(&["import", "bundle.ndjson"]));
    assert_eq!(code, Some(1));
    assert!(told.contains("k\\u{1b}[2J\\n3 created") && !told.contains('\u{1b}'), "{told:?}");
}

#[test]
fn a_bundle_may_change_the_same_story_twice() {
    let desk = Desk::new();
    desk.run(&["migrate"]);
    let story = |text: &str| {
        format!(
            r#"{{"type":"article","key":"a-1","section":"world","source_locale":"en","translations":{{"en":{{"headline":"A car","body":{{"format":"html","content":"{text}"}}}}}}}}"#
        )
    };
    let section = r#"{"type":"section","key":"world","translations":{"en":{"name":"World"}}}"#;
    let english = newsroom().lines().take(2).collect::<Vec<_>>().join("\n");
    let blocks = || {
        let out = desk.0.join("out.ndjson");
        assert_eq!(desk.run(&["export", out.to_str().unwrap()]).status.code(), Some(0));
        let text = std::fs::read_to_string(out).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let article = records.into_iter().find(|record| record["type"] == "article").unwrap();
        article["translations"]["en"]["body"]["content"]["content"].as_array().unwrap().clone()
    };
    let first = desk.file("first.ndjson", &format!("{english}\n{section}\n{}\n", story("<p>One.</p>")));
    let (code, _, complaints) = said(&desk.run(&["import", first.to_str().unwrap()]));
    assert_eq!(code, Some(0), "{complaints}");
    let before = blocks();
    let twice =
        desk.file("twice.ndjson", &format!("{}\n{}\n", story("<p>One.</p><p>Two.</p>"), story("<p>Zero.</p><p>One.</p><p>Two.</p>")));
    let (code, out, complaints) = said(&desk.run(&["import", twice.to_str().unwrap()]));
    assert_eq!((code, out.as_str()), (Some(0), "0 created, 2 updated, 0 unchanged, 0 failed\n"), "{complaints}");
    let after = blocks();
    assert_eq!((after.len(), &after[1]), (3, &before[0]), "the paragraph that stays keeps its id");
}

#[test]
fn somebody_is_invited_by_a_link_that_is_printed_where_no_mails_are_sent() {
    const PAGE: (&str, &str) = ("DATELINE_SET_PASSWORD_URL", "https://desk.example/set?token={token}");
    let desk = Desk::new();
    let invite = ["user", "invite", "--email", "Asha@Example.org", "--name", "Asha", "--role", "admin"];
    let (code, out, complaints) = said(&desk.command(&invite).envs([PAGE]).output().unwrap());
    assert_eq!(code, Some(0), "{complaints}");
    let token = out.split("https://desk.example/set?token=").nth(1).unwrap().trim();
    assert!(token.len() == 43 && out.starts_with("asha@example.org sets the password by this, once, until 20"), "{out}");
    assert!(!complaints.contains(token), "{complaints}");
    assert_eq!(said(&desk.run(&invite)).0, Some(1), "the address is taken");
    let reset = ["user", "reset", "--email", "ASHA@example.org", "--second-factor"];
    let (code, out, complaints) = said(&desk.run(&reset));
    assert!(code == Some(0) && out.contains("POST /v1/auth/password/set") && !out.contains(token), "{out}{complaints}");
    assert_eq!(said(&desk.run(&["user", "reset", "--email", "nobody@example.org"])).0, Some(1));
    let mails = [PAGE, ("DATELINE_SMTP_URL", "smtp://localhost:1"), ("DATELINE_MAIL_FROM", "desk@example.org")];
    let (code, out, complaints) = said(&desk.command(&reset).envs(mails).output().unwrap());
    assert!(code == Some(0) && out.contains("is sent to asha@example.org") && !out.contains("token"), "{out}{complaints}");
    let kept = crate::support::everything_kept(&format!("sqlite://{}", desk.0.join("data/dateline.db").display()));
    assert_eq!(kept.lines().filter(|line| line.starts_with("mails: ")).count(), 1);
}
