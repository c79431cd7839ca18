//! A connection as the HTTP library sees it: heads come whole, nobody is waited for without end, and refusals are problems.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    rt::{
        net::TcpStream,
        time::{Sleep, sleep},
    },
    web::Data,
};
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Guests, Share, Standing, guests::Seat, refusal, standing::Handed};
use crate::api::{State, problem::Unread};

/// The longest request line, in bytes.
pub const LONGEST_LINE: usize = 8_192;
/// The longest head, in bytes.
pub const LONGEST_HEAD: usize = 32_768;
/// How many header fields a head has at most: as many as the HTTP library takes.
const MOST_FIELDS: usize = 96;
/// How much longer than the frame the connection waits for the rest of a body that nobody reads.
const GRACE: Duration = Duration::from_secs(5);
/// What no request begins with: the HTTP library refuses it, and by that the request whose place it takes.
const NOT_HTTP: &[u8] = b"\0\n";

/// What a client is being waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Head,
    Body,
}

/// What is to be done with what has come.
enum Verdict {
    /// So many bytes are a head.
    Head(usize),
    /// It is no head, and will not become one: the HTTP library had the beginning of it before, or refuses it.
    NoHead,
    /// More of it must come.
    Part,
    /// It is refused.
    Refused(Unread),
}

/// A client's connection.
#[derive(Debug)]
pub struct Connection {
    io: TcpStream,
    state: Data<State>,
    standing: Rc<Standing>,
    _seat: Option<Seat>,
    /// What has come and is not handed on yet: part of a head, or what came behind one.
    held: BytesMut,
    /// How much of that is to be handed on.
    due: usize,
    /// How long the part of a head is when it is looked at next for what is no head at all.
    looked: usize,
    share: Share,
    refused: bool,
    wanted: Option<(Wanted, Pin<Box<Sleep>>)>,
    /// While the client does not take its answer: for how long yet, and what it has taken meanwhile.
    stall: Option<(Pin<Box<Sleep>>, u64)>,
    /// A problem that is being written in the place of a bare refusal of so many bytes.
    instead: Option<(Bytes, usize)>,
}

impl Connection {
    /// The connection of a client who has just come.
    #[must_use]
    pub fn new(io: TcpStream, peer: Option<SocketAddr>, guests: &Rc<Guests>, state: &Data<State>) -> Self {
        let address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let seat = guests.admit(address);
        let standing = seat.as_ref().map_or_else(|| Rc::new(Standing::new(address, Rc::default())), |seat| seat.standing.clone());
        if seat.is_none() {
            standing.refuse(Unread::Full);
        }
        Self {
            io,
            state: state.clone(),
            standing,
            _seat: seat,
            held: BytesMut::new(),
            due: 0,
            looked: 0,
            share: Share::of(&state.clients.account),
            refused: false,
            wanted: None,
            stall: None,
            instead: None,
        }
    }

    /// What the frame and this connection tell each other.
    #[must_use]
    pub fn standing(&self) -> Rc<Standing> {
        self.standing.clone()
    }

    /// Whether a client has been waited for too long.
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let patience = self.state.clients.patience;
        let wanted = if self.standing.is_body_open() {
            Some((Wanted::Body, patience.body.saturating_add(GRACE)))
        } else if self.standing.is_waiting() && (!self.held.is_empty() || self.standing.handed() == Handed::Something) {
            Some((Wanted::Head, patience.head))
        } else {
            None
        };
        let Some((what, time)) = wanted else {
            self.wanted = None;
            return false;
        };
        if self.wanted.as_ref().is_none_or(|(known, _)| *known != what) {
            self.wanted = Some((what, Box::pin(sleep(time))));
        }
        self.wanted.as_mut().is_some_and(|(_, sleep)| sleep.as_mut().poll(cx).is_ready())
    }

    /// Have the HTTP library refuse what is there, and say why in its place.
    fn refuse(&mut self, why: Unread, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        tracing::debug!(?why, "a request is refused unread");
        self.standing.refuse(why);
        self.refused = true;
        self.held = BytesMut::new();
        self.share.clear();
        buf.put_slice(NOT_HTTP);
        Poll::Ready(Ok(()))
    }

    /// Look at what is held, where a head begins.
    fn judge(&mut self) -> Verdict {
        let breaks = self.held.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.held.advance(breaks);
        let line = memchr::memchr(b'\n', &self.held);
        if line.unwrap_or(self.held.len()) > LONGEST_LINE {
            return Verdict::Refused(Unread::LongTarget);
        }
        if line.and_then(|end| self.held.get(..end)).is_some_and(is_of_another_version) {
            self.standing.refuse(Unread::Version);
            return Verdict::NoHead;
        }
        match blank_line(&self.held) {
            Some(end) if end <= LONGEST_HEAD => return Verdict::Head(end),
            None if self.held.len() <= LONGEST_HEAD => {}
            _ => return Verdict::Refused(Unread::LongHead),
        }
        if self.held.len() >= self.looked {
            self.looked = self.held.len().saturating_mul(2);
            let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
            if httparse::Request::new(&mut fields).parse(&self.held).is_err() {
                return Verdict::NoHead;
            }
        }
        Verdict::Part
    }

    /// Hand on what is due of what is held.
    fn hand_on(&mut self, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let now = self.due.min(buf.remaining());
        buf.put_slice(&self.held.split_to(now.min(self.held.len())));
        self.due = self.due.saturating_sub(now);
        if self.held.is_empty() {
            // The memory as well.
            (self.held, self.looked) = (BytesMut::new(), 0);
            self.share.clear();
        }
        Poll::Ready(Ok(()))
    }

    /// Write, and note how the client takes it.
    fn write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        match &written {
            Poll::Ready(Ok(count)) => {
                if let Some((_, taken)) = &mut self.stall {
                    *taken = taken.saturating_add(u64::try_from(*count).unwrap_or(u64::MAX));
                }
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                self.standing.stall();
                let patience = self.state.clients.patience;
                let (sleep, taken) = self.stall.get_or_insert_with(|| (Box::pin(sleep(patience.stall)), 0));
                if sleep.as_mut().poll(cx).is_ready() {
                    if *taken < patience.least_rate.saturating_mul(patience.stall.as_secs()) {
                        return Poll::Ready(Err(self.cut()));
                    }
                    // Slow, but taking it.
                    self.stall = None;
                    cx.waker().wake_by_ref();
                }
            }
        }
        written
    }

    /// Break off: what lies in the system's buffers is not kept for the client either.
    fn cut(&self) -> io::Error {
        let _ = self.io.set_zero_linger();
        io::ErrorKind::TimedOut.into()
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

/// Whether a request line ends in a version of HTTP that is not spoken here.
fn is_of_another_version(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let Some(name) = memchr::memmem::rfind(line, b" HTTP/") else { return false };
    let version = line.get(name..).and_then(|rest| rest.strip_prefix(b" HTTP/")).unwrap_or_default();
    let mut numbers = version.split(|byte| *byte == b'.');
    let is_version = numbers.clone().count() <= 2 && numbers.all(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit));
    is_version && version != b"1.1" && version != b"1.0"
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.standing.listen(cx);
        if this.standing.is_sent_away() {
            return Poll::Ready(Err(this.cut()));
        }
        if this.refused {
            return Poll::Pending;
        }
        if let Some(why @ Unread::Full) = this.standing.refusal() {
            return this.refuse(why, buf);
        }
        loop {
            if this.due > 0 {
                return this.hand_on(buf);
            }
            if !this.held.is_empty() && this.standing.handed() == Handed::Nothing {
                if this.standing.is_body_open() {
                    this.due = this.held.len();
                    continue;
                }
                match this.judge() {
                    Verdict::Head(length) => {
                        this.due = length;
                        this.standing.hand_on(Handed::Head);
                        continue;
                    }
                    Verdict::NoHead => {
                        this.due = this.held.len();
                        this.standing.hand_on(Handed::Something);
                        continue;
                    }
                    Verdict::Refused(why) => return this.refuse(why, buf),
                    Verdict::Part => {}
                }
            }
            if this.is_late(cx) {
                return match this.wanted {
                    Some((Wanted::Head, _)) => this.refuse(Unread::Slow, buf),
                    _ => Poll::Ready(Err(this.cut())),
                };
            }
            // Nothing is read behind a head that the frame has not heard of, nor from whoever does not take what we say.
            if (this.standing.handed() == Handed::Head && !this.held.is_empty()) || this.standing.is_stalled() {
                return Poll::Pending;
            }
            let before = buf.filled().len();
            std::task::ready!(Pin::new(&mut this.io).poll_read(cx, buf))?;
            let new = buf.filled().get(before..).unwrap_or_default();
            let unasked = this.standing.is_body_open() || this.standing.handed() == Handed::Something;
            if new.is_empty() || (this.held.is_empty() && unasked) {
                return Poll::Ready(Ok(()));
            }
            if this.held.is_empty() && this.standing.handed() == Handed::Nothing && is_one_head(new) {
                this.standing.hand_on(Handed::Head);
                return Poll::Ready(Ok(()));
            }
            // What comes behind a head before the frame has heard of it may be its body, which has a share of its own.
            if this.standing.handed() == Handed::Nothing && !this.share.take(new.len()) {
                buf.set_filled(before);
                return this.refuse(Unread::Full, buf);
            }
            this.held.extend_from_slice(new);
            buf.set_filled(before);
        }
    }
}

/// Whether these bytes are one head and nothing else, as they mostly are.
fn is_one_head(bytes: &[u8]) -> bool {
    let Some(line) = memchr::memchr(b'\n', bytes) else { return false };
    let first = bytes.get(..line).unwrap_or_default();
    bytes.len() <= LONGEST_LINE
        && (first.ends_with(b" HTTP/1.1\r") || first.ends_with(b" HTTP/1.0\r"))
        && blank_line(bytes) == Some(bytes.len())
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.standing.is_sent_away() {
            return Poll::Ready(Err(this.cut()));
        }
        loop {
            if let Some((mut problem, length)) = this.instead.take() {
                while !problem.is_empty() {
                    match this.write(cx, &problem) {
                        Poll::Ready(Ok(count)) => problem.advance(count.min(problem.len())),
                        other => {
                            this.instead = Some((problem, length));
                            return other;
                        }
                    }
                }
                return Poll::Ready(Ok(length));
            }
            match refusal::bare(bytes) {
                None => return this.write(cx, bytes),
                Some((begins, _)) if begins > 0 => return this.write(cx, bytes.get(..begins).unwrap_or_default()),
                // Of the rest of a body whose request is answered already: there is nothing to be said again.
                Some(_) if this.standing.is_body_open() => return Poll::Ready(Ok(bytes.len())),
                Some((_, status)) => {
                    this.instead = Some((refusal::problem(&this.state, status, this.standing.refusal()), bytes.len()));
                }
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.stall = None;
        this.standing.flushed();
        if !this.held.is_empty() && this.standing.is_waiting() {
            // What has come of the next head is waited for from now on.
            cx.waker().wake_by_ref();
        }
        Pin::new(&mut this.io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
