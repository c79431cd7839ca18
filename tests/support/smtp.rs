//! An SMTP server of a test's own: it takes what it is sent, or does what servers do that one would rather not meet.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use dateline::workers::smtp::{SmtpServer, sender};

/// How a server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It takes every mail.
    Takes,
    /// It answers every recipient with this.
    Refuses(&'static str),
    /// It takes the connection, and never says a word.
    Hangs,
    /// It hangs up when it is greeted.
    HangsUp,
}

/// A server that runs for as long as the test does.
pub(crate) struct Sink {
    pub port: u16,
    manner: Arc<Mutex<Manner>>,
    mails: Arc<Mutex<Vec<String>>>,
    said: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    pub(crate) fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Self {
            port: listener.local_addr().unwrap().port(),
            manner: Arc::new(Mutex::new(manner)),
            mails: Arc::default(),
            said: Arc::default(),
        };
        let (manner, mails, said) = (sink.manner.clone(), sink.mails.clone(), sink.said.clone());
        thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let manner = *manner.lock().unwrap();
                if manner == Manner::Hangs {
                    held.push(stream);
                } else {
                    let _ = talk(&stream, manner, &mails, &said);
                }
            }
        });
        sink
    }

    /// Behave so from now on.
    pub(crate) fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// The mails that it took, as they came.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }

    /// What was said to it, but for mails.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// The server as the settings name it.
    pub(crate) fn server(&self) -> SmtpServer {
        self.named("smtp://")
    }

    pub(crate) fn named(&self, scheme: &str) -> SmtpServer {
        SmtpServer::parse(&format!("{scheme}127.0.0.1:{}", self.port), sender("The Newsroom <desk@example.org>").unwrap()).unwrap()
    }
}

fn talk(stream: &TcpStream, manner: Manner, mails: &Mutex<Vec<String>>, said: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let answer = |text: &str| (&*stream).write_all(format!("{text}\r\n").as_bytes());
    answer("220 sink.example ESMTP")?;
    while let Some(line) = lines.next() {
        let line = line?;
        said.lock().unwrap().push(line.clone());
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match (verb.as_str(), manner) {
            ("EHLO" | "HELO", Manner::HangsUp) => return Ok(()),
            ("EHLO", _) => answer("250-sink.example\r\n250-8BITMIME\r\n250 AUTH PLAIN")?,
            ("RCPT", Manner::Refuses(why)) => answer(why)?,
            ("AUTH", _) => answer("535 5.7.8 not so")?,
            ("DATA", _) => {
                answer("354 go on")?;
                let mail: Vec<String> = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect();
                mails.lock().unwrap().push(mail.join("\n"));
                answer("250 taken")?;
            }
            ("QUIT", _) => return answer("221 bye"),
            _ => answer("250 fine")?,
        }
    }
    Ok(())
}
