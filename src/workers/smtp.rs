//! Sending a mail through an SMTP server.
//!
//! **Context.** The library's timeout is one of each reading and writing, and a server that says a letter now and then is waited for without end.
//! **Decision.** Each mail is sent on a thread of its own, which is waited for until a deadline and then left to itself; of such threads there are only so
//! many. **Consequence.** A server that hangs holds up nothing but mails; one that took a mail after that may be given it again.

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use lettre::{
    Address, Message, SmtpTransport, Transport,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use percent_encoding::percent_decode_str;
use url::{Host, Url, quirks};

use crate::{access::secret::Secret, desk::mails::Words};

/// How long a mail may take.
const DEADLINE: Duration = Duration::from_secs(30);
/// How long a single reading or writing may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many mails may be left behind with a server that hangs.
const MAX_LEFT: usize = 4;

/// How the way to the server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Privacy {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said that matters, or nothing is said.
    StartTls,
    /// Not at all: it is on this machine.
    None,
}

/// An SMTP server, and in whose name mails go there.
#[derive(Clone)]
pub struct SmtpServer {
    host: String,
    port: u16,
    privacy: Privacy,
    credentials: Option<(String, Secret<String>)>,
    from: Mailbox,
    deadline: Duration,
    left: Arc<AtomicUsize>,
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpServer({})", self.shown())
    }
}

/// Why a mail was not sent; tells neither what is in it nor how one signs in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsent {
    /// It is refused, and would be again.
    ForGood(String),
    /// It may be sent another time.
    ForNow(String),
}

/// Who a mail is from.
///
/// # Errors
/// When it is no `Name <address>` or address.
pub fn sender(text: &str) -> Result<Mailbox, &'static str> {
    text.parse().ok().ok_or("an address such as desk@example.org, or Name <desk@example.org>")
}

impl SmtpServer {
    /// The server of an address such as `smtps://USER:PASSWORD@HOST:PORT`.
    ///
    /// # Errors
    /// What is wrong with it, in words that do not repeat it.
    pub fn parse(text: &str, from: Mailbox) -> Result<Self, &'static str> {
        const SHAPE: &str = "not of the form smtps://USER:PASSWORD@HOST:PORT or smtp+starttls://…; encode special characters of a password, such as %40 for @";
        let url = Url::parse(text).ok().ok_or(SHAPE)?;
        let (privacy, port) = match url.scheme() {
            "smtps" => (Privacy::Tls, 465),
            "smtp+starttls" => (Privacy::StartTls, 587),
            "smtp" => (Privacy::None, 25),
            _ => return Err(SHAPE),
        };
        let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let host = url.host_str().filter(|host| !host.is_empty() && bare).ok_or(SHAPE)?;
        // What follows a scheme of no standard is not parsed as a host: an address in numbers comes as a name.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if privacy == Privacy::None && !is_this_machine(&host) {
            return Err("plain smtp shows links and passwords to everybody on the way: smtps, or smtp+starttls");
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned).ok_or(SHAPE);
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => Some((decoded(user)?, Secret::new(decoded(password)?))),
            _ => return Err(SHAPE),
        };
        let port = match url.port() {
            Some(0) => return Err(SHAPE),
            named => named.unwrap_or(port),
        };
        Ok(Self { host, port, privacy, credentials, from, deadline: DEADLINE, left: Arc::default() })
    }

    /// The same, which a mail may take so long with.
    #[must_use]
    pub fn within(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// What whoever reads the log knows it by.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn transport(&self) -> Result<SmtpTransport, Unsent> {
        let tls = || TlsParameters::new(self.host.clone()).map_err(|e| for_now(&e));
        let tls = match self.privacy {
            Privacy::Tls => Tls::Wrapper(tls()?),
            Privacy::StartTls => Tls::Required(tls()?),
            Privacy::None => Tls::None,
        };
        let builder = SmtpTransport::builder_dangerous(&self.host).port(self.port).tls(tls).timeout(Some(TIMEOUT));
        Ok(match &self.credentials {
            Some((user, password)) => builder.credentials(Credentials::new(user.clone(), password.expose().clone())),
            None => builder,
        }
        .build())
    }

    /// The mail to an address as it is kept.
    fn message(&self, email: &str, name: &str, words: &Words) -> Result<Message, Unsent> {
        let (local, domain) = email.rsplit_once('@').ok_or_else(|| Unsent::ForGood("no address".to_owned()))?;
        // Few servers take letters of all scripts in a domain; all take what IDNA makes of them.
        let address = Address::new(local, quirks::domain_to_ascii(domain)).map_err(|_unsaid| Unsent::ForGood("no address".to_owned()))?;
        let message = Message::builder().from(self.from.clone()).to(Mailbox::new(Some(one_line(name)), address));
        let message = message.subject(one_line(&words.subject)).header(ContentType::TEXT_PLAIN).message_id(None);
        message.body(words.text.clone()).map_err(|e| Unsent::ForGood(e.to_string()))
    }

    /// Send somebody of this name a mail at this address, and wait for the server to take it, up to the deadline.
    ///
    /// # Errors
    /// [`Unsent`].
    pub fn send(&self, email: &str, name: &str, words: &Words) -> Result<(), Unsent> {
        let message = self.message(email, name, words)?;
        if self.left.load(Ordering::SeqCst) >= MAX_LEFT {
            return Err(Unsent::ForNow("the server hangs".to_owned()));
        }
        let transport = self.transport()?;
        let (done, told) = channel();
        let under_way = UnderWay::new(&self.left);
        let work = move || {
            let sent = transport.send(&message).map(drop);
            drop(under_way);
            // Nobody may wait for it any more.
            let _ = done.send(sent);
        };
        thread::Builder::new().name("mail".to_owned()).spawn(work).map_err(|error| Unsent::ForNow(error.to_string()))?;
        match told.recv_timeout(self.deadline) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(unsent(&error)),
            Err(RecvTimeoutError::Timeout) => Err(Unsent::ForNow("the server took too long".to_owned())),
            Err(RecvTimeoutError::Disconnected) => Err(Unsent::ForNow("sending it was broken off".to_owned())),
        }
    }
}

/// A mail that is with a server, until its thread ends in whatever way.
struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A text as a header takes it; the library panics at what it cannot write there.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect()
}

fn for_now(error: &lettre::transport::smtp::Error) -> Unsent {
    Unsent::ForNow(crate::domain::error::chain(error))
}

/// A refusal of the mail is for good; one of us, such as of a wrong password, of a sender or of a relay (RFC 3463: 5.7.x), is for whoever set the server
/// up to mend, and no mail is lost by it.
fn unsent(error: &lettre::transport::smtp::Error) -> Unsent {
    let told = crate::domain::error::chain(error);
    let of_us = error.status().map(u16::from).is_some_and(|code| matches!(code, 500..=504 | 530 | 534 | 535 | 538 | 553 | 554));
    if error.is_permanent() && !of_us && !told.contains("5.7.") { Unsent::ForGood(told) } else { Unsent::ForNow(told) }
}

/// True for a host that only this machine reaches.
fn is_this_machine(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Ipv4(ip)) => ip.is_loopback(),
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv6(ip)) => ip.is_loopback(),
        Err(_) => host.parse::<std::net::Ipv6Addr>().is_ok_and(|ip| ip.to_canonical().is_loopback()),
    }
}
