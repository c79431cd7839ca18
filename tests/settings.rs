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

#[test]
fn who_reads_aloud_is_one_program_or_service_and_is_told_as_it_is_wrong() {
    let folder = crate::support::new_file().with_extension("headers");
    std::fs::write(&folder, "Authorization: Bearer hunter2\n").unwrap();
    let headers = folder.to_str().unwrap();
    let mode = |mode| std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    let faults = |pairs: &[(&str, &str)]| {
        let read = Settings::from_env(&environment(pairs));
        assert!(!format!("{read:?}").contains("hunter2"));
        read.map_or_else(|faults| faults.into_iter().map(|(name, _)| name).collect(), |_| Vec::new())
    };
    let (command, url, body) = ("DATELINE_SPEECH_COMMAND", "DATELINE_SPEECH_URL", "DATELINE_SPEECH_BODY");
    mode(0o600);
    for sound in [
        &[][..],
        &[(command, "espeak-ng -v {voice} --stdout")],
        &[(command, "'/opt/our voices/speak' --lang={locale}"), ("DATELINE_SPEECH_ENCODER", "opus")],
        &[(url, "https://voices.example/speak"), ("DATELINE_SPEECH_HEADERS_FILE", headers)],
        &[(url, "http://10.1.2.3/speak"), (body, r#"{"input":{"text":"{text}"},"n":1}"#)],
        &[(command, "speak"), ("DATELINE_SPEECH_ENCODER", "lame -b {bit_rate} - -")],
    ] {
        assert_eq!(faults(sound), [""; 0], "{sound:?}");
    }
    for (pairs, wrong) in [
        (&[(command, "speak"), (url, "https://voices.example/speak")][..], url),
        (&[(command, "espeak-ng -v '{voice}")], command),
        (&[(command, "espeak-ng -v {name}")], command),
        (&[(command, "{voice} x")], command),
        (&[(command, "speak"), ("DATELINE_SPEECH_ENCODER", "lame -b {rate}")], "DATELINE_SPEECH_ENCODER"),
        (&[(command, "speak"), ("DATELINE_SPEECH_SECONDS", "0")], "DATELINE_SPEECH_SECONDS"),
        (&[(url, "voices.example")], url),
        (&[(url, "https://voices.example"), (body, "{text}")], body),
        (&[(url, "https://voices.example"), (body, r#"{"text":"text"}"#)], body),
        (&[(url, "https://voices.example"), ("DATELINE_SPEECH_HEADERS_FILE", "/nowhere")], "DATELINE_SPEECH_HEADERS_FILE"),
    ] {
        assert_eq!(faults(pairs), [wrong], "{pairs:?}");
    }
    mode(0o644);
    let open = [(url, "https://voices.example"), ("DATELINE_SPEECH_HEADERS_FILE", headers)];
    assert_eq!(faults(&open), ["DATELINE_SPEECH_HEADERS_FILE"]);
    mode(0o600);
    std::fs::write(&folder, "hunter2").unwrap();
    assert_eq!(faults(&open), ["DATELINE_SPEECH_HEADERS_FILE"]);
    std::fs::remove_file(&folder).unwrap();
}
