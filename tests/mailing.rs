//! Mails: what they bring, what becomes of them when a server does not take them, and what is left of them.

use std::time::Duration;

use dateline::{
    config::Settings,
    desk::mails::Words,
    workers::{
        mailer::Mailer,
        smtp::{SmtpServer, Unsent, sender},
    },
};
use serde_json::{Value, json};

use crate::support::{
    Client, Entrance, TestApp, everything_kept,
    smtp::{Manner, Sink},
};

const PAGE: &str = "https://desk.example/set?token={token}";
const EMAIL: &str = "asha@bücher.example";

async fn asha(app: &TestApp) -> String {
    let user = json!({ "email": EMAIL, "name": "आशा राव", "grants": [{ "role": "editor" }] });
    let made = app.admin().await.post("/v1/desk/users", &user).await.ok();
    format!("/v1/desk/users/{}", made["id"].as_str().unwrap())
}

async fn invited(admin: &Client<'_>, mailing: &Entrance, user: &str) -> Value {
    admin.at(mailing).post(&format!("{user}/password-link"), &json!({})).await.ok()
}

fn mailer(app: &TestApp, mailing: &Entrance, server: SmtpServer) -> Mailer {
    Mailer::new(app.store.clone(), mailing.keys.clone(), mailing.links.clone(), server)
}

/// A round of the mailer, on a thread where waiting is fine; how many mails it sent.
async fn run(mailer: &std::sync::Arc<Mailer>) -> usize {
    let mailer = mailer.clone();
    dateline::store::aside(move || mailer.run()).await.unwrap()
}

/// What the text of a mail says, without the soft line breaks that it is sent with.
fn text(mail: &str) -> String {
    mail.replace("=\n", "").replace("=3D", "=")
}

/// The token of the link in a mail.
fn token(mail: &str) -> String {
    let text = text(mail);
    let rest = text.split("https://desk.example/set?token=").nth(1).unwrap_or_else(|| panic!("no link: {text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

fn waiting(app: &TestApp) -> usize {
    everything_kept(&app.url).lines().filter(|line| line.starts_with("mails: ")).count()
}

both! {
    async fn a_mail_brings_the_link_and_is_gone_when_it_is_sent(app) {
        let (user, admin, sink) = (asha(&app).await, app.admin().await, Sink::new(Manner::Takes));
        let mailing = app.mailing(PAGE).await;
        let mailer = mailer(&app, &mailing, sink.server()).into();
        assert_eq!(run(&mailer).await, 0);
        invited(&admin, &mailing, &user).await;
        let kept = everything_kept(&app.url);
        assert_eq!(waiting(&app), 1);
        assert_eq!(run(&mailer).await, 1);
        assert_eq!((waiting(&app), run(&mailer).await), (0, 0));
        let mails = sink.mails();
        let (mail, token) = (text(&mails[0]), token(&mails[0]));
        assert!(!kept.contains(&token), "it lay open in the outbox");
        let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!kept.to_lowercase().contains(&hex), "it lay open in the outbox");
        assert!(mail.contains("From: \"The Newsroom\" <desk@example.org>") && mail.contains("asha@xn--bcher-kva.example"), "{mail}");
        assert!(mail.contains("Content-Type: text/plain") && mail.contains("three days") && mail.contains("Message-ID: <"), "{mail}");
        let said = sink.said();
        assert!(said.iter().any(|line| line == "RCPT TO:<asha@xn--bcher-kva.example>"), "{said:?}");
        let set = json!({ "token": token, "password": "a long sentence of hers" });
        assert_eq!(app.anyone().post("/v1/auth/password/set", &set).await.status, 204);
        // Whoever forgot it is sent another.
        app.anyone().at(&mailing).post("/v1/auth/password/reset", &json!({ "email": EMAIL })).await;
        assert_eq!(run(&mailer).await, 1);
        assert!(text(&sink.mails()[1]).contains("half an hour"));
    }

    async fn a_mail_that_cannot_be_sent_waits_longer_each_time_and_ends_with_its_link(app) {
        let (user, admin, sink) = (asha(&app).await, app.admin().await, Sink::new(Manner::Refuses("451 4.7.1 not now")));
        let mailing = app.mailing(PAGE).await;
        let mailer = mailer(&app, &mailing, sink.server()).into();
        invited(&admin, &mailing, &user).await;
        for (n, wait) in [10, 20, 40, 80, 160, 320, 640, 900, 900].into_iter().enumerate() {
            let before = sink.said().iter().filter(|line| line.starts_with("RCPT")).count();
            assert_eq!((before, run(&mailer).await, run(&mailer).await), (n, 0, 0));
            app.wait(wait - 1);
            run(&mailer).await;
            assert_eq!(sink.said().iter().filter(|line| line.starts_with("RCPT")).count(), n + 1, "{wait}");
            app.wait(1);
        }
        sink.behave(Manner::HangsUp);
        assert_eq!((run(&mailer).await, waiting(&app)), (0, 1));
        sink.behave(Manner::Takes);
        app.wait(900);
        assert_eq!((run(&mailer).await, waiting(&app), sink.mails().len()), (1, 0, 1));
        // One whose link is good no more is not sent.
        sink.behave(Manner::HangsUp);
        let admin = app.again(&admin).await;
        invited(&admin, &mailing, &user).await;
        assert_eq!((run(&mailer).await, waiting(&app)), (0, 1));
        sink.behave(Manner::Takes);
        app.wait(72 * 3_600);
        assert_eq!((run(&mailer).await, waiting(&app), sink.mails().len()), (0, 0, 1));
    }

    async fn a_server_that_hangs_is_waited_for_until_the_deadline(app) {
        let (user, admin, sink) = (asha(&app).await, app.admin().await, Sink::new(Manner::Hangs));
        let mailing = app.mailing(PAGE).await;
        let mailer = mailer(&app, &mailing, sink.server().within(Duration::from_millis(200))).into();
        invited(&admin, &mailing, &user).await;
        assert_eq!((run(&mailer).await, waiting(&app)), (0, 1));
        sink.behave(Manner::Takes);
        app.wait(10);
        assert_eq!((run(&mailer).await, waiting(&app)), (1, 0));
    }

    async fn a_mail_that_is_refused_for_good_is_dropped_and_told_of(app) {
        let (user, admin, sink) = (asha(&app).await, app.admin().await, Sink::new(Manner::Refuses("550 5.1.1 no such user")));
        let mailing = app.mailing(PAGE).await;
        let mailer = mailer(&app, &mailing, sink.server()).into();
        invited(&admin, &mailing, &user).await;
        assert_eq!((run(&mailer).await, waiting(&app)), (0, 0));
        let told = admin.get("/v1/desk/audit?event=failed&kind=user").await.ok();
        assert_eq!((told["data"].as_array().unwrap().len(), &told["data"][0]["reason"]), (1, &json!("mail-refused")));
    }

    async fn what_a_server_says_of_us_loses_no_mail(app) {
        let (user, admin, sink) = (asha(&app).await, app.admin().await, Sink::new(Manner::Takes));
        let mailing = app.mailing(PAGE).await;
        let mailer = mailer(&app, &mailing, sink.server()).into();
        invited(&admin, &mailing, &user).await;
        for refusal in [
            "550 5.7.60 Client does not have permissions to send as this sender",
            "553 5.7.1 Sender address rejected: not owned by user",
            "554 5.7.1 Service unavailable; client host blocked",
            "554 Transaction failed",
        ] {
            sink.behave(Manner::Refuses(refusal));
            assert_eq!((run(&mailer).await, waiting(&app)), (0, 1), "{refusal}");
            app.wait(900);
        }
        sink.behave(Manner::Takes);
        assert_eq!((run(&mailer).await, waiting(&app)), (1, 0));
    }

    async fn a_server_that_does_not_encrypt_and_one_that_does_not_know_us_are_told_nothing(app) {
        let (user, admin, sink) = (asha(&app).await, app.admin().await, Sink::new(Manner::Takes));
        let mailing = app.mailing(PAGE).await;
        invited(&admin, &mailing, &user).await;
        for scheme in ["smtp+starttls://", "smtps://"] {
            let server = sink.named(scheme).within(Duration::from_secs(5));
            let mailer = mailer(&app, &mailing, server).into();
            assert_eq!((run(&mailer).await, waiting(&app)), (0, 1), "{scheme}");
            app.wait(900);
        }
        let mailer = mailer(&app, &mailing, sink.named("smtp://asha:hunter2@")).into();
        assert_eq!((run(&mailer).await, waiting(&app)), (0, 1), "a wrong password is for whoever set it to mend");
        let said = sink.said().join("\n");
        assert!(sink.mails().is_empty() && !said.contains("RCPT") && !said.contains("MAIL"), "{said}");
    }

    async fn of_two_instances_one_sends_a_mail(app) {
        let (user, admin, sink) = (asha(&app).await, app.admin().await, Sink::new(Manner::Takes));
        let mailing = app.mailing(PAGE).await;
        invited(&admin, &mailing, &user).await;
        let one = std::sync::Arc::new(mailer(&app, &mailing, sink.server()));
        let other = std::sync::Arc::new(Mailer::new(app.store_of(2), mailing.keys.clone(), mailing.links.clone(), sink.server()));
        let (sent, too) = futures_util::future::join(run(&one), run(&other)).await;
        assert_eq!((sent + too, sink.mails().len()), (1, 1));
    }

    async fn whoever_is_suspended_has_another_address_or_is_gone_is_sent_nothing(app) {
        let (user, admin, sink) = (asha(&app).await, app.admin().await, Sink::new(Manner::Takes));
        let mailing = app.mailing(PAGE).await;
        let mailer = mailer(&app, &mailing, sink.server()).into();
        for change in [json!({ "status": "suspended" }), json!({ "email": "asha@example.org" })] {
            invited(&admin, &mailing, &user).await;
            let changed = admin.patch(&user, &admin.get(&user).await.etag(), &change).await;
            changed.ok();
            assert_eq!((waiting(&app), run(&mailer).await), (0, 0), "{change}");
            admin.patch(&user, &changed.etag(), &json!({ "status": "active" })).await.ok();
        }
        invited(&admin, &mailing, &user).await;
        assert_eq!(admin.delete(&user, &admin.get(&user).await.etag()).await.status, 204);
        assert_eq!((waiting(&app), run(&mailer).await, sink.mails().len()), (0, 0, 0));
        // Nor is whoever asks while they are suspended.
        let user = asha(&app).await;
        admin.patch(&user, "\"1\"", &json!({ "status": "suspended" })).await.ok();
        app.anyone().at(&mailing).post("/v1/auth/password/reset", &json!({ "email": EMAIL })).await;
        assert_eq!((run(&mailer).await, waiting(&app)), (0, 0));
    }
}

#[test]
fn no_name_and_no_subject_becomes_a_header_or_a_recipient() {
    let sink = Sink::new(Manner::Takes);
    let nasty = "Asha\r\nBcc: thief@example.net\r\n\r\nHello\u{0}\u{2028}\", <thief@example.net>, \"";
    let words = Words { subject: nasty.to_owned(), text: "One.\r\n.\r\nMAIL FROM:<thief@example.net>\n".to_owned() };
    sink.server().send("asha@example.org", nasty, &words).unwrap();
    let (mails, said) = (sink.mails(), sink.said());
    let (head, body) = mails[0].split_once("\n\n").unwrap();
    assert!(head.lines().all(|line| !line.to_ascii_lowercase().starts_with("bcc")), "{head}");
    assert!(body.contains("MAIL FROM"), "the dot ends nothing: {body}");
    let to: Vec<_> = said.iter().filter(|line| line.starts_with("RCPT") || line.starts_with("MAIL")).collect();
    assert_eq!(to, ["MAIL FROM:<desk@example.org>", "RCPT TO:<asha@example.org>"]);
    // An address that holds what ends a line is none.
    for bad in ["asha@example.org\r\nRCPT TO:<thief@example.net>", "a b@example.org", "<a>@example.org", "a@", "@b", "a"] {
        let words = Words { subject: "One".to_owned(), text: "Two".to_owned() };
        assert!(matches!(sink.server().send(bad, "Asha", &words), Err(Unsent::ForGood(_))), "{bad:?}");
    }
    assert_eq!(sink.mails().len(), 1);
}

#[test]
fn a_server_that_hangs_is_left_with_a_few_mails_and_given_no_more() {
    let sink = Sink::new(Manner::Hangs);
    // The library by itself waits longer than this.
    let server = sink.server().within(Duration::from_millis(100));
    let words = Words { subject: "One".to_owned(), text: "Two".to_owned() };
    let tried = || server.send("asha@example.org", "Asha", &words);
    for _ in 0..4 {
        assert_eq!(tried(), Err(Unsent::ForNow("the server took too long".to_owned())));
    }
    assert_eq!(tried(), Err(Unsent::ForNow("the server hangs".to_owned())));
}

#[test]
fn settings_of_mails_are_refused_where_others_could_read_them() {
    let of = |pairs: &[(&str, &str)]| {
        let environment = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Settings::from_env(&environment)
    };
    let faults = |pairs: &[(&str, &str)]| of(pairs).err().unwrap_or_default().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    const URL: &str = "DATELINE_SMTP_URL";
    let others = [("DATELINE_MAIL_FROM", "Desk <desk@example.org>"), ("DATELINE_SET_PASSWORD_URL", PAGE)];
    for good in [
        "smtps://asha:hunter%402@mail.example:465",
        "smtps://mail.example",
        "smtp+starttls://asha:x@mail.example:587/",
        "smtp://localhost:25",
        "smtp://127.0.0.1",
        "smtp://[::1]:2525",
    ] {
        let settings = of(&[&others[..], &[(URL, good)]].concat()).unwrap();
        assert!(settings.smtp.is_some() && !format!("{settings:?}").contains("hunter"), "{good}");
    }
    assert_eq!(faults(&others), [URL], "whom mails are from, and no server");
    for bad in [
        "smtp://mail.example",
        "smtp://10.0.0.1",
        "smtp://asha:x@localhost.example",
        "http://mail.example",
        "mail.example:25",
        "smtps://",
        "smtps://:x@mail.example",
        "smtps://asha@mail.example",
        "smtps://mail.example/inbox",
        "smtps://mail.example?tls=none",
        "smtps://mail.example:0",
        "smtps://mail.example#x",
    ] {
        assert_eq!(faults(&[&others[..], &[(URL, bad)]].concat()), [URL], "{bad}");
    }
    assert_eq!(faults(&[(URL, "smtps://mail.example")]), ["DATELINE_SET_PASSWORD_URL", "DATELINE_MAIL_FROM"]);
    for bad in ["nobody", "a@b@c", "Desk <desk@example.org>, Other <other@example.org>", "Desk <>"] {
        assert_eq!(faults(&[("DATELINE_MAIL_FROM", bad)]), ["DATELINE_MAIL_FROM"], "{bad}");
    }
    for bad in [
        "https://desk.example/set",
        "http://desk.example/{token}",
        "https://{token}.example/",
        "https://a:b@desk.example/{token}",
        "ftp://desk.example/{token}",
    ] {
        assert_eq!(faults(&[("DATELINE_SET_PASSWORD_URL", bad)]), ["DATELINE_SET_PASSWORD_URL"], "{bad}");
    }
    assert!(of(&[("DATELINE_SET_PASSWORD_URL", "http://localhost:3000/set#{token}")]).is_ok());
    let shown = SmtpServer::parse("smtps://asha:hunter2@mail.example", sender("a@b.org").unwrap()).unwrap();
    assert_eq!(format!("{shown:?}"), "SmtpServer(mail.example:465)");
}
