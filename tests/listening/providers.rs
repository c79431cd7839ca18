//! Programs and services that speak, and what they do at their worst.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use dateline::{
    access::secret::Secret,
    speech::{Speaker, Unspoken, Utterance, http::Service},
};

use super::*;

fn limits() -> SpeechLimits {
    SpeechLimits { time: Duration::from_mins(1), bytes: 100_000 }
}

/// What a script says of itself when it is to speak.
fn spoken(script: &str) -> Result<Vec<u8>, Unspoken> {
    spoken_within(script, limits())
}

/// The same within other limits.
fn spoken_within(script: &str, limits: SpeechLimits) -> Result<Vec<u8>, Unspoken> {
    let voice = Voice::new();
    voice.says(script);
    let out = voice.folder.join("out");
    let file = fs::File::create(&out).unwrap();
    let Speech { speaker, .. } = &*voice.speech();
    let utterance = Utterance { text: &"Words. ".repeat(20_000), voice: "en-gb", locale: "en" };
    speaker.speak(&utterance, &file, limits).map(|()| fs::read(&out).unwrap())
}

#[test]
fn a_program_hears_the_text_and_its_voice_is_one_argument() {
    assert_eq!(spoken("cat > /dev/null; printf '%s %s' \"$#\" \"$1\"").unwrap(), b"1 en-gb");
    assert_eq!(spoken("wc -c").unwrap().trim_ascii(), b"140000");
    // Whoever has heard enough may stop listening.
    assert_eq!(spoken("printf done").unwrap(), b"done");
    assert_eq!(spoken("exec <&-; printf done").unwrap(), b"done");
}

#[test]
fn a_program_is_told_none_of_the_servers_settings() {
    let told = String::from_utf8(spoken("env").unwrap()).unwrap();
    let names: Vec<&str> = told.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    assert!(names.contains(&"PATH") && names.iter().all(|name| ["PATH", "PWD", "_", "SHLVL", "OLDPWD"].contains(name)), "{told}");
}

#[test]
fn what_a_program_does_at_its_worst_is_a_reason() {
    for (script, why) in [
        ("exec sleep 1000", "took longer than 1 s"),
        ("sleep 1000", "took longer than 1 s"),
        ("sleep 1000 & printf done; wait", "took longer than 1 s"),
        ("exec >&- 2>&-; sleep 1000", "took longer than 1 s"),
        ("trap '' TERM INT HUP; while :; do :; done", "took longer than 1 s"),
        ("yes", "wrote more than 100000 bytes"),
        ("yes >&2 & exec yes", "wrote more than 100000 bytes"),
        ("exit 3", "failed (exit status: 3)"),
        ("kill -9 $$", "failed (signal: 9"),
        ("echo >&2; echo '  no such voice' >&2; echo more >&2; exit 1", "failed: no such voice"),
        ("i=0; while [ $i -lt 5000 ]; do echo \"$i is wrong\" >&2; i=$((i + 1)); done; exit 1", "failed: 0 is wrong"),
        ("printf '%5000s' x >&2; exit 1", "failed (exit status: 1)"),
    ] {
        // Only who takes too long is waited for.
        let time = if why.starts_with("took") { Duration::from_millis(1_500) } else { limits().time };
        let Unspoken(told) = spoken_within(script, SpeechLimits { time, ..limits() }).expect_err(script);
        assert!(told.starts_with("sh ") && told.contains(why), "{script}: {told}");
    }
}

#[test]
fn nothing_that_a_program_started_outlives_it() {
    let voice = Voice::new();
    let pid = voice.folder.join("pid");
    let script = format!("sleep 1000 >/dev/null 2>&1 & echo $! > '{}'; printf done", pid.display());
    voice.says(&script);
    let file = fs::File::create(voice.folder.join("out")).unwrap();
    let utterance = Utterance { text: "Words.", voice: "en-gb", locale: "en" };
    voice.speech().speaker.speak(&utterance, &file, limits()).unwrap();
    let left = format!("/proc/{}/stat", fs::read_to_string(pid).unwrap().trim());
    // Killed, it is gone, or is a zombie until its parent looks.
    let is_left = || fs::read_to_string(&left).is_ok_and(|state| !state.contains(") Z ") && !state.contains(") X "));
    // Ends: the signal was sent, and it sleeps for longer than anybody waits.
    while is_left() {
        thread::yield_now();
    }
}

#[test]
fn a_program_that_is_not_there_is_a_reason() {
    let program = Program { words: Words::read("/nowhere/speak", &[]).unwrap(), environment: Vec::new() };
    let voice = Voice::new();
    let file = fs::File::create(voice.folder.join("out")).unwrap();
    let Unspoken(why) = program.speak(&Utterance { text: "", voice: "x", locale: "en" }, &file, limits()).unwrap_err();
    assert!(why.starts_with("/nowhere/speak cannot be used: "), "{why}");
}

/// A service that answers one request with this, and what it was asked.
fn service(answer: Vec<u8>) -> (Service, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/speak", listener.local_addr().unwrap()).parse().unwrap();
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut piece) = (Vec::new(), [0; 4_096]);
        while !request.ends_with(b"}") {
            let read = stream.read(&mut piece).unwrap();
            request.extend_from_slice(&piece[..read]);
        }
        let _ = stream.write_all(&answer);
        String::from_utf8(request).unwrap()
    });
    let body = json!({ "input": { "ssml": false, "text": "{text}" }, "voice": "{voice}", "lang": ["{locale}"], "speed": 1 });
    (Service { url, headers: vec![("x-api-key".to_owned(), Secret::new("s3cret".to_owned()))], body }, asked)
}

fn answered(answer: &[u8]) -> (Result<Vec<u8>, Unspoken>, String) {
    let voice = Voice::new();
    let out = voice.folder.join("out");
    let (service, asked) = service(answer.to_vec());
    let utterance = Utterance { text: "He said \"{voice}\".\n\nतो क्या?", voice: "hi-IN-x", locale: "hi" };
    let spoken = service.speak(&utterance, &fs::File::create(&out).unwrap(), limits());
    (spoken.map(|()| fs::read(&out).unwrap()), asked.join().unwrap())
}

#[test]
fn a_service_is_sent_the_text_as_json_with_what_it_knows_the_newsroom_by() {
    let (spoken, asked) = answered(b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: 3\r\n\r\nabc");
    assert_eq!(spoken.unwrap(), b"abc");
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /speak HTTP/1.1\r\n") && head.to_lowercase().contains("x-api-key: s3cret"), "{head}");
    let expected =
        json!({ "input": { "ssml": false, "text": "He said \"{voice}\".\n\nतो क्या?" }, "voice": "hi-IN-x", "lang": ["hi"], "speed": 1 });
    assert_eq!(serde_json::from_str::<Value>(body).unwrap(), expected);
}

#[test]
fn what_a_service_does_at_its_worst_is_a_reason_that_tells_no_secret() {
    let long = [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_slice(), &b"x".repeat(200_000)].concat();
    for (answer, why) in [
        (b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 6\r\n\r\ns3cret".as_slice(), "answers 401"),
        (b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", "answers 302"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", "breaks off"),
        (b"", "does not answer"),
        (b"SSH-2.0-x\r\n", "does not answer"),
        (&long, "answers more than 100000 bytes"),
    ] {
        let (spoken, _) = answered(answer);
        let Unspoken(told) = spoken.unwrap_err();
        assert!(told.starts_with("the service ") && told.contains(why) && !told.contains("s3cret"), "{told}");
    }
}

both! {
    async fn what_cannot_be_spoken_is_tried_again_and_given_up_with_the_reason(app) {
        let (admin, made) = (app.admin().await, Voice::new());
        voice(&admin, "en", &json!("en-gb")).await;
        made.says("echo 'no such voice' >&2; echo x >> \"$0.log\"; exit 1");
        let reader = reader(&app, &app.store, made.speech());
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "River rises").await;
        admin.publish(&story, &["en"]).await.ok();
        let standing = async || {
            let said = admin.get(&audio(&story)).await.ok();
            (said["state"].as_str().unwrap().to_owned(), said["attempts"].as_i64().unwrap(), said["reason"].as_str().unwrap().to_owned())
        };
        for (attempt, wait) in [(1, 15), (2, 30), (3, 60), (4, 120)] {
            assert_eq!((reader.run().unwrap(), reader.run().unwrap()), (1, 0));
            assert_eq!(standing().await, ("pending".to_owned(), attempt, "sh failed: no such voice".to_owned()));
            app.wait(wait - 1);
            assert_eq!(reader.run().unwrap(), 0, "before its time");
            app.wait(1);
        }
        reader.run().unwrap();
        assert_eq!(standing().await, ("failed".to_owned(), 5, "sh failed: no such voice".to_owned()));
        let told = admin.get("/v1/desk/audit?limit=100").await.ok().to_string();
        assert!(told.contains("sh failed: no such voice"), "{told}");
        app.wait(86_400);
        let reader = self::reader(&app, &app.store, made.speech());
        assert_eq!((reader.run().unwrap(), made.spoken().len()), (0, 5), "not even by an instance that is new");
        let admin = app.again(&admin).await;
        made.says(SPEAKS);
        let asked = admin.post(&audio(&story), &json!(null)).await.ok();
        assert_eq!((&asked["state"], &asked["reason"], &asked["attempts"]), (&json!("pending"), &json!(""), &json!(0)));
        assert_eq!(reader.run().unwrap(), 1);
        assert_eq!(heard(&app, &story).await["source"], "synthetic");
        assert_eq!(admin.get(&audio(&story)).await.ok()["state"], "ready");
    }

    async fn what_is_no_sound_is_a_reason_and_leaves_nothing_behind(app) {
        let (admin, made) = (app.admin().await, Voice::new());
        voice(&admin, "en", &json!("en-gb")).await;
        let reader = reader(&app, &app.store, made.speech());
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "River rises").await;
        admin.publish(&story, &["en"]).await.ok();
        let no_sound = "what was spoken is no sound: WAV, MP3 and Ogg are";
        let head = "cat \"$0.wav\"";
        for (speaks, encodes, why) in [
            ("printf ''", ENCODES, no_sound),
            ("printf 'HTTP error'", ENCODES, no_sound),
            ("printf '<html>'", ENCODES, no_sound),
            ("printf '\\211PNG\\r\\n\\032\\n'", ENCODES, no_sound),
            (head, ENCODES, "what was spoken is a WAV file without sound"),
            ("printf 'RIFF\\377\\377\\377\\377WAVE'", ENCODES, "what was spoken is a WAV file without sound"),
            (SPEAKS, "cat", no_sound),
            (SPEAKS, "printf ''", no_sound),
            (SPEAKS, "echo 'no codec' >&2; exit 1", "sh failed: no codec"),
        ] {
            made.says(speaks);
            made.script("encode", encodes);
            admin.post(&audio(&story), &json!(null)).await.ok();
            assert_eq!(reader.run().unwrap(), 1, "{speaks}");
            assert_eq!(admin.get(&audio(&story)).await.ok()["reason"], why, "{speaks}");
            assert_eq!(heard(&app, &story).await, Value::Null);
        }
        assert!(app.store.read_now(dateline::store::media::digests).unwrap().is_empty());
    }

    async fn a_service_that_answers_mp3_is_not_encoded(app) {
        let (admin, made) = (app.admin().await, Voice::new());
        voice(&admin, "en", &json!("en-gb")).await;
        let frames = fs::read(made.folder.join("encode.mp3")).unwrap().repeat(10);
        made.says("cat \"$0.mp3\"");
        fs::write(made.folder.join("speak.mp3"), &frames).unwrap();
        made.script("encode", "exit 1");
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "River rises").await;
        admin.publish(&story, &["en"]).await.ok();
        reader(&app, &app.store, made.speech()).run().unwrap();
        let audio = heard(&app, &story).await;
        assert_eq!(app.anyone().get(&target(&audio)).await.body, frames);
        assert!(audio["duration_seconds"].as_f64().is_some_and(|seconds| seconds > 2.0), "{audio}");
    }
}
