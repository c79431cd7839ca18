//! The command line.
//!
//! Exit codes: 0 done, 1 it failed or failed in part, 2 it was called or configured wrongly.

mod bundle;
mod carried;
mod check;
mod demo;
mod generate;
mod index;
mod key;
mod media;
mod serve;
mod survey;
pub mod system;
mod tls;
mod user;

use std::{collections::BTreeMap, io::IsTerminal, path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};

use crate::{
    access::{
        Bookkeeping,
        keys::{KeyRing, SealedKey},
        secret::{Seal, Secret},
    },
    config::{self, Settings},
    desk::bundle::Rules,
    domain::{Error, Violation, id::Entropy, instant::Clock, signing_key::KeyLife},
    store::{self, Limits, Options, Store},
};

/// A headless CMS for multilingual newsrooms.
#[derive(Debug, Parser)]
#[command(name = "dateline", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start on an embedded database with a demo newsroom in four languages.
    Demo,
    /// Bring the database up to date and answer requests.
    Serve,
    /// Bring the database up to date.
    Migrate,
    /// Keep users.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Keep the keys that tokens are signed with.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Keep the media store.
    Media {
        #[command(subcommand)]
        command: MediaCommand,
    },
    /// Keep the search index.
    Index {
        #[command(subcommand)]
        command: IndexCommand,
    },
    /// Load a bundle, record by record; may be stopped and run again.
    Import {
        /// The bundle: newline-delimited JSON, or a folder or a tar with that and the files of the media library.
        file: PathBuf,
        /// Replace what the desk has edited since.
        #[arg(long)]
        overwrite: bool,
        /// Refuse records that date something public into the future, rather than plan it.
        #[arg(long)]
        refuse_future: bool,
        /// Begin locales that the site does not have, for readers not to be offered yet.
        #[arg(long)]
        add_locales: bool,
    },
    /// Write everything into a bundle.
    Export {
        /// The bundle to write; `-` for standard output. With the files of the media library when it ends in `.tar`, or is a folder (`newsroom/`).
        file: PathBuf,
    },
    /// Fill a database with plausible content in four languages, to see how a machine bears it.
    Generate {
        /// How many articles.
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=100_000_000))]
        articles: i64,
    },
    /// Print the `OpenAPI` contract.
    Openapi,
    /// Check configuration and database, and report every fault.
    Check,
}

#[derive(Debug, Subcommand)]
enum MediaCommand {
    /// Hold the files of the media store against the library: those that are missing, and those that were left behind for more than a day.
    Check {
        /// Remove what was left behind.
        #[arg(long)]
        repair: bool,
    },
}

#[derive(Debug, Subcommand)]
enum IndexCommand {
    /// Build it anew out of the database; a server that runs does so by itself, and answers out of the former one meanwhile.
    Rebuild,
    /// Show what it has, and how far it is behind.
    Status,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make another key, which signs once others may know it; servers that run take it up by themselves.
    Rotate,
    /// Show the keys, newest first, and how each stands.
    List,
    /// Let nothing be good any more that a key signed: at once, on servers that run as well.
    Revoke {
        /// Its name, as `list` shows it.
        // Names may begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Let somebody in.
    Create {
        #[command(flatten)]
        who: user::New,
        /// Read the password from standard input, which is the only way to give it.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Let somebody in who sets their password by a link: it is sent to them, or printed where no mails are sent.
    Invite {
        #[command(flatten)]
        who: user::New,
    },
    /// Give somebody another link to set their password: it is sent to them, or printed where no mails are sent.
    Reset {
        /// What they sign in with.
        #[arg(long)]
        email: String,
        /// Take off their second factor, too: for whoever has lost it with all recovery codes.
        #[arg(long)]
        second_factor: bool,
    },
}

/// Why a command did not do its work.
#[derive(Debug)]
enum Failed {
    /// It was configured wrongly.
    Configured(config::Faults),
    /// A rule or the database refused.
    Refused(Error),
    /// It did part of it, and has said so.
    Partly,
    /// Anything else, in words.
    Otherwise(String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Run the program with this process's arguments and environment.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let (environment, unread) = config::environment().map_or_else(|faults| (BTreeMap::new(), Err(faults)), |read| (read, Ok(())));
    // The framework calls every broken connection an error; what is asked for by name is shown all the same.
    let filter = format!("actix_http=off,actix_server=warn,{}", config::log_filter(&environment));
    let filter = tracing_subscriber::EnvFilter::new(filter);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    system::tell_of_panics();
    let settings = || unread.clone().map_err(Failed::Configured).and_then(|()| configured(&environment));
    let done = match cli.command {
        Command::Openapi => {
            system::print(crate::api::contract::Contract::new(&crate::app::openapi(), false).document());
            Ok(())
        }
        Command::Check => unread.clone().map_err(Failed::Configured).and_then(|()| check::check(&environment)),
        Command::Demo => settings().and_then(demo::demo),
        Command::Serve => settings().and_then(|s| serve::serve(&s)),
        Command::Migrate => settings().and_then(|s| migrate(&s)),
        Command::User { command: UserCommand::Create { who, password_stdin: _ } } => settings().and_then(|s| user::create(&s, &who)),
        Command::User { command: UserCommand::Invite { who } } => settings().and_then(|s| user::invite(&s, &who)),
        Command::User { command: UserCommand::Reset { email, second_factor } } => {
            settings().and_then(|s| user::reset(&s, &email, second_factor))
        }
        Command::Key { command } => settings().and_then(|s| match command {
            KeyCommand::Rotate => key::rotate(&s),
            KeyCommand::List => key::list(&s),
            KeyCommand::Revoke { kid } => key::revoke(&s, &kid),
        }),
        Command::Index { command: IndexCommand::Rebuild } => settings().and_then(|s| index::rebuild(&s)),
        Command::Index { command: IndexCommand::Status } => settings().and_then(|s| index::status(&s)),
        Command::Media { command: MediaCommand::Check { repair } } => settings().and_then(|s| media::check_store(&s, repair)),
        Command::Import { file, overwrite, refuse_future, add_locales } => settings().and_then(|s| {
            bundle::import(&ready(&s)?, (&serve::files(&s)?, &serve::fetcher(&s)), &file, Rules { overwrite, refuse_future, add_locales })
        }),
        Command::Generate { articles } => settings().and_then(|s| generate::generate(&ready(&s)?, articles)),
        Command::Export { file } => settings().and_then(|s| {
            bundle::may_be_replaced(&s, &file)?;
            bundle::export(&ready(&s)?, &serve::files(&s)?, &file)
        }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => report(failed),
    }
}

/// The settings of an environment; what looks like one and is none is reported.
fn configured(environment: &BTreeMap<String, String>) -> Result<Settings, Failed> {
    let settings = Settings::from_env(environment).map_err(Failed::Configured)?;
    for name in &settings.unknown {
        system::complain(&format!("note: {name}: there is no such setting; it is ignored"));
    }
    Ok(settings)
}

fn report(failed: Failed) -> ExitCode {
    match failed {
        Failed::Configured(faults) => {
            for (name, why) in faults {
                system::complain(&format!("{name}: {why}"));
            }
            return ExitCode::from(2);
        }
        Failed::Refused(error) => system::complain(&in_words(&error)),
        Failed::Otherwise(why) => system::complain(&why),
        Failed::Partly => {}
    }
    ExitCode::FAILURE
}

/// An error with everything that helps whoever runs the command.
fn in_words(error: &Error) -> String {
    let list = |all: &[Violation]| all.iter().map(|v| format!("{} {}", v.pointer, v.detail)).collect::<Vec<_>>().join("; ");
    match error {
        Error::Invalid(all) => list(all),
        Error::Taken(one) => {
            let by = one.holder.as_ref().map(|h| format!(": {} {} {}", h.kind, h.id.map(|id| id.to_string()).unwrap_or_default(), h.name));
            format!("{}{}", list(std::slice::from_ref(&one.violation)), by.unwrap_or_default())
        }
        other => other.for_the_log().unwrap_or_else(|| other.to_string()),
    }
}

fn open(settings: &Settings) -> Result<Store, Error> {
    open_with(settings, Arc::new(system::SystemClock), Arc::new(system::OsEntropy))
}

/// The same with a clock and a source of ids of its own.
fn open_with(settings: &Settings, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Store, Error> {
    Store::open(Options {
        url: settings.database_url.expose().clone(),
        readers: settings.connections,
        writers: settings.connections,
        clock,
        entropy,
        media_url: settings.media.url.clone(),
        limits: Limits { slow: settings.slow, ..Limits::default() },
    })
}

/// The database, up to date; nothing is written before everything that could be refused was looked at.
fn ready(settings: &Settings) -> Result<Store, Failed> {
    let store = survey::prepare(settings)?;
    for name in updated(settings, &store)? {
        tracing::info!(migration = name, "the database was brought up to date");
    }
    Ok(store)
}

/// The database of a server that there is: what is asked of it, or done to it, is not for one that was made a moment ago in the wrong folder.
fn existing(settings: &Settings) -> Result<Store, Failed> {
    if settings.database_file().is_some_and(|file| !file.exists()) {
        let why =
            "there is no database where DATABASE_URL says: is this the folder that the server is started in? `dateline migrate` makes one";
        return Err(Failed::Otherwise(why.to_owned()));
    }
    ready(settings)
}

fn migrate(settings: &Settings) -> Result<(), Failed> {
    let store = survey::prepare(settings)?;
    let done = updated(settings, &store)?;
    system::say(&format!("{} migration(s) ran; the database is up to date.", done.len()));
    Ok(())
}

/// What makes the tables of a new database.
const FIRST_MIGRATION: &str = "20261124000001";

/// The names of the migrations that brought a database up to date. A new one has the site where this server is, until somebody says otherwise.
fn updated(settings: &Settings, store: &Store) -> Result<Vec<String>, Error> {
    let done = store.migrate()?;
    if done.first().is_some_and(|first| first == FIRST_MIGRATION) {
        store.write_now(&Bookkeeping, |tx| store::site::begin(tx, &settings.public_url))?;
    }
    Ok(done)
}

/// The signing keys of this database; a first one is made where there is none.
fn keys(settings: &Settings, store: &Store) -> Result<KeyRing, Failed> {
    let refused = |why| Failed::Configured(vec![("DATELINE_SECRET_FILE".to_owned(), why)]);
    let seal: Seal = Secret::new(system::read_secret(&settings.secret_file).map_err(refused)?);
    let kept = store
        .write_now(&Bookkeeping, |tx| store::keys::ensure(tx, |tx| SealedKey::generate(&seal, tx.entropy(), KeyLife::at_once(tx.now()))))?;
    Ok(KeyRing::open(&kept, seal)?)
}
