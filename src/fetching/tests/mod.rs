//! The fetcher, against addresses and hosts that mean ill. Nothing here asks anybody but this machine.

mod addresses;
mod bodies;
mod hosts;
mod redirects;

use std::{
    io::{self, Read, Write},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use super::{Allowed, FetchFault, FetchLimits, Fetched, Fetcher, lookup::Lookup};
use crate::domain::{Instant, instant::Clock};

/// A server that notes who comes, and answers the path of a request with bytes.
struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    came: mpsc::Receiver<u16>,
}

impl Server {
    fn at(address: &str, answer: impl Fn(&str, &mut TcpStream) + Send + 'static) -> Self {
        Self::listening(TcpListener::bind(address).unwrap(), answer)
    }

    fn listening(listener: TcpListener, answer: impl Fn(&str, &mut TcpStream) + Send + 'static) -> Self {
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let (tell, came) = mpsc::channel();
        let server = Self { address: listener.local_addr().unwrap(), heads: heads.clone(), came };
        thread::spawn(move || {
            // Ends: with the test.
            while let Ok((mut stream, peer)) = listener.accept() {
                let _ = tell.send(peer.port());
                let head = head(&mut stream);
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                heads.lock().unwrap().push(head);
                answer(&path, &mut stream);
            }
        });
        server
    }

    /// One that says the same to everybody.
    fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::at("127.0.0.1:0", move |_, stream| drop(stream.write_all(&answer)))
    }

    /// One at all addresses of this machine, which nobody is to come to.
    fn inside() -> Self {
        let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0")).unwrap();
        Self::listening(listener, |_, stream| drop(stream.write_all(ANSWER)))
    }

    fn port(&self) -> u16 {
        self.address.port()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many came. Connections are taken in the order in which they come, so that one of our own is after all of theirs.
    fn visitors(&self) -> usize {
        let ours = TcpStream::connect((
            if self.address.ip().is_unspecified() { IpAddr::from([127, 0, 0, 1]) } else { self.address.ip() },
            self.port(),
        ))
        .unwrap();
        let own = ours.local_addr().unwrap().port();
        drop(ours);
        // Ends: with ours, which says so by its port.
        let mut before = 0;
        while self.came.recv_timeout(Duration::from_secs(30)).unwrap() != own {
            before += 1;
        }
        before
    }
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 7\r\n\r\npicture";

/// The head of a request, or what of it comes.
fn head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    // Ends: with the head, or with the connection.
    while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
        head.extend(byte);
    }
    String::from_utf8(head).unwrap()
}

/// Wait until whoever is connected has gone.
fn gone(stream: &mut TcpStream) {
    let _ = io::copy(stream, &mut io::sink());
}

/// What names lead to: each time they are looked up the next of these, and the last for ever.
#[derive(Debug, Default)]
struct Names {
    answers: Vec<(&'static str, Vec<Vec<IpAddr>>)>,
    asked: Mutex<Vec<String>>,
}

impl Lookup for Names {
    fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut asked = self.asked.lock().unwrap();
        let before = asked.iter().filter(|other| *other == host).count();
        asked.push(host.to_owned());
        let (_, all) = self.answers.iter().find(|(name, _)| *name == host).ok_or(io::ErrorKind::NotFound)?;
        Ok(all.get(before).or(all.last()).unwrap().clone())
    }
}

/// Names that lead to these addresses, in turn; each turn parted by `;`, and its addresses by spaces.
fn names(all: &[(&'static str, &str)]) -> Arc<Names> {
    let turn = |turn: &str| turn.split_whitespace().map(|ip| ip.parse().unwrap()).collect();
    let answers = all.iter().map(|(name, turns)| (*name, turns.split(';').map(turn).collect())).collect();
    Arc::new(Names { answers, ..Names::default() })
}

/// A clock that goes on by so many seconds whenever it is looked at.
struct Hasty(AtomicI64, i64);

impl Clock for Hasty {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.fetch_add(self.1 * 1_000_000, Ordering::SeqCst))
    }
}

fn hasty(seconds: i64) -> Arc<Hasty> {
    Arc::new(Hasty(AtomicI64::new(0), seconds))
}

fn allowed(words: &[&str]) -> Vec<Allowed> {
    words.iter().map(|word| word.parse().unwrap()).collect()
}

/// One that may ask these, and knows these names.
fn fetcher(words: &[&str], names: &Arc<Names>) -> Fetcher {
    Fetcher::looking_up(FetchLimits::default(), allowed(words), hasty(0), names.clone())
}

/// One that may ask a server.
fn to(server: &Server) -> Fetcher {
    fetcher(&[&server.address.to_string()], &names(&[]))
}

fn fetch(fetcher: &Fetcher, url: &str) -> Result<(Fetched, Vec<u8>), FetchFault> {
    let mut all = Vec::new();
    let fetched = fetcher.fetch(url, 1 << 20, &mut |bytes| {
        all.extend_from_slice(bytes);
        Ok(())
    })?;
    Ok((fetched, all))
}

/// The code of what is refused.
fn refused(fetcher: &Fetcher, url: &str) -> &'static str {
    fetch(fetcher, url).map_or_else(|fault| fault.code(), |_| "fetched")
}

#[test]
fn what_an_allowed_host_gives_is_handed_on_with_where_it_was_and_what_it_is_called() {
    let server = Server::saying(
        "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\nSet-Cookie: a=b\r\nContent-Length: 7\r\n\r\npicture",
    );
    let (fetched, bytes) = fetch(&to(&server), &server.url("/b.png?size=1#part")).unwrap();
    assert_eq!(bytes, b"picture");
    assert_eq!(fetched.url.as_str(), server.url("/b.png?size=1"));
    assert_eq!((fetched.media_type.as_deref(), fetched.disposition.as_deref()), (Some("image/png"), Some("attachment; filename=a.png")));
}

#[test]
fn nothing_is_said_of_who_asks_and_nothing_is_carried_to_where_a_redirect_leads() {
    let server = Server::at("127.0.0.1:0", |path, stream| {
        let redirect = "HTTP/1.1 302 Found\r\nSet-Cookie: session=1\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(if path == "/a" { redirect.as_bytes() } else { ANSWER });
    });
    fetch(&to(&server), &server.url("/a")).unwrap();
    let heads = server.heads.lock().unwrap().clone();
    for (head, path) in heads.iter().zip(["/a", "/b"]) {
        let mut lines: Vec<String> = head.trim_end().lines().map(str::to_ascii_lowercase).collect();
        lines.sort();
        let agent = concat!("user-agent: dateline/", env!("CARGO_PKG_VERSION"));
        let host = format!("host: {}", server.address);
        assert_eq!(lines, ["accept-encoding: identity", "accept: */*", "connection: close", &format!("get {path} http/1.1"), &host, agent]);
    }
    assert_eq!(heads.len(), 2);
}

#[test]
fn as_many_are_fetched_as_may_be_at_once_and_no_more() {
    let server = Server::saying(ANSWER);
    let limits = FetchLimits { at_once: 1, ..FetchLimits::default() };
    let one = Fetcher::looking_up(limits, allowed(&[&server.address.to_string()]), hasty(0), names(&[]));
    let mut second = None;
    one.fetch(&server.url("/"), 1 << 20, &mut |_| {
        second = Some(refused(&one, &server.url("/")));
        Ok(())
    })
    .unwrap();
    assert_eq!(second, Some("busy"));
    assert_eq!(refused(&one, &server.url("/")), "fetched");
}

/// What the other test runs, with a proxy in its environment.
#[test]
#[ignore = "run by the test below"]
fn with_a_proxy_in_the_environment() {
    let server = Server::saying(ANSWER);
    assert_eq!(fetch(&to(&server), &server.url("/")).unwrap().1, b"picture");
}

#[test]
fn a_proxy_in_the_environment_is_not_asked() {
    let proxy = Server::saying(ANSWER);
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "--ignored", "fetching::tests::with_a_proxy_in_the_environment"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        again.env(name, proxy.url("/"));
    }
    let ran = again.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(proxy.visitors(), 0);
}
