//! A program of the operator's, run for one text: bounded in time and bytes, and gone with all that it started.

use std::{
    fs::File,
    io::{self, Read, Write},
    os::unix::process::CommandExt,
    process::{ChildStderr, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use nix::{
    sys::{
        signal::{Signal, killpg},
        wait::{Id, WaitPidFlag, waitid},
    },
    unistd::Pid,
};

use super::{SpeechLimits, Unspoken};

/// Variables of the server's environment that programs are given: none of its settings, which hold secrets.
pub const INHERITED: [&str; 8] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "ESPEAK_DATA_PATH", "LD_LIBRARY_PATH", "TZ"];

/// The environment that programs are given.
pub type Environment = Vec<(String, String)>;

/// What a program reads.
pub(super) enum Input {
    /// This text.
    Text(String),
    /// This file, from where it is read at.
    File(File),
}

/// Bytes of complaints that are read.
const COMPLAINT: u64 = 4_096;
/// Characters of a complaint that are told.
const TOLD: usize = 200;
/// How long is waited for the complaint of a program that has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why a program was not heard out.
enum Fault {
    TooMuch,
    Io(io::Error),
}

/// Run a program; what it writes is in the file then, and nothing of it is left.
pub(super) fn run(argv: &[String], environment: &Environment, input: Input, out: &File, limits: SpeechLimits) -> Result<(), Unspoken> {
    let (program, arguments) = argv.split_first().ok_or_else(|| Unspoken("no program is named".to_owned()))?;
    let wrong = |what: String| Unspoken(format!("{program} {what}"));
    let failed = |e: io::Error| wrong(format!("cannot be used: {e}"));
    let mut out = out.try_clone().map_err(failed)?;
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(environment.iter().cloned()).process_group(0);
    let (stdin, text) = match input {
        Input::Text(text) => (Stdio::piped(), Some(text)),
        Input::File(file) => (Stdio::from(file), None),
    };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let group = i32::try_from(child.id()).map(Pid::from_raw).map_err(|e| wrong(e.to_string()))?;
    if let (Some(mut stdin), Some(text)) = (child.stdin.take(), text) {
        // Whoever has heard enough closes it; whoever reads nothing is killed, and it breaks.
        thread::spawn(move || stdin.write_all(text.as_bytes()));
    }
    let complaint = child.stderr.take().map(first_line);
    let (tell, told) = channel();
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || {
            let heard = copy(stdout, &mut out, limits.bytes);
            if heard.is_ok() {
                // It has ended, but is not buried: its number is nobody else's yet.
                let _ = waitid(Id::Pid(group), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT);
            }
            let _ = tell.send(heard);
        });
    }
    let heard = told.recv_timeout(limits.time);
    // With whatever it started; of who ended by itself the rest.
    let _ = killpg(group, Signal::SIGKILL);
    let status = child.wait().map_err(failed)?;
    match heard {
        Ok(Ok(())) if status.success() => Ok(()),
        Ok(Ok(())) => {
            let said = complaint.and_then(|complaint| complaint.recv_timeout(LAST_WORDS).ok()).filter(|line| !line.is_empty());
            Err(wrong(said.map_or_else(|| format!("failed ({status})"), |line| format!("failed: {line}"))))
        }
        Ok(Err(Fault::TooMuch)) => Err(wrong(format!("wrote more than {} bytes", limits.bytes))),
        Ok(Err(Fault::Io(e))) => Err(wrong(format!("cannot be heard: {e}"))),
        Err(RecvTimeoutError::Timeout) => Err(wrong(format!("took longer than {} s", limits.time.as_secs()))),
        Err(RecvTimeoutError::Disconnected) => Err(wrong("cannot be heard".to_owned())),
    }
}

/// Write what comes into a file, up to a limit.
fn copy(from: impl Read, to: &mut File, most: u64) -> Result<(), Fault> {
    let copied = io::copy(&mut from.take(most.saturating_add(1)), to).map_err(Fault::Io)?;
    if copied > most { Err(Fault::TooMuch) } else { Ok(()) }
}

/// The first line that a program complains with; what comes after it is read, so that it does not wait, and forgotten.
fn first_line(mut from: ChildStderr) -> Receiver<String> {
    let (tell, told) = channel();
    thread::spawn(move || {
        let mut said = Vec::new();
        let _ = from.by_ref().take(COMPLAINT).read_to_end(&mut said);
        let said = String::from_utf8_lossy(&said);
        let line = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let _ = tell.send(line.chars().filter(|c| !c.is_control()).take(TOLD).collect());
        let _ = io::copy(&mut from, &mut io::sink());
    });
    told
}
