//! Settings: what the environment may say, and what is wrong with it.

use std::collections::BTreeMap;

use dateline::config::{Settings, VARIABLES};

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

#[test]
fn the_defaults_are_valid_and_the_example_names_every_variable() {
    assert!(Settings::from_env(&environment(&[])).is_ok());
    let example = include_str!("../.env.example");
    let lines: Vec<String> = VARIABLES.iter().map(|(name, default, prose)| format!("# {prose}\n#{name}={default}")).collect();
    let (_, listed) = example.split_once("\n\n").unwrap();
    assert_eq!(listed.trim_end(), lines.join("\n\n"));
}

#[test]
fn all_faults_are_reported_at_once_and_no_value_is_shown() {
    let faults = Settings::from_env(&environment(&[
        ("DATABASE_URL", "mysql://root:hunter2@db/x"),
        ("DATELINE_BIND", "here"),
        ("DATELINE_CONNECTIONS", "0"),
        ("DATELINE_DESK_ORIGINS", "https://desk.example/path"),
        ("DATELINE_PURGE", "varnish=http://cache:6081 fastly=hunter2"),
        ("DATELINE_BINDS", "x"),
    ]))
    .unwrap_err();
    let names: Vec<_> = faults.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(
        names,
        ["DATELINE_BINDS", "DATABASE_URL", "DATELINE_BIND", "DATELINE_CONNECTIONS", "DATELINE_PURGE", "DATELINE_DESK_ORIGINS"]
    );
    assert!(!format!("{faults:?}").contains("hunter2"));
    let secrets = [
        ("DATABASE_URL", "postgres://a:hunter2@db/x"),
        ("DATELINE_SECRET_FILE", "/run/secret"),
        ("DATELINE_PURGE", "varnish=https://a:hunter2@cache/ webhook=https://hook.example/?hunter2 fastly=a:hunter2 cloudflare=b:hunter2"),
    ];
    let settings = Settings::from_env(&environment(&secrets)).unwrap();
    assert!(settings.purge.len() == 4 && !format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_server_for_other_machines_says_where_it_is_and_postgres_needs_a_shared_secret() {
    assert!(Settings::from_env(&environment(&[("DATELINE_BIND", "0.0.0.0:80")])).is_err());
    assert!(Settings::from_env(&environment(&[("DATABASE_URL", "postgres://a@b/c")])).is_err());
    assert!(Settings::from_env(&environment(&[("DATABASE_URL", "postgres://a@b/c"), ("DATELINE_SECRET_FILE", "/run/secret")])).is_ok());
}
