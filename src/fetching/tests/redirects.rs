//! Hosts that send one elsewhere.

use std::io::Write;

use super::{super::target::Target, ANSWER, Server, fetch, fetcher, names, refused, to};

/// One that leads elsewhere: the path of a request is the number of where to.
fn leading(locations: Vec<Vec<u8>>) -> Server {
    Server::at("127.0.0.1:0", move |path, stream| {
        let location = path.trim_start_matches('/').parse().ok().and_then(|n: usize| locations.get(n));
        let mut answer = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n".to_vec();
        match location {
            Some(location) => answer.extend([b"Location: ", location.as_slice(), b"\r\n\r\n"].concat()),
            None => answer = ANSWER.to_vec(),
        }
        let _ = stream.write_all(&answer);
    })
}

/// Where an allowed host may send one, and what is said to that; `{}` is an address inside.
const TRICKS: [(&str, &str); 47] = [
    ("http://{}/", "not_public"),
    ("HTTP://{}/", "not_public"),
    ("//{}/", "not_public"),
    ("///{}/", "redirects"),
    ("////{}/", "redirects"),
    ("http:////{}/", "not_public"),
    ("https:/{}/", "not_public"),
    ("https:{}/", "not_public"),
    ("https://{}/", "not_public"),
    ("http://@{}/", "not_public"),
    ("http://{}/#@127.0.0.1/", "not_public"),
    ("http://127.0.0.1/", "not_public"),
    ("http://127.0.0.2:{p}/", "not_public"),
    ("http://0.0.0.0:{p}/", "not_public"),
    ("http://[::1]:{p}/", "not_public"),
    ("http://[::ffff:127.0.0.1]:{p}/", "not_public"),
    ("http://[::ffff:127.0.0.2]:{p}/", "not_public"),
    ("http://2130706433:{p}/", "not_public"),
    ("http://0x7f.1:{p}/", "not_public"),
    ("http://0177.1:{p}/", "not_public"),
    ("http://127.1:{p}/", "not_public"),
    ("http://１２７.0.0.1:{p}/", "not_public"),
    ("http://%31%32%37.0.0.1:{p}/", "not_public"),
    ("http://localhost:{p}/", "not_public"),
    ("http://localhost.:{p}/", "not_public"),
    ("http://inside.example.com:{p}/", "not_public"),
    ("http://both.example.com:{p}/", "not_public"),
    ("http://metadata.google.internal/computeMetadata/v1/", "not_public"),
    ("http://169.254.169.254/latest/meta-data/", "not_public"),
    ("http://[fd00:ec2::254]/latest/meta-data/", "not_public"),
    ("http://100.100.100.200/latest/meta-data/", "not_public"),
    ("http://public.example.com@{}/", "credentials"),
    ("http://public.example.com:80@{}/", "credentials"),
    ("http://{}:22/", "redirects"),
    ("http://public.example.com:22/", "port"),
    ("http://public.example.com:6667/", "port"),
    ("\\\\{}\\", "redirects"),
    ("/\\{}/", "redirects"),
    ("http:\\\\{}/", "redirects"),
    ("http://\t{}/", "redirects"),
    ("\thttp://{}/", "not_public"),
    ("http://[{}/", "redirects"),
    ("file:///etc/passwd", "scheme"),
    ("file://localhost/", "scheme"),
    ("gopher://{}/_a", "scheme"),
    ("ftp://{}/", "scheme"),
    ("javascript:alert(1)", "scheme"),
];

#[test]
fn no_redirect_leads_inside() {
    let inside = Server::inside();
    let address = format!("127.0.0.1:{}", inside.port());
    let filled = |text: &str| text.replace("{p}", &inside.port().to_string()).replace("{}", &address);
    let leading = leading(TRICKS.iter().map(|(text, _)| filled(text).into_bytes()).collect());
    let names = names(&[
        ("inside.example.com", "127.0.0.1"),
        ("both.example.com", "93.184.216.34 127.0.0.1"),
        ("public.example.com", "93.184.216.34"),
    ]);
    let fetcher = fetcher(&[&leading.address.to_string()], &names);
    let told = |n: usize| refused(&fetcher, &leading.url(&format!("/{n}")));
    let wrong: Vec<_> =
        TRICKS.iter().enumerate().map(|(n, (text, code))| (text, code, told(n))).filter(|(_, code, told)| *code != told).collect();
    assert_eq!((inside.visitors(), wrong), (0, Vec::new()));
    assert_eq!(leading.visitors(), TRICKS.len());
}

#[test]
fn redirects_are_followed_for_a_while_and_not_for_ever() {
    let chain: Vec<Vec<u8>> = (1..=20).map(|n| format!("/{n}").into_bytes()).collect();
    let leading = leading(chain);
    let fetcher = to(&leading);
    // Five of them, and what is there.
    let (fetched, _) = fetch(&fetcher, &leading.url("/15")).unwrap();
    assert_eq!(fetched.url.as_str(), leading.url("/20"));
    assert_eq!(refused(&fetcher, &leading.url("/14")), "redirects");
    assert_eq!(leading.visitors(), 12);
}

#[test]
fn a_redirect_to_itself_or_to_nothing_comes_to_nothing() {
    let leading = leading(vec![b"/0".to_vec(), b"".to_vec(), b"/\xff\xfe".to_vec(), vec![b'a'; 9_000], b"?again".to_vec()]);
    for path in ["/0", "/1", "/2", "/3"] {
        assert_eq!(refused(&to(&leading), &leading.url(path)), "redirects", "{path}");
    }
    assert_eq!(refused(&to(&leading), &leading.url("/4")), "fetched");
    let nowhere = Server::saying("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(refused(&to(&nowhere), &nowhere.url("/")), "redirects");
    for status in [300, 304, 305, 306, 204, 206, 401, 404, 500, 503] {
        let other = Server::saying(format!("HTTP/1.1 {status} Other\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"));
        assert_eq!(refused(&to(&other), &other.url("/")), "status", "{status}");
        assert_eq!(other.visitors(), 1);
    }
}

#[test]
fn what_began_with_https_stays_with_it() {
    let begun = Target::read("https://public.example.com/a/b?c#d").unwrap();
    for location in ["http://public.example.com/", "http://other.example.com/"] {
        assert_eq!(begun.led_to(location.as_bytes()).unwrap_err().code(), "scheme");
    }
    let led = |location: &[u8]| begun.led_to(location).unwrap().url.to_string();
    assert_eq!(led(b"/e"), "https://public.example.com/e");
    assert_eq!(led(b"e"), "https://public.example.com/a/e");
    assert_eq!(led(b"//other.example.com/e#f"), "https://other.example.com/e");
    let plain = Target::read("http://public.example.com/").unwrap();
    assert_eq!(plain.led_to(b"https://public.example.com/").unwrap().url.scheme(), "https");
}
