//! A server in a process of its own, over an embedded database, for what only happens on connections.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::new_file;

/// A server that is killed when it is dropped.
pub(crate) struct Served {
    child: Child,
    folder: PathBuf,
    port: u16,
    settings: Vec<(String, String)>,
    limit: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A server made for a port, that listens, and the port. Until it does somebody else may have taken the port: then it is made for another.
pub(crate) fn listening(made: impl Fn(u16) -> Command) -> (Child, u16) {
    for _ in 0..3 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = made(port).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        if lines.by_ref().any(|line| line.contains("listening on")) {
            // Whatever else it says is read, so that it never waits to say it.
            thread::spawn(move || lines.for_each(drop));
            return (child, port);
        }
        child.wait().unwrap();
    }
    panic!("the server did not come up");
}

fn command(folder: &Path, port: u16, settings: &[(String, String)], limit: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limit}exec \"$0\" serve"), env!("CARGO_BIN_EXE_dateline")]);
    command
        .current_dir(folder)
        .env_clear()
        .env("DATELINE_BIND", format!("127.0.0.1:{port}"))
        .env("DATELINE_RATE_LIMIT", "off")
        .envs(settings.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

impl Served {
    /// A server with these settings.
    pub(crate) fn with(settings: &[(&str, &str)]) -> Self {
        Self::limited(None, settings)
    }

    /// The same, with at most so many open files.
    pub(crate) fn limited(files: Option<u32>, settings: &[(&str, &str)]) -> Self {
        let folder = new_file().with_extension("served");
        std::fs::create_dir_all(&folder).unwrap();
        let limit = files.map(|most| format!("ulimit -n {most}; ")).unwrap_or_default();
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (child, port) = listening(|port| command(&folder, port, &settings, &limit));
        Self { child, folder, port, settings, limit }
    }

    /// Kill it as nobody can ask to be spared, and start it again over what it has left.
    pub(crate) fn killed_and_started_again(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        // Whoever is signed in is so at this address.
        (self.child, _) = listening(|_| command(&self.folder, self.port, &self.settings, &self.limit));
    }

    /// Wait until the server has read everything that was sent here: within one machine, what is sent has come.
    pub(crate) fn until_read(&self, stream: &TcpStream) {
        // Of each connection: both addresses, its state, what is on its way out and what has come in.
        let port = stream.local_addr().unwrap().port();
        let (client, server) = (format!(":{port:04X}"), format!(":{:04X}", self.port));
        let unread = |line: &str| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            columns[1].ends_with(&server) && columns[2].ends_with(&client) && !columns[4].ends_with(":00000000")
        };
        while std::fs::read_to_string("/proc/net/tcp").unwrap().lines().skip(1).any(unread) {
            thread::yield_now();
        }
    }

    /// How many bytes the system keeps that a client does not take.
    pub(crate) fn untaken(&self, stream: &TcpStream) -> u64 {
        let port = stream.local_addr().unwrap().port();
        let (client, server) = (format!(":{port:04X}"), format!(":{:04X}", self.port));
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        let mut rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
        let row = rows.find(|row| row[1].ends_with(&server) && row[2].ends_with(&client)).unwrap();
        u64::from_str_radix(row[4].split(':').next().unwrap(), 16).unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        patient(TcpStream::connect(("127.0.0.1", self.port)).unwrap())
    }

    /// The connection of a reader for whom the system takes next to nothing that they do not read themselves.
    pub(crate) fn connect_narrow(&self) -> TcpStream {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        // Said before it connects, it is the most that is ever taken.
        socket.set_recv_buffer_size(16_384).unwrap();
        socket.connect(&std::net::SocketAddr::from(([127, 0, 0, 1], self.port)).into()).unwrap();
        patient(socket.into())
    }

    /// Send these bytes and nothing more; everything that comes back until the server ends the connection.
    pub(crate) fn say(&self, sent: &[u8]) -> Vec<Said> {
        let mut stream = self.connect();
        // A server that has heard enough may have closed already.
        let _ = stream.write_all(sent);
        heard(&mut stream)
    }

    /// The same from a client who then says that there is nothing more to come.
    pub(crate) fn say_all(&self, sent: &[u8]) -> Vec<Said> {
        let mut stream = self.connect();
        let _ = stream.write_all(sent).and_then(|()| stream.shutdown(Shutdown::Write));
        heard(&mut stream)
    }

    /// What a reader is answered who asks for a path on a connection of their own.
    pub(crate) fn get(&self, path: &str) -> Option<Said> {
        self.say(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).pop()
    }

    /// What is answered to a JSON body, on a connection of its own, with these lines of the head besides.
    pub(crate) fn send(&self, method: &str, path: &str, lines: &str, sent: &Value) -> Said {
        let sent = sent.to_string();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n");
        self.say(format!("{head}content-length: {}\r\n{lines}\r\n{sent}", sent.len()).as_bytes()).pop().unwrap()
    }

    /// Make an administrator, and sign them in: the line of a head that says so.
    pub(crate) fn administrator(&self) -> String {
        const PASSWORD: &str = "a long sentence of mine";
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        command.args(["user", "create", "--email", "a@example.org", "--name", "A", "--role", "admin", "--password-stdin"]);
        let mut child = command
            .current_dir(&self.folder)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
        let said = self.send("POST", "/v1/auth/token", "", &serde_json::json!({ "email": "a@example.org", "password": PASSWORD }));
        format!("authorization: Bearer {}\r\n", said.json()["access_token"].as_str().unwrap())
    }

    /// Ask it to stop, as an orchestrator does.
    pub(crate) fn stop(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Wait until it has stopped; whether in order.
    pub(crate) fn has_stopped(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// How many files and connections it has open.
    pub(crate) fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// What it holds in memory, in KiB: without the pages of the program, which come and go as the machine sees fit.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        status.lines().find_map(|l| l.strip_prefix("RssAnon:")).unwrap().split_whitespace().next().unwrap().parse().unwrap()
    }
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub(crate) struct Said {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Said {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A connection that fails its test, rather than let it hang, when the server neither answers nor ends it: longer than any limit of its own.
fn patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(Duration::from_mins(3))).unwrap();
    stream.set_write_timeout(Some(Duration::from_mins(3))).unwrap();
    stream
}

/// Everything that a server says until it ends the connection, however it ends it.
pub(crate) fn heard(stream: &mut impl Read) -> Vec<Said> {
    let mut all = Vec::new();
    match stream.read_to_end(&mut all) {
        Ok(_) => {}
        // Under TLS a connection that is cut has an end that nobody has told of.
        Err(e) if matches!(e.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof) => {}
        Err(e) => panic!("{e}"),
    }
    let (mut answers, mut rest) = (Vec::new(), all.as_slice());
    while let Some(end) = rest.windows(4).position(|w| w == b"\r\n\r\n") {
        let head = std::str::from_utf8(&rest[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<(String, String)> =
            lines.map(|l| l.split_once(": ").unwrap()).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        let length = headers.iter().find(|(n, _)| n == "content-length").map_or(0, |(_, v)| v.parse().unwrap());
        let body = &rest[end + 4..];
        answers.push(Said { status, headers, body: body[..length.min(body.len())].to_vec() });
        rest = &body[length.min(body.len())..];
    }
    answers
}
