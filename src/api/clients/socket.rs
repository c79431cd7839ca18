//! What a connection reads from and writes to: the system's socket, with TLS over it or without.
//!
//! **Decision.** What is said to be written is what the system has taken, under TLS as without: of what the TLS library keeps for it nothing is
//! said until that is gone. So whoever sees bytes go sees how the client takes them.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::{Accept, TlsAcceptor, server::TlsStream};

use super::Tls;

/// The most that is read of a client until it is agreed on how TLS is spoken: several times what any sends for that, and the one record that the library may read
/// behind it before it says so.
const MAX_HANDSHAKE: usize = 16_384 + 18_432;
/// How much the TLS library keeps that the system does not take yet.
const KEPT: usize = 16_384;

/// The system's socket, and what has gone over it.
struct Wire {
    io: TcpStream,
    /// Bytes that the system has taken since that was asked for.
    taken: usize,
    /// How many more are read at most.
    left: usize,
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut this.io).poll_read(cx, buf))?;
        this.left = this.left.saturating_sub(buf.filled().len().saturating_sub(before));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let count = ready!(Pin::new(&mut this.io).poll_write(cx, bytes))?;
        this.taken = this.taken.saturating_add(count);
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, parts: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let count = ready!(Pin::new(&mut this.io).poll_write_vectored(cx, parts))?;
        this.taken = this.taken.saturating_add(count);
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

enum Layer {
    Plain(Wire),
    /// Client and server are agreeing on how TLS is spoken.
    Handshake(Box<Accept<Wire>>),
    Secure(Box<TlsStream<Wire>>),
    /// They did not agree.
    Failed,
}

/// The socket of a connection.
pub(super) struct Socket {
    layer: Layer,
    /// Bytes that the TLS library has, and of which it is not known yet that the system has taken them.
    kept: usize,
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("tls", &!matches!(self.layer, Layer::Plain(_))).finish_non_exhaustive()
    }
}

impl Socket {
    pub(super) fn new(io: TcpStream, tls: Option<&Tls>) -> Self {
        let wire = |left| Wire { io, taken: 0, left };
        let layer = match tls {
            None => Layer::Plain(wire(usize::MAX)),
            Some(tls) => {
                let acceptor = TlsAcceptor::from(tls.config.clone());
                let accept = acceptor.accept_with(wire(MAX_HANDSHAKE), |session| session.set_buffer_limit(Some(KEPT)));
                Layer::Handshake(Box::new(accept))
            }
        };
        Self { layer, kept: 0 }
    }

    pub(super) fn is_shaking_hands(&self) -> bool {
        matches!(self.layer, Layer::Handshake(_))
    }

    /// Agree with the client on how TLS is spoken, where it is.
    pub(super) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Layer::Handshake(accept) = &mut self.layer {
            match ready!(Pin::new(accept.as_mut()).poll(cx)) {
                Ok(mut stream) => {
                    let wire = stream.get_mut().0;
                    (wire.left, wire.taken) = (usize::MAX, 0);
                    self.layer = Layer::Secure(Box::new(stream));
                }
                Err(error) => {
                    tracing::debug!(%error, "a client does not come by TLS");
                    self.layer = Layer::Failed;
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Read. A client that ends the connection without saying so in TLS has ended it: where requests end is said by HTTP.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.layer {
            Layer::Plain(wire) => Pin::new(wire).poll_read(cx, buf),
            Layer::Secure(stream) => match ready!(Pin::new(stream.as_mut()).poll_read(cx, buf)) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
                read => Poll::Ready(read),
            },
            Layer::Handshake(_) | Layer::Failed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    /// Whether there is something to be read; if not, the task is woken when there is.
    pub(super) fn has_come(&mut self, cx: &mut Context<'_>) -> bool {
        match &mut self.layer {
            Layer::Plain(wire) => wire.io.poll_read_ready(cx).is_ready(),
            Layer::Secure(stream) => Pin::new(stream.as_mut()).poll_fill_buf(cx).is_ready(),
            Layer::Handshake(_) | Layer::Failed => true,
        }
    }

    /// Write. Whoever is told to wait comes again with the same bytes, and more behind them if they like.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.layer {
            Layer::Plain(wire) => Pin::new(wire).poll_write(cx, bytes),
            Layer::Secure(stream) => {
                if self.kept == 0 {
                    self.kept = ready!(Pin::new(stream.as_mut()).poll_write(cx, bytes))?;
                }
                ready!(Pin::new(stream.as_mut()).poll_flush(cx))?;
                Poll::Ready(Ok(std::mem::take(&mut self.kept)))
            }
            Layer::Handshake(_) | Layer::Failed => Poll::Ready(Err(io::ErrorKind::NotConnected.into())),
        }
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.layer {
            Layer::Plain(wire) => Pin::new(wire).poll_flush(cx),
            Layer::Secure(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
            // Nothing was written.
            Layer::Handshake(_) | Layer::Failed => Poll::Ready(Ok(())),
        }
    }

    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.layer {
            Layer::Plain(wire) => Pin::new(wire).poll_shutdown(cx),
            Layer::Secure(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
            // Nobody has agreed on how to say farewell.
            Layer::Handshake(accept) => accept.get_mut().map_or(Poll::Ready(Ok(())), |wire| Pin::new(wire).poll_shutdown(cx)),
            Layer::Failed => Poll::Ready(Ok(())),
        }
    }

    fn wire(&self) -> Option<&Wire> {
        match &self.layer {
            Layer::Plain(wire) => Some(wire),
            Layer::Handshake(accept) => accept.get_ref(),
            Layer::Secure(stream) => Some(stream.get_ref().0),
            Layer::Failed => None,
        }
    }

    /// How many bytes the system has taken since this was asked last.
    pub(super) fn taken(&mut self) -> usize {
        match &mut self.layer {
            Layer::Plain(wire) => std::mem::take(&mut wire.taken),
            Layer::Secure(stream) => std::mem::take(&mut stream.get_mut().0.taken),
            Layer::Handshake(_) | Layer::Failed => 0,
        }
    }

    /// Keep nothing for the client that lies in the system's buffers when the connection ends.
    pub(super) fn forget(&self) {
        if let Some(wire) = self.wire() {
            let _ = wire.io.set_zero_linger();
        }
    }
}
