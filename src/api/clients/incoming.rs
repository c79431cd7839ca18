//! What a client sends, on its way to the HTTP library: not a byte is dropped or changed, and heads are handed on whole, one after the other.
//!
//! **Context.** A head can only be judged by who knows where it begins, and the library reads on as long as there is anything: heads behind a body, heads
//! behind heads. **Decision.** At each moment it is known what comes next ([`Coming`]): a head; or, once the frame has heard of it, its body, which is counted
//! along to its end (`framing`). What comes before its turn is held, and a head has its turn when the answer before it is on its way. **Consequence.** All
//! heads are judged alike, whatever was before them and whoever read it, and the library has one request at a time: what it keeps of one (how its answer
//! is to end, whether it is a `HEAD`) is never that of the next.

use std::rc::Rc;

use bytes::BytesMut;
use tokio::io::ReadBuf;

use super::{Standing, standing::Coming};
use crate::{
    api::problem::Unread,
    domain::memory::{MemoryBudget, Reservation},
};

/// The longest request line, in bytes.
pub const MAX_LINE: usize = 8_192;
/// The longest head, in bytes.
pub const MAX_HEAD: usize = 32_768;
/// How many header fields a head has at most: as many as the HTTP library takes.
const MAX_FIELDS: usize = 96;

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Something is due.
    HandOn,
    /// More must come from the client.
    Read,
    /// The server must get further first.
    Wait,
    /// This is no request, and why, where that is more than its form.
    Refuse(Option<Unread>),
}

/// What has come of a head.
enum Verdict {
    /// All of it, in so many bytes.
    Whole(usize),
    Part,
    Refused(Option<Unread>),
}

/// What a client has sent that is not handed on yet.
#[derive(Debug)]
pub(super) struct Incoming {
    standing: Rc<Standing>,
    held: BytesMut,
    /// How much of that is to be handed on.
    due: usize,
    /// How many line breaks are known to stand before the head.
    breaks: usize,
    /// How long the part of a head is when it is looked at next for what is no head at all.
    looked: usize,
    reservation: Reservation,
}

impl Incoming {
    pub(super) fn new(standing: Rc<Standing>, budget: &std::sync::Arc<MemoryBudget>) -> Self {
        Self { standing, held: BytesMut::new(), due: 0, breaks: 0, looked: 0, reservation: Reservation::of(budget) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Hold nothing any more.
    pub(super) fn forget(&mut self) {
        (self.held, self.due, self.breaks) = (BytesMut::new(), 0, 0);
        self.reservation.clear();
    }

    /// What is to be done next.
    pub(super) fn next(&mut self) -> Step {
        loop {
            if self.due > 0 {
                return Step::HandOn;
            }
            match self.standing.coming() {
                Coming::Unheard => return Step::Wait,
                _ if self.held.is_empty() => return Step::Read,
                Coming::Body(framing) => {
                    let (length, left) = framing.over(&self.held);
                    self.due = length;
                    self.standing.body_came(left);
                }
                Coming::Head if !self.standing.is_waiting() => return Step::Wait,
                Coming::Head => match self.judge() {
                    Verdict::Whole(length) => {
                        self.due = length;
                        self.standing.head_came();
                    }
                    Verdict::Part => return Step::Read,
                    Verdict::Refused(why) => return Step::Refuse(why),
                },
            }
        }
    }

    /// Hand on what is due.
    pub(super) fn hand_on(&mut self, buf: &mut ReadBuf<'_>) {
        let now = self.due.min(buf.remaining()).min(self.held.len());
        buf.put_slice(&self.held.split_to(now));
        self.due = self.due.saturating_sub(now);
        if self.due == 0 {
            // What is left does not keep the memory of what is gone.
            (self.held, self.breaks, self.looked) = (BytesMut::from(&*self.held), 0, 0);
        }
        self.reservation.hold(self.held.len());
    }

    /// Something has come: how many bytes of it are handed on as they are; the others are held. Nothing when there is no room for them.
    pub(super) fn receive(&mut self, new: &[u8]) -> Option<usize> {
        let passing = if self.held.is_empty() { self.passing(new) } else { 0 };
        let rest = new.get(passing..).unwrap_or_default();
        if !rest.is_empty() {
            if !self.reservation.hold(self.held.len().saturating_add(rest.len())) {
                return None;
            }
            self.held.extend_from_slice(rest);
        }
        Some(passing)
    }

    /// How many bytes may pass unheld: what belongs to a body, and a head that comes by itself, as most do.
    fn passing(&self, new: &[u8]) -> usize {
        match self.standing.coming() {
            Coming::Body(framing) => {
                let (length, left) = framing.over(new);
                self.standing.body_came(left);
                length
            }
            Coming::Head if self.standing.is_waiting() && is_one_head(new) => {
                self.standing.head_came();
                new.len()
            }
            _ => 0,
        }
    }

    /// Look at what is held, where a head begins: behind line breaks, if there are any (RFC 9112 §2.2).
    fn judge(&mut self) -> Verdict {
        let more = self.held.iter().skip(self.breaks).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.breaks = self.breaks.saturating_add(more);
        let breaks = self.breaks;
        let head = self.held.get(breaks..).unwrap_or_default();
        let line = memchr::memchr(b'\n', head);
        if line.unwrap_or(head.len()) > MAX_LINE {
            return Verdict::Refused(Some(Unread::LongTarget));
        }
        if line.and_then(|end| head.get(..end)).is_some_and(is_of_another_version) {
            return Verdict::Refused(Some(Unread::Version));
        }
        match blank_line(head).map(|end| breaks.saturating_add(end)) {
            Some(end) if end <= MAX_HEAD => return Verdict::Whole(end),
            None if self.held.len() <= MAX_HEAD => {}
            _ => return Verdict::Refused(Some(Unread::LongHead)),
        }
        if self.held.len() >= self.looked {
            self.looked = self.held.len().saturating_mul(2);
            let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
            match httparse::Request::new(&mut fields).parse(head) {
                Ok(_) => {}
                Err(httparse::Error::TooManyHeaders) => return Verdict::Refused(Some(Unread::LongHead)),
                Err(_) => return Verdict::Refused(None),
            }
        }
        Verdict::Part
    }
}

/// Where the first blank line of these bytes ends, which is where a head ends.
fn blank_line(bytes: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find_map(|at| {
        let next = at.checked_add(1)?;
        match bytes.get(next..)? {
            [b'\n', ..] => next.checked_add(1),
            [b'\r', b'\n', ..] => next.checked_add(2),
            _ => None,
        }
    })
}

/// Whether these bytes are one head and nothing else, as they mostly are.
fn is_one_head(bytes: &[u8]) -> bool {
    let Some(line) = memchr::memchr(b'\n', bytes) else { return false };
    let first = bytes.get(..line).unwrap_or_default();
    bytes.len() <= MAX_LINE
        && (first.ends_with(b" HTTP/1.1\r") || first.ends_with(b" HTTP/1.0\r"))
        && blank_line(bytes) == Some(bytes.len())
}

/// Whether a request line ends in a version of HTTP that is not spoken here.
fn is_of_another_version(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let Some(name) = memchr::memmem::rfind(line, b" HTTP/") else { return false };
    let version = line.get(name..).and_then(|rest| rest.strip_prefix(b" HTTP/")).unwrap_or_default();
    let mut numbers = version.split(|byte| *byte == b'.');
    let is_version = numbers.clone().count() <= 2 && numbers.all(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit));
    is_version && version != b"1.1" && version != b"1.0"
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::*;
    use crate::api::clients::{
        ClientTimeouts, Clients,
        framing::{Chunk, Framing},
    };

    /// A server that reads what comes in these pieces, hears of each request as it begins, and answers it as soon as it has come whole, or, where it does not read bodies, at once.
    struct FakeServer {
        clients: Clients,
        standing: Rc<Standing>,
        incoming: Incoming,
        handed: Vec<u8>,
        heads: Vec<Vec<u8>>,
        refused: Option<Step>,
        reads: bool,
    }

    impl FakeServer {
        fn new(reads: bool) -> Self {
            let clients = Clients::new(ClientTimeouts::default(), 1 << 20);
            let standing = Rc::new(Standing::new(IpAddr::V4(Ipv4Addr::LOCALHOST), Rc::default()));
            let incoming = Incoming::new(standing.clone(), &clients.budget);
            Self { clients, standing, incoming, handed: Vec::new(), heads: Vec::new(), refused: None, reads }
        }

        fn answer(&self) {
            self.standing.answered();
            self.standing.flushed();
        }

        /// What the frame does with a head.
        fn begin(&mut self, head: &[u8]) {
            let text = String::from_utf8_lossy(head).to_lowercase();
            let framing = if text.contains("chunked") {
                Some(Framing::Chunked(Chunk::First))
            } else {
                text.split_once("content-length: ").and_then(|(_, n)| n.split("\r\n").next()?.parse().ok()).map(Framing::Length)
            };
            self.heads.push(head.trim_ascii().to_vec());
            self.standing.begun(framing);
            if framing.is_none() || !self.reads {
                self.answer();
            }
        }

        fn piece(&mut self, piece: &[u8]) {
            if self.refused.is_some() {
                return;
            }
            let before = self.handed.len();
            let was_body = matches!(self.standing.coming(), Coming::Body(_));
            let passing = self.incoming.receive(piece).unwrap();
            self.handed.extend_from_slice(&piece[..passing]);
            self.heard(before, was_body);
            loop {
                let before = self.handed.len();
                let was_body = matches!(self.standing.coming(), Coming::Body(_));
                match self.incoming.next() {
                    Step::HandOn => {
                        while self.incoming.due > 0 {
                            let mut space = [0; 37];
                            let mut buf = ReadBuf::new(&mut space);
                            self.incoming.hand_on(&mut buf);
                            self.handed.extend_from_slice(buf.filled());
                        }
                        self.heard(before, was_body);
                    }
                    Step::Read => break,
                    Step::Wait => panic!("everything is answered"),
                    refused @ Step::Refuse(_) => {
                        self.refused = Some(refused);
                        break;
                    }
                }
                assert_eq!(self.clients.budget.held(), self.incoming.held.len());
            }
            assert_eq!(self.clients.budget.held(), self.incoming.held.len());
        }

        fn heard(&mut self, before: usize, was_body: bool) {
            if self.standing.coming() == Coming::Unheard {
                let head = self.handed[before..].to_vec();
                self.begin(&head);
            } else if was_body && self.standing.coming() == Coming::Head && self.reads {
                self.answer();
            }
        }
    }

    /// A connection on which everything is right.
    const RIGHT: &[u8] = b"\r\nGET /1 HTTP/1.1\r\nhost: x\r\n\r\nPOST /2 HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}GET /3 HTTP/1.1\r\nhost: x\r\n\r\n\
        POST /4 HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n\r\n\r\n0\r\n\r\n\r\n\r\nGET /5 HTTP/1.0\nhost: x\n\nDELETE /6 HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n\r\n\r\n\
        GET /7 HTTP/1.1\r\nhost: x\r\n\r\n";

    #[test]
    fn what_comes_is_handed_on_as_it_came_wherever_it_is_cut() {
        for reads in [true, false] {
            for cut in 0..=RIGHT.len() {
                let mut server = FakeServer::new(reads);
                server.piece(&RIGHT[..cut]);
                server.piece(&RIGHT[cut..]);
                assert_eq!(server.handed, RIGHT, "cut at {cut}");
                assert_eq!((server.heads.len(), server.clients.budget.held()), (7, 0), "cut at {cut}");
                assert!(server.heads.iter().enumerate().all(|(n, head)| head.escape_ascii().to_string().contains(&format!(" /{}", n + 1))));
            }
        }
    }

    #[test]
    fn line_breaks_are_held_and_booked_and_are_not_without_end() {
        let mut server = FakeServer::new(true);
        for n in 1..=MAX_HEAD / 2 {
            server.piece(b"\r\n");
            assert_eq!((server.clients.budget.held(), &server.refused), (2 * n, &None));
        }
        server.piece(b"\r\n");
        assert_eq!(server.refused, Some(Step::Refuse(Some(Unread::LongHead))));
        server.incoming.forget();
        assert_eq!(server.clients.budget.held(), 0);
    }

    #[test]
    fn heads_behind_a_body_that_nobody_reads_are_judged_like_others() {
        for (body, name) in
            [("content-length: 2\r\n\r\n{}", "a length"), ("transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "chunks")]
        {
            for (head, why) in [
                (format!("GET /{}", "b".repeat(MAX_LINE)), Some(Unread::LongTarget)),
                (format!("GET / HTTP/1.1\r\na: {}", "b".repeat(MAX_HEAD)), Some(Unread::LongHead)),
                (format!("GET / HTTP/1.1\r\n{}", "a: b\r\n".repeat(MAX_FIELDS + 1)), Some(Unread::LongHead)),
                ("GET / HTTP/2.0\r\n".to_owned(), Some(Unread::Version)),
                ("G\0".to_owned(), None),
            ] {
                let mut server = FakeServer::new(false);
                server.piece(format!("DELETE / HTTP/1.1\r\nhost: x\r\n{body}").as_bytes());
                head.as_bytes().chunks(4_096).for_each(|piece| server.piece(piece));
                assert_eq!(server.refused, Some(Step::Refuse(why)), "behind a body of {name}: {head:.16}");
            }
        }
    }

    #[test]
    fn a_head_waits_for_the_answer_before_it() {
        let mut server = FakeServer::new(true);
        server.piece(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        server.standing.begun(None);
        assert_eq!(server.incoming.receive(b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n"), Some(0));
        assert_eq!((server.incoming.next(), server.clients.budget.held()), (Step::Wait, 28));
        server.standing.answered();
        assert_eq!(server.incoming.next(), Step::Wait);
        // It ends once, and is not heard to end again and again.
        assert!(server.standing.flushed() && !server.standing.flushed());
        assert_eq!(server.incoming.next(), Step::HandOn);
    }

    proptest! {
        #[test]
        fn what_ends_in_a_blank_line_is_a_head_or_none_and_never_a_part(
            lines in proptest::collection::vec("[ -~\t\r\n\0]{0,12}|[a-c]: [a-c]{0,3}|GET / HTTP/1\\.[01]", 0..6),
            ends in proptest::collection::vec(prop_oneof![Just("\n"), Just("\r\n")], 7),
        ) {
            let bytes: String = lines.iter().zip(&ends).map(|(line, end)| format!("{line}{end}")).collect();
            let bytes = bytes.as_bytes();
            let begins = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if let Some(end) = blank_line(&bytes[begins..]) {
                let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
                let whole = &bytes[..begins + end];
                // Whoever is handed it is not left waiting for more of it.
                prop_assert!(!matches!(httparse::Request::new(&mut fields).parse(whole), Ok(httparse::Status::Partial)), "{}", whole.escape_ascii());
            }
        }
    }

    #[test]
    fn heads_end_at_the_first_blank_line() {
        for (bytes, end) in [
            ("GET / HTTP/1.1\r\nhost: x\r\n\r\n", Some(27)),
            ("GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n", Some(27)),
            ("GET / HTTP/1.1\nhost: x\n\nbody", Some(24)),
            ("GET / HTTP/1.1\r\nhost: x\r\n", None),
            ("", None),
        ] {
            assert_eq!(blank_line(bytes.as_bytes()), end, "{bytes}");
        }
        assert!(is_one_head(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"));
        assert!(!is_one_head(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n{"));
    }

    #[test]
    fn versions_that_are_not_spoken_are_known() {
        for other in ["GET / HTTP/2.0", "PRI * HTTP/2.0\r", "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/11", "GET / HTTP/3"] {
            assert!(is_of_another_version(other.as_bytes()), "{other}");
        }
        for same in [
            "GET / HTTP/1.1\r",
            "GET / HTTP/1.0",
            "GET /",
            "GET / HTTP/",
            "GET / HTTP/1.",
            "GET / HTTP/1.1.1",
            "GET / HTTP/1.1 HTTP/x",
            "GET / HTP/2.0",
            "",
        ] {
            assert!(!is_of_another_version(same.as_bytes()), "{same}");
        }
    }
}
