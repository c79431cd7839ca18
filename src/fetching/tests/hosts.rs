//! Names, and what they lead to.

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use super::{
    super::{Allowed, FetchFault, FetchLimits, Fetcher, lookup::Lookup},
    ANSWER, Server, fetch, fetcher, hasty, names, refused,
};
use std::io::Write;

#[test]
fn a_name_is_asked_only_if_all_that_it_leads_to_is_public() {
    let inside = Server::inside();
    let all = [
        ("one.example.com", "127.0.0.1"),
        ("two.example.com", "93.184.216.34 127.0.0.1"),
        ("three.example.com", "127.0.0.1 93.184.216.34"),
        ("four.example.com", "2606:4700::1111 93.184.216.34 ::1"),
        ("five.example.com", "::ffff:127.0.0.1"),
        ("six.example.com", "64:ff9b::7f00:1"),
        ("seven.example.com", "10.0.0.1 93.184.216.34"),
        ("eight.example.com", "169.254.169.254"),
        ("nine.example.com", "fd00::1 2606:4700::1111"),
        ("ten.example.com", "0.0.0.0"),
        ("eleven.example.com", ""),
        ("twelve.example.com", "2002:7f00:1::1"),
        ("127.0.0.1.nip.example.com", "127.0.0.1"),
        ("thirteen.example.com.", "127.0.0.1"),
        // Of more than the client would try, the last.
        (
            "many.example.com",
            "1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5 1.1.1.6 1.1.1.7 1.1.1.8 1.1.1.9 1.1.2.1 1.1.2.2 1.1.2.3 1.1.2.4 1.1.2.5 1.1.2.6 1.1.2.7 1.1.2.8 10.0.0.1",
        ),
    ];
    let names = names(&all);
    let fetcher = fetcher(&[], &names);
    for (name, _) in all {
        let told = fetch(&fetcher, &format!("http://{name}:{}/", inside.port())).unwrap_err();
        // Whether there is such a host at all is not told.
        let nobody = fetch(&fetcher, "http://nobody.example.com/").unwrap_err();
        assert_eq!((told.code(), told.to_string()), ("not_public", nobody.to_string()), "{name}");
    }
    assert_eq!(inside.visitors(), 0);
}

#[test]
fn a_name_that_leads_inside_when_it_is_looked_up_again_is_not_looked_up_again() {
    // Both are at one port, so that nothing but the address tells them apart.
    let open = Server::at("127.0.0.1:0", |path, stream| {
        let again = "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(if path == "/" { ANSWER } else { again.as_bytes() });
    });
    let inside = Server::at(&format!("127.0.0.2:{}", open.port()), |_, stream| drop(stream.write_all(ANSWER)));
    let names = names(&[
        ("rebinding.example.com", "127.0.0.1;127.0.0.2"),
        ("both.example.com", "127.0.0.1 127.0.0.2"),
        ("others.example.com", "127.0.0.1;127.0.0.2"),
    ]);
    let fetcher = fetcher(&[&open.address.to_string()], &names);
    let at = |name: &str, path: &str| format!("http://{name}.example.com:{}{path}", open.port());
    assert_eq!(fetch(&fetcher, &at("rebinding", "/")).unwrap().1, b"picture");
    assert_eq!(*names.asked.lock().unwrap(), ["rebinding.example.com"]);
    assert_eq!(refused(&fetcher, &at("rebinding", "/")), "not_public");
    // A redirect is looked up anew, and judged anew.
    assert_eq!(refused(&fetcher, &at("others", "/elsewhere")), "not_public");
    assert_eq!(refused(&fetcher, &at("both", "/")), "not_public");
    assert_eq!((open.visitors(), inside.visitors()), (2, 0));
}

/// One that answers when its test is over.
#[derive(Debug)]
struct Silent(std::sync::Mutex<std::sync::mpsc::Receiver<()>>);

impl Lookup for Silent {
    fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let _ = self.0.lock().unwrap().recv();
        Ok(vec![IpAddr::from([93, 184, 216, 34])])
    }
}

#[test]
fn a_name_that_is_not_found_in_time_is_nobodys() {
    let (_over, waits) = std::sync::mpsc::channel();
    let limits = FetchLimits { connect: Duration::from_millis(50), ..FetchLimits::default() };
    let fetcher = Fetcher::looking_up(limits, Vec::new(), hasty(0), Arc::new(Silent(std::sync::Mutex::new(waits))));
    assert_eq!(refused(&fetcher, "http://slow.example.com/"), "not_public");
}

#[test]
fn what_an_operator_names_is_asked_and_nothing_beside_it() {
    let server = Server::saying(ANSWER);
    let port = server.port();
    let names = names(&[
        ("wire.internal", "127.0.0.1"),
        ("photos", "127.0.0.1"),
        ("cloud.internal", "169.254.169.254"),
        ("public.example.com", "127.0.0.1"),
    ]);
    let cases = [
        ("wire.internal", format!("http://wire.internal:{port}/"), "fetched"),
        ("WIRE.internal.", format!("http://Wire.Internal.:{port}/"), "not_public"),
        ("wire.internal", format!("http://other.internal:{port}/"), "not_public"),
        ("wire.internal", format!("http://a.wire.internal:{port}/"), "not_public"),
        ("wire.internal", format!("http://public.example.com:{port}/"), "not_public"),
        ("wire.internal", format!("http://127.0.0.1:{port}/"), "not_public"),
        ("photos", format!("http://photos:{port}/"), "fetched"),
        // A name that somebody made lead to a cloud's metadata leads there for nobody.
        ("cloud.internal", format!("http://cloud.internal:{port}/"), "not_public"),
        ("127.0.0.1", format!("http://127.0.0.1:{port}/"), "fetched"),
        ("127.0.0.1", format!("http://0x7f.1:{port}/"), "fetched"),
        ("127.0.0.1", format!("http://public.example.com:{port}/"), "fetched"),
        ("127.0.0.1", format!("http://[::1]:{port}/"), "not_public"),
        ("127.0.0.0/8", format!("http://127.0.0.1:{port}/"), "fetched"),
        ("10.0.0.0/8", format!("http://127.0.0.1:{port}/"), "not_public"),
        ("127.0.0.1", "http://127.0.0.1:22/".to_owned(), "port"),
        ("wire.internal", "http://wire.internal:22/".to_owned(), "port"),
    ];
    for (allowed, url, outcome) in cases {
        assert_eq!(refused(&fetcher(&[allowed], &names), &url), outcome, "{allowed}: {url}");
    }
    for (allowed, outcome) in [(port, "fetched"), (port - 1, "not_public")] {
        for host in ["127.0.0.1", "wire.internal"] {
            assert_eq!(refused(&fetcher(&[&format!("{host}:{allowed}")], &names), &format!("http://{host}:{port}/")), outcome);
        }
    }
    // A port that is closed is open where it is named.
    assert_eq!(refused(&fetcher(&["127.0.0.1:1"], &names), "http://127.0.0.1:1/"), "unreachable");
    assert_eq!(refused(&fetcher(&["127.0.0.1:1"], &names), "http://1.1.1.1:1/"), "not_public");
}

#[test]
fn what_is_allowed_is_a_host_an_address_or_a_network_that_is_not_everything() {
    for word in [
        "wire.internal",
        "wire.internal:8080",
        "photos",
        "10.1.2.3",
        "10.1.2.3:8080",
        "10.0.0.0/8",
        "fd00::/8",
        "::1",
        "[::1]:8080",
        "ಕನ್ನಡ.example",
    ] {
        assert!(word.parse::<Allowed>().is_ok(), "{word}");
    }
    for word in [
        "",
        "*",
        "*.internal",
        "a,b",
        "wire%2einternal",
        "wire.internal;",
        "0.0.0.0/0",
        "::/0",
        "0.0.0.0/1",
        "10.1.2.3/8",
        "127.1",
        "2130706433",
        "http://wire.internal",
        "wire.internal/path",
        "a@b",
        "wire:0",
        "wire:http",
        "wire:",
        ":80",
        "[::1]",
        "a b",
    ] {
        assert!(word.parse::<Allowed>().is_err(), "{word}");
    }
}

#[test]
fn the_status_of_a_public_host_is_told_and_none_of_one_inside() {
    let server = Server::saying("HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nsecret");
    let inside = fetch(&super::to(&server), &server.url("/")).unwrap_err();
    assert_eq!((inside.code(), inside.to_string().as_str()), ("status", "its host does not give it"));
    assert_eq!(FetchFault::Status(Some(404)).to_string(), "its host does not give it: it answers 404");
}
