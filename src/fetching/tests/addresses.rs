//! Addresses, in every spelling.

use super::{super::is_public, Server, fetcher, names, refused};

/// What may be asked.
const PUBLIC: &str = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 \
    191.255.255.255 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 \
    2001:200::1 2001:4860:4860::8888 2606:4700::1111 2620:fe::fe 2a00:1450:4001:81b::200e 2400:cb00::1 2003::1 3ffe:ffff::1";

/// What may not, by the networks of IANA's registries: first and last of each, and some in between.
const SPECIAL: &str = "0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.1.2.3 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.0 127.0.0.1 127.0.0.2 127.255.255.255 \
    169.254.0.0 169.254.169.254 169.254.170.2 169.254.255.255 172.16.0.0 172.17.0.1 172.31.255.255 192.0.0.0 192.0.0.8 192.0.0.170 192.0.0.171 192.0.0.192 192.0.0.255 192.0.2.0 192.0.2.255 \
    192.31.196.1 192.52.193.1 192.88.99.0 192.88.99.255 192.168.0.0 192.168.1.1 192.168.255.255 192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 \
    224.0.0.0 224.0.0.1 232.0.0.1 239.255.255.255 240.0.0.0 250.1.2.3 255.255.255.254 255.255.255.255 \
    :: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::8.8.8.8 \
    64:ff9b:1::1 64:ff9b:1:ffff:ffff:ffff:ffff:ffff 100::1 100:0:0:1::1 2001::1 2001:0:7f00:1:: 2001:1::1 2001:2::1 2001:3::1 2001:4:112::1 2001:10::1 2001:20::1 2001:30::1 2001:1ff:ffff::1 \
    2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2002:: 2002:7f00:1:: 2002:a00:1::1 2002:a9fe:a9fe::1 2620:4f:8000::1 3fff::1 3fff:fff:ffff::1 4000::1 5f00::1 5fff::1 8000::1 \
    fc00::1 fcff::1 fd00::1 fd00:ec2::254 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 feff::1 ff00::1 ff02::1 ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

#[test]
fn addresses_are_public_that_no_registry_keeps_for_anything() {
    let wrong = |all: &str, public: bool| {
        all.split_whitespace().filter(|ip| is_public(ip.parse().unwrap()) != public).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(wrong(PUBLIC, true), Vec::<String>::new());
    assert_eq!(wrong(SPECIAL, false), Vec::<String>::new());
    assert!(SPECIAL.split_whitespace().count() >= 100);
}

/// Spellings of this machine and of what is near it; each is asked at the port of a server that would hear of it.
const SPELLED: [&str; 84] = [
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "127.0.1",
    "127.1",
    "127.0.0.1.",
    "127.1.",
    "2130706433",
    "2130706434",
    "017700000001",
    "0x7f000001",
    "0X7F000001",
    "0x7f.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "0177.1",
    "0177.0x0.0.1",
    "00000177.0.0.1",
    "127.0.0x1",
    "127.0x000001",
    "0",
    "0.0",
    "0.0.0.0",
    "0x0",
    "00",
    "0.0.0.0.",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::0.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7F00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::ffff:0:127.0.0.1]",
    "[::ffff:0.0.0.0]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
    "[2001:0:7f00:1::]",
    "[2001:0:0:0:0:0:80ff:fffe]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fe80::1%lo]",
    "[::1%25lo]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[100::1]",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.16689662",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "10.0.0.1",
    "10.1",
    "0xa000001",
    "012.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "192.168.257",
    "0xc0.0xa8.0x1.0x1",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "255.255.255.255",
    "4294967295",
    // Digits that are normalised to those of ASCII, dots that are taken for dots, and letters that stand for others.
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "127．0．0．1",
    "%31%32%37.0.0.1",
    "%30x7f.1",
    "[::%66fff:127.0.0.1]",
    "127.0.0.1%2e",
];

/// Names of what is inside. They are not looked up.
const NAMED: [&str; 26] = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost..",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "ｌｏｃａｌｈｏｓｔ",
    "ⓛocalhost",
    "loca\u{ad}lhost",
    "a.localhost",
    "public.example.com.localhost",
    "localhost.localdomain",
    "printer.local",
    "printer.local.",
    "metadata",
    "metadata.google.internal",
    "METADATA.GOOGLE.INTERNAL.",
    "instance-data",
    "wire.intranet",
    "wire.corp",
    "wire.lan",
    "wire.home.arpa",
    "wire.test",
    "wire.invalid",
    "wire.onion",
    "kubernetes",
    "a..internal",
];

#[test]
fn no_spelling_of_what_is_inside_is_asked() {
    let (inside, names) = (Server::inside(), names(&[]));
    // What is allowed elsewhere opens nothing here.
    let fetcher = fetcher(&["wires.example.com", "10.9.8.7", "192.168.77.0/24", "127.0.0.1:1"], &names);
    let port = inside.port();
    let mut fetched = Vec::new();
    for host in SPELLED.iter().chain(&NAMED) {
        for url in [format!("http://{host}:{port}/"), format!("https://{host}:{port}/"), format!("http://{host}/")] {
            let code = refused(&fetcher, &url);
            if !["not_public", "url"].contains(&code) {
                fetched.push((url, code));
            }
        }
    }
    assert_eq!((inside.visitors(), fetched), (0, Vec::new()));
    assert_eq!(*names.asked.lock().unwrap(), Vec::<String>::new());
}

/// What hides where it leads, or is of another kind; `{}` is an address inside.
const HIDDEN: [(&str, &str); 52] = [
    ("http://{}/", "not_public"),
    ("HTTP://{}/", "not_public"),
    (" http://{}/ ", "not_public"),
    ("http:{}/", "not_public"),
    ("http:/{}/", "not_public"),
    ("http:///{}/", "not_public"),
    ("http:////{}/", "not_public"),
    ("http://@{}/", "not_public"),
    ("http://:@{}/", "not_public"),
    ("http://{}#@public.example.com/", "not_public"),
    ("http://{}?@public.example.com/", "not_public"),
    ("http://{}/@public.example.com/", "not_public"),
    ("http://{};public.example.com/", "url"),
    ("http://public.example.com@{}/", "credentials"),
    ("http://public.example.com:80@{}/", "credentials"),
    ("http://public.example.com:@{}/", "credentials"),
    ("http://public.example.com%00@{}/", "credentials"),
    ("http://public.example.com%2f@{}/", "credentials"),
    ("http://public.example.com%40{}/", "url"),
    ("http://a@public.example.com@{}/", "credentials"),
    ("http://a:b@c:d@{}/", "credentials"),
    ("http://public.example.com\\@{}/", "url"),
    ("http://{}\\@public.example.com/", "url"),
    ("http:\\\\{}/", "url"),
    ("http://public.example.com\t@{}/", "url"),
    ("http://\t{}/", "url"),
    ("ht\ntp://{}/", "url"),
    ("http://{}/\r\nX-Other: a", "url"),
    ("http://{}/\u{0}", "url"),
    ("\u{1}http://{}/", "url"),
    ("http://public.example.com {}/", "url"),
    ("http://public.example.com|{}/", "url"),
    ("http://<{}>/", "url"),
    ("http://[{}]/", "url"),
    ("//{}/", "url"),
    ("\\\\{}\\", "url"),
    ("/{}/", "url"),
    ("{}", "scheme"),
    ("", "url"),
    ("http://", "url"),
    ("https:", "url"),
    ("ftp://{}/", "scheme"),
    ("gopher://{}/_GET%20/", "scheme"),
    ("dict://{}/info", "scheme"),
    ("ldap://{}/", "scheme"),
    ("ws://{}/", "scheme"),
    ("file:///etc/passwd", "scheme"),
    ("file://localhost/etc/passwd", "scheme"),
    ("jar:http://{}/!/", "scheme"),
    ("data:image/png;base64,AAAA", "scheme"),
    ("view-source:http://{}/", "scheme"),
    ("javascript:fetch('http://{}/')", "scheme"),
];

#[test]
fn no_trick_of_writing_hides_where_an_address_leads() {
    let (inside, names) = (Server::inside(), names(&[("public.example.com", "93.184.216.34")]));
    let fetcher = fetcher(&[], &names);
    let address = format!("127.0.0.1:{}", inside.port());
    let wrong = |(text, code): &(&str, &str)| {
        let url = text.replace("{}", &address);
        let told = refused(&fetcher, &url);
        // An address by itself is no URL, whatever the parser makes of it.
        (told != *code && !(*text == "{}" && told == "url")).then_some((url, told))
    };
    let wrong: Vec<_> = HIDDEN.iter().filter_map(wrong).collect();
    assert_eq!((inside.visitors(), wrong), (0, Vec::new()));
    assert_eq!(*names.asked.lock().unwrap(), Vec::<String>::new());
    assert_eq!(refused(&fetcher, &format!("http://public.example.com/{}", "a".repeat(2_000))), "url");
}

#[test]
fn no_port_is_asked_that_other_protocols_are_spoken_at() {
    let names = names(&[]);
    let fetcher = fetcher(&[], &names);
    for port in [0, 1, 7, 21, 22, 23, 25, 53, 79, 81, 110, 143, 389, 442, 445, 465, 587, 993, 1023, 2049, 5060, 6000, 6667, 10080, 11211] {
        assert_eq!(refused(&fetcher, &format!("http://public.example.com:{port}/")), "port", "{port}");
    }
    assert_eq!(*names.asked.lock().unwrap(), Vec::<String>::new());
    // What passes there is looked up, and leads nowhere.
    for port in [80, 443, 1024, 8080, 8443, 65535] {
        assert_eq!(refused(&fetcher, &format!("http://public.example.com:{port}/")), "not_public", "{port}");
    }
    assert_eq!(refused(&fetcher, "http://public.example.com:65536/"), "url");
}
