//! A connection as the HTTP library sees it: heads come whole, nobody is waited for without end, and refusals are problems.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_server::GracefulShutdownSignal;
use actix_web::{
    rt::{
        net::TcpStream,
        time::{Sleep, sleep},
    },
    web::Data,
};
use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    ConnectionLimit, Standing,
    connection_limit::ConnectionSlot,
    incoming::{Incoming, Step},
    refusal,
    socket::Socket,
    standing::Coming,
    throughput::Throughput,
};
use crate::api::{State, problem::Unread};

/// How much longer than the frame the connection waits for the rest of a body that nobody reads.
const GRACE: Duration = Duration::from_secs(5);
/// How long a reader may take nothing when the server is to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a client for whom there is no place may take to agree on how TLS is spoken, in which that is told.
const FAREWELL: Duration = Duration::from_secs(1);
/// What no request begins with: the HTTP library refuses it, and by that the request whose place it takes.
const NOT_HTTP: &[u8] = b"\0\n";

/// Comes when the server is to stop.
struct Stops {
    signal: Pin<Box<dyn Future<Output = ()>>>,
    has_come: bool,
}

impl fmt::Debug for Stops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stops").field("has_come", &self.has_come).finish_non_exhaustive()
    }
}

impl Stops {
    fn when(stopping: &GracefulShutdownSignal) -> Self {
        let stopping = stopping.clone();
        Self { signal: Box::pin(async move { stopping.notified().await }), has_come: false }
    }

    /// True when it comes just now.
    fn come(&mut self, cx: &mut Context<'_>) -> bool {
        let comes = !self.has_come && self.signal.as_mut().poll(cx).is_ready();
        self.has_come |= comes;
        comes
    }
}

/// Have the system send what is written when it is written. It would keep the end of a long answer, which is written piece by piece, until the
/// client has acknowledged what came before: most clients wait for 40 ms with that.
fn sent_at_once(io: &TcpStream) {
    if let Err(error) = io.set_nodelay(true) {
        tracing::debug!(%error, "the end of long answers may come late");
    }
}

/// Bytes that the system takes for a client beside those that are on their way: as much as keeps a fast line busy.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT: u32 = 32_768;

/// Have the system take little that it cannot send yet. It would take some hundred KiB for each of those who read nothing: with thousands of them it comes to the end of what it
/// has for all connections, and everybody waits. What is on its way to a client who reads is not limited by this; it ends when nothing of it was acknowledged for as long as
/// a client may stall.
fn kept_short(io: &TcpStream, stall: Duration) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let socket = socket2::SockRef::from(io);
        // What the system still keeps for whoever takes nothing of it, after we are done with them, ends as well.
        if let Err(error) = socket.set_tcp_notsent_lowat(UNSENT).and_then(|()| socket.set_tcp_user_timeout(Some(stall))) {
            tracing::debug!(%error, "those who read nothing may take much of the system's memory, and for long");
        }
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = (io, stall);
}

/// A client's connection.
#[derive(Debug)]
pub struct Connection {
    socket: Socket,
    state: Data<State>,
    standing: Rc<Standing>,
    _seat: Option<ConnectionSlot>,
    incoming: Incoming,
    refused: bool,
    /// How long what comes next is waited for, and which turn that is.
    wanted: Option<(u64, Pin<Box<Sleep>>)>,
    /// While the client does not take its answer: this part of its time.
    stall: Option<Pin<Box<Sleep>>>,
    stopping: GracefulShutdownSignal,
    /// While the client does not take its answer: whether the server is to stop.
    stops: Option<Stops>,
    throughput: Throughput,
    /// A problem that is being written in the place of a bare refusal of so many bytes.
    instead: Option<(Bytes, usize)>,
}

impl Connection {
    /// The connection of a client who has just come.
    #[must_use]
    pub fn new(
        io: TcpStream,
        peer: Option<SocketAddr>,
        connections: &Rc<ConnectionLimit>,
        state: &Data<State>,
        stopping: &GracefulShutdownSignal,
    ) -> Self {
        sent_at_once(&io);
        kept_short(&io, state.clients.timeouts.stall);
        let address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let slot = connections.admit(address);
        let standing = slot.as_ref().map_or_else(|| Rc::new(Standing::new(address, Rc::default())), |slot| slot.standing.clone());
        if slot.is_none() {
            standing.refuse(Unread::Full);
        }
        Self {
            socket: Socket::new(io, state.tls.as_ref()),
            state: state.clone(),
            incoming: Incoming::new(standing.clone(), &state.clients.budget),
            standing,
            _seat: slot,
            refused: false,
            wanted: None,
            stall: None,
            stopping: stopping.clone(),
            stops: None,
            throughput: Throughput::default(),
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
        let timeouts = self.state.clients.timeouts;
        let time = match self.standing.coming() {
            _ if self.socket.is_shaking_hands() && self.standing.refusal().is_some() => timeouts.head.min(FAREWELL),
            _ if self.socket.is_shaking_hands() => timeouts.head,
            Coming::Body(_) => timeouts.body.saturating_add(GRACE),
            Coming::Head if self.standing.is_waiting() && !self.incoming.is_empty() => timeouts.head,
            _ => {
                self.wanted = None;
                return false;
            }
        };
        let turn = self.standing.turn();
        if self.wanted.as_ref().is_none_or(|(known, _)| *known != turn) {
            self.wanted = Some((turn, Box::pin(sleep(time))));
        }
        self.wanted.as_mut().is_some_and(|(_, sleep)| sleep.as_mut().poll(cx).is_ready())
    }

    /// Have the HTTP library refuse what is there, and say why in its place.
    fn refuse(&mut self, why: Option<Unread>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Some(why) = why {
            self.standing.refuse(why);
        }
        self.refused = true;
        self.incoming.forget();
        buf.put_slice(NOT_HTTP);
        Poll::Ready(Ok(()))
    }

    /// Write, have sent, or end what was written, and note how the client takes it.
    fn give<T>(
        &mut self,
        cx: &mut Context<'_>,
        done: impl FnOnce(&mut Socket, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if self.standing.is_sent_away() {
            return Poll::Ready(Err(self.cut()));
        }
        let done = done(&mut self.socket, cx);
        self.throughput.took(self.socket.taken());
        if done.is_pending()
            && let Err(cut) = self.wait_for_reader(cx)
        {
            return Poll::Ready(Err(cut));
        }
        done
    }

    fn write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.give(cx, |socket, cx| socket.poll_write(cx, bytes))
    }

    /// Wait for a client to take its answer, as long as that may take; less when the server is to stop.
    fn wait_for_reader(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.standing.stall();
        let stops = self.stops.get_or_insert_with(|| Stops::when(&self.stopping));
        if stops.come(cx) {
            self.stall = None;
        }
        let mut timeouts = self.state.clients.timeouts;
        if stops.has_come {
            timeouts.stall = timeouts.stall.min(SHUTDOWN_TIMEOUT);
        }
        let part = self.stall.get_or_insert_with(|| {
            self.throughput.part_begins();
            Box::pin(sleep(timeouts.stall))
        });
        if part.as_mut().poll(cx).is_ready() {
            if !self.throughput.is_enough(&timeouts) {
                return Err(self.cut());
            }
            self.stall = None;
            cx.waker().wake_by_ref();
        }
        Ok(())
    }

    /// Break off: what lies in the system's buffers is not kept for the client either.
    fn cut(&self) -> io::Error {
        self.socket.forget();
        io::ErrorKind::TimedOut.into()
    }
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
        if this.socket.is_shaking_hands() {
            if this.is_late(cx) {
                return Poll::Ready(Err(this.cut()));
            }
            ready!(this.socket.poll_handshake(cx))?;
        }
        loop {
            if this.standing.refusal() == Some(Unread::Full) {
                return this.refuse(Some(Unread::Full), buf);
            }
            match this.incoming.next() {
                Step::HandOn => {
                    this.incoming.hand_on(buf);
                    return Poll::Ready(Ok(()));
                }
                Step::Read => {}
                Step::Wait => {
                    // With nothing held, whatever comes from now on has this task woken; what is held has its turn when the frame hears of the
                    // request before, or when that is answered.
                    let has_come = !this.incoming.is_empty() || this.socket.has_come(cx);
                    this.standing.wait_unread(has_come);
                    return Poll::Pending;
                }
                Step::Refuse(why) => return this.refuse(why, buf),
            }
            if this.is_late(cx) {
                let body = this.standing.is_body_open();
                return if body { Poll::Ready(Err(this.cut())) } else { this.refuse(Some(Unread::Slow), buf) };
            }
            if this.standing.is_stalled() {
                // Nothing more is taken from whoever does not take what we say.
                return Poll::Pending;
            }
            let before = buf.filled().len();
            ready!(this.socket.poll_read(cx, buf))?;
            let new = buf.filled().get(before..).unwrap_or_default();
            if new.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let passing = this.incoming.receive(new).unwrap_or_else(|| {
                this.standing.refuse(Unread::Full);
                0
            });
            buf.set_filled(before.saturating_add(passing));
            if passing > 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.socket.is_shaking_hands() {
            // To whoever does not get as far as TLS nothing can be said.
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
        ready!(this.give(cx, Socket::poll_flush))?;
        if this.standing.flushed() {
            this.stall = None;
            if !this.incoming.is_empty() {
                // It is the turn of what is held.
                cx.waker().wake_by_ref();
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Under TLS a farewell is written, which a client may not take either.
        self.get_mut().give(cx, Socket::poll_shutdown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn the_end_of_an_answer_is_not_kept_back() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let io = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        assert!(!io.nodelay().unwrap());
        sent_at_once(&io);
        assert!(io.nodelay().unwrap());
    }
}
