//! `dateline import` and `dateline export`.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    io::{BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::{
    Failed,
    carried::{self, Sources, Target},
    in_words, system,
};
use crate::{
    access::{
        Caller, Permit, System,
        action::{Export, Import},
    },
    api::{json, typed::untold},
    config::Settings,
    desk::bundle::{self as records, MediaRecord, Outcome, ReadRecord, Record, Rules},
    domain::{Error, Locale, article::ArticleId, page::Paging},
    fetching::Fetcher,
    media::{files::Files, storage::Key},
    store::{self, Store, Tx, files},
};

/// How long one commit may take in, so that it starves nobody.
const BATCH: Duration = Duration::from_millis(100);
/// How much of a bundle is read ahead, in bytes.
const READ_AHEAD: usize = 1_048_576;
/// The longest line that is read as one, in bytes.
const MAX_LINE: u64 = 64 * 1_048_576;

/// What became of a bundle's records.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    /// Records that made something.
    pub created: usize,
    /// Records that changed something.
    pub updated: usize,
    /// Records that said nothing new.
    pub unchanged: usize,
    /// Records that failed, or whose thing the desk has made or edited.
    pub failed: usize,
    /// Locales that records have words in and the site has not, with how many those are; they failed.
    pub unknown_locales: BTreeMap<Locale, usize>,
}

impl Tally {
    fn add(&mut self, more: &Self) {
        self.created = self.created.saturating_add(more.created);
        self.updated = self.updated.saturating_add(more.updated);
        self.unchanged = self.unchanged.saturating_add(more.unchanged);
        self.failed = self.failed.saturating_add(more.failed);
        for (locale, records) in &more.unknown_locales {
            let all = self.unknown_locales.entry(locale.clone()).or_default();
            *all = all.saturating_add(*records);
        }
    }

    /// What is to be done about locales that the site does not have, if anything.
    fn advice(&self) -> Option<String> {
        let named: Vec<String> = self.unknown_locales.iter().map(|(locale, n)| format!("{locale} ({n})")).collect();
        let advice = "`--add-locales` begins them, for readers not to be offered yet; or add them to the bundle or at /v1/desk/locales";
        (!named.is_empty()).then(|| format!("not imported: records in locales that the site does not have: {}; {advice}", named.join(", ")))
    }
}

/// Who is told how an import goes.
pub(super) trait Listener {
    /// A line was read, of this many bytes.
    fn line(&self, bytes: usize);
    /// Something about a line, in words.
    fn tell(&self, text: &str);
}

/// Nobody is told, but of failures.
pub(super) struct Quiet;

impl Listener for Quiet {
    fn line(&self, _: usize) {}
    fn tell(&self, text: &str) {
        system::complain(text);
    }
}

struct Bar(ProgressBar);

impl Listener for Bar {
    fn line(&self, bytes: usize) {
        self.0.inc(u64::try_from(bytes).unwrap_or(0));
    }
    fn tell(&self, text: &str) {
        self.0.suspend(|| system::complain(text));
    }
}

/// One line of a bundle: its number, its bytes, and its record or what is wrong with it.
struct Line<R> {
    number: usize,
    bytes: usize,
    record: Result<R, Error>,
    /// Whether it was read again, for what it replaces had changed.
    again: bool,
}

impl Line<Record> {
    /// Read the record, before the transaction that imports it.
    ///
    /// # Errors
    /// When the database fails.
    fn read(self, store: &Store, sources: Option<&Sources<'_>>, rules: Rules) -> Result<Line<ReadRecord>, Error> {
        let Self { number, bytes, record, again } = self;
        let read = |record: Record| {
            let read = records::read(store, record.clone(), rules.overwrite)?;
            let Record::Media(media) = &record else { return Ok(read) };
            // What lies elsewhere is fetched once, and what a bundle brings is taken in each time, lest the media store has lost it.
            let is_there = media.url.is_some() && !rules.overwrite && read.is_imported(store)?;
            let file = sources.filter(|_| !is_there).map(|sources| sources.file(media)).transpose()?;
            Ok(read.with_file(file))
        };
        let record = match record.map(read) {
            Ok(Err(wrong @ (Error::Invalid(_) | Error::File(_)))) => Err(wrong),
            Ok(read) => Ok(read?),
            Err(wrong) => Err(wrong),
        };
        Ok(Line { number, bytes, record, again })
    }
}

/// The lines of a bundle, as they come.
struct Lines<R> {
    reader: BufReader<R>,
    number: usize,
}

impl<R: Read> Lines<R> {
    fn of(bundle: R) -> Self {
        Self { reader: BufReader::with_capacity(READ_AHEAD, bundle), number: 0 }
    }

    /// True when the next line is in memory, so that nobody waits for it.
    fn one_is_here(&self) -> bool {
        self.reader.buffer().contains(&b'\n')
    }

    fn next(&mut self) -> std::io::Result<Option<Line<Record>>> {
        loop {
            let mut text = Vec::new();
            let bytes = self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut text)?;
            if bytes == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            if text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
            let record = json::value(text).map_err(|wrong| Error::invalid("#", "json", wrong)).and_then(record);
            return Ok(Some(Line { number: self.number, bytes, record, again: false }));
        }
    }
}

/// A record out of its JSON, read as what its type says, so that a fault is named where it is.
fn record(mut value: Value) -> Result<Record, Error> {
    let kind = value.as_object_mut().and_then(|fields| fields.remove("type"));
    match kind.as_ref().and_then(Value::as_str) {
        Some("site") => untold(&value).map(Record::Site),
        Some("locale") => untold(&value).map(Record::Locale),
        Some("section") => untold(&value).map(Record::Section),
        Some("author") => untold(&value).map(Record::Author),
        Some("tag") => untold(&value).map(Record::Tag),
        Some("article") => untold(&value).map(Record::Article),
        Some("redirect") => untold(&value).map(Record::Redirect),
        Some("menu") => untold(&value).map(Record::Menu),
        Some("collection") => untold(&value).map(Record::Collection),
        Some("related") => untold(&value).map(Record::Related),
        Some("media") => untold(&value).map(Record::Media),
        _ => Err(Error::invalid(
            "#/type",
            "type",
            "one of `site`, `locale`, `section`, `author`, `tag`, `article`, `redirect`, `menu`, `collection`, `related`, `media`",
        )),
    }
}

/// Import a bundle, committing in batches; what fails is reported by line, and the rest goes on.
///
/// Lines are read ahead of the transaction that imports them, and again when what they replace has changed since. It does not wait for a line,
/// so that a slow sender holds no lock.
///
/// # Errors
/// When the bundle cannot be read or the database fails.
pub(super) fn load(
    store: &Store,
    (bundle, sources): (impl Read, Option<&Sources<'_>>),
    listener: &dyn Listener,
    rules: Rules,
) -> Result<Tally, Failed> {
    let mut lines = Lines::of(bundle);
    let mut tally = Tally::default();
    let (mut waiting, mut lead_on) = (VecDeque::new(), BTreeSet::new());
    let permit = Permit::try_from(Caller::system(System::Importer))?;
    while read_ahead(&mut lines, &mut waiting, (store, sources), rules)? {
        let batch = store.write_now(&permit, |tx| batch(tx, &permit, &waiting, rules))?;
        // What the database has undone and carried out again is told once.
        batch.told.iter().for_each(|text| listener.tell(text));
        waiting.drain(..batch.lines).for_each(|line| listener.line(line.bytes));
        tally.add(&batch.tally);
        lead_on.extend(batch.leads_on);
        if batch.is_stale
            && let Some(line) = waiting.front_mut()
        {
            line.again = true;
            if let Ok(read) = &mut line.record {
                read.read_bodies(store, rules.overwrite)?;
            }
        }
    }
    // What was linked to may have come after what links to it.
    let mut lead_on: VecDeque<_> = lead_on.into_iter().collect();
    while !lead_on.is_empty() {
        let (done, told) = store.write_now(&permit, |tx| lead(tx, &permit, &lead_on))?;
        told.iter().for_each(|text| listener.tell(text));
        lead_on.drain(..done);
    }
    tally.advice().iter().for_each(|text| listener.tell(text));
    Ok(tally)
}

/// Let the links of imported articles lead to what was imported after them, for as long as one commit may take: how many of them are done, and what is to be told.
fn lead(tx: &mut Tx<'_>, permit: &Permit<Import>, articles: &VecDeque<ArticleId>) -> Result<(usize, Vec<String>), Error> {
    let (begun, mut done, mut told) = (system::stopwatch(), 0_usize, Vec::new());
    for id in articles {
        match tx.attempt(|tx| records::lead(tx, permit, *id)) {
            Ok(warnings) => told.extend(warnings.iter().map(|w| format!("article {id}: {}: {}", w.pointer, w.detail))),
            Err(passing) if passing.passes() => return Err(passing),
            Err(error) => told.push(format!("article {id}: {}", in_words(&error))),
        }
        done = done.saturating_add(1);
        if begun.elapsed() >= BATCH {
            break;
        }
    }
    Ok((done, told))
}

/// Wait for a line, unless one was read already, and read those that are there with it; false, when there are no more.
fn read_ahead(
    lines: &mut Lines<impl Read>,
    waiting: &mut VecDeque<Line<ReadRecord>>,
    (store, sources): (&Store, Option<&Sources<'_>>),
    rules: Rules,
) -> Result<bool, Failed> {
    let (begun, mut taken) = (system::stopwatch(), 0_usize);
    let mut more = waiting.is_empty();
    while more {
        let next = lines.next().map_err(|e| Failed::Otherwise(format!("the bundle cannot be read: {e}")))?;
        let Some(line) = next else { break };
        taken = taken.saturating_add(line.bytes);
        waiting.push_back(line.read(store, sources, rules)?);
        more = begun.elapsed() < BATCH && taken < READ_AHEAD && lines.one_is_here();
    }
    Ok(!waiting.is_empty())
}

/// What one commit has made of the lines that waited.
#[derive(Default)]
struct Batch {
    /// How many of them are done.
    lines: usize,
    /// Whether the next one has to be read again.
    is_stale: bool,
    told: Vec<String>,
    tally: Tally,
    /// Articles whose links may lead to what comes later.
    leads_on: Vec<ArticleId>,
}

/// Import what was read, for as long as one commit may take.
fn batch(tx: &mut Tx<'_>, permit: &Permit<Import>, waiting: &VecDeque<Line<ReadRecord>>, rules: Rules) -> Result<Batch, Error> {
    let (begun, mut batch) = (system::stopwatch(), Batch::default());
    for line in waiting {
        if !one(tx, permit, line, rules, &mut batch)? {
            batch.is_stale = true;
            break;
        }
        batch.lines = batch.lines.saturating_add(1);
        if begun.elapsed() >= BATCH {
            break;
        }
    }
    Ok(batch)
}

/// Import one line; false, when it has to be read again first.
fn one(tx: &mut Tx<'_>, permit: &Permit<Import>, line: &Line<ReadRecord>, rules: Rules, batch: &mut Batch) -> Result<bool, Error> {
    let Batch { told, tally, leads_on, .. } = batch;
    let at = line.number;
    let read = match &line.record {
        Ok(read) => read,
        Err(error) => {
            told.push(format!("line {at}: {}", in_words(error)));
            tally.failed = tally.failed.saturating_add(1);
            return Ok(true);
        }
    };
    let unknown = if rules.add_locales { Vec::new() } else { read.unknown_locales(tx)? };
    if !unknown.is_empty() {
        tally.failed = tally.failed.saturating_add(1);
        for locale in unknown {
            let records = tally.unknown_locales.entry(locale).or_default();
            *records = records.saturating_add(1);
        }
        return Ok(true);
    }
    let (kind, key) = read.record().name();
    // In the words of who made the bundle, on somebody's terminal.
    let key = key.escape_debug();
    // What this record wrote is undone when it fails; the others of the batch stay.
    match tx.attempt(|tx| records::import(tx, permit, read, rules)) {
        Ok(report) => {
            leads_on.extend(report.leads_on);
            for warning in report.warnings {
                told.push(format!("line {at}: {kind} {key}: {}: {}", warning.pointer, warning.detail));
            }
            let count = match report.outcome {
                Outcome::Created => &mut tally.created,
                Outcome::Updated => &mut tally.updated,
                Outcome::Unchanged => &mut tally.unchanged,
                Outcome::Edited => {
                    told.push(format!("line {at}: {kind} {key}: made or edited on the desk; left as it is (--overwrite replaces it)"));
                    &mut tally.failed
                }
                Outcome::Merged => {
                    told.push(format!("line {at}: {kind} {key}: merged into another on the desk; that one is left as it is"));
                    &mut tally.failed
                }
            };
            *count = count.saturating_add(1);
        }
        Err(passing) if passing.passes() => return Err(passing),
        Err(Error::Stale { .. }) if !line.again => return Ok(false),
        Err(error) => {
            told.push(format!("line {at}: {kind} {key}: {}", in_words(&error)));
            tally.failed = tally.failed.saturating_add(1);
        }
    }
    Ok(true)
}

/// `dateline import`.
pub(super) fn import(store: &Store, from: (&Files, &Fetcher), path: &Path, rules: Rules) -> Result<(), Failed> {
    let whole = if path.is_dir() { path.join(carried::RECORDS) } else { path.to_owned() };
    let bar = ProgressBar::new(std::fs::metadata(whole).map_or(0, |m| m.len()));
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left") {
        bar.set_style(style);
    }
    let listener = Bar(bar);
    let (records, sources) = carried::open(path, from, &mut |bytes| listener.line(bytes))?;
    let tally = load(store, (records, Some(&sources)), &listener, rules)?;
    listener.0.finish_and_clear();
    let Tally { created, updated, unchanged, failed, .. } = tally;
    system::say(&format!("{created} created, {updated} updated, {unchanged} unchanged, {failed} failed"));
    if failed == 0 { Ok(()) } else { Err(Failed::Partly) }
}

/// Nothing, when an export may take the place of what is at this path: a file that nothing else depends on, or nothing yet.
pub(super) fn may_be_replaced(settings: &Settings, path: &Path) -> Result<(), Failed> {
    let refused = |why: &str| Err(Failed::Configured(vec![(path.display().to_string(), why.to_owned())]));
    if path == Path::new("-") {
        return Ok(());
    }
    if is_folder(path) {
        let is_free = std::fs::read_dir(path).map_or(!path.exists(), |mut all| all.next().is_none());
        return if is_free { Ok(()) } else { refused("an export is written into a folder that is empty, or not there") };
    }
    if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file() && !found.is_symlink()) {
        return refused("there is something else than a file, which an export does not replace");
    }
    let database = settings.database_file().map(files::of_database_to_be).unwrap_or_default();
    let partial = partial(path);
    let ours = database.iter().chain([&settings.secret_file]).any(|ours| files::is_same(ours, path) || files::is_same(ours, &partial));
    if ours { refused("the database or its secret lies there") } else { Ok(()) }
}

/// Whether an export is to be a folder.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with('/')
}

fn partial(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.partial", path.display()))
}

/// `dateline export`.
pub(super) fn export(store: &Store, media: &Files, path: &Path) -> Result<(), Failed> {
    let cannot = |e: std::io::Error| Failed::Otherwise(format!("{}: {e}", path.display()));
    if path == Path::new("-") {
        return write_all(store, std::io::stdout().lock(), None);
    }
    if is_folder(path) {
        return with_files(store, media, Target::folder(path)?).and_then(|target| target.finish().map_err(cannot));
    }
    // Written beside the target and renamed, so that a broken export never looks whole; it holds drafts, so it is nobody else's to read.
    let partial = partial(path);
    Target::clear(&partial);
    if std::fs::symlink_metadata(&partial).is_ok() {
        std::fs::remove_file(&partial).map_err(cannot)?;
    }
    let written = if carried::is_tar(path) {
        with_files(store, media, Target::tar(&partial)?).and_then(|target| target.finish().map_err(cannot))
    } else {
        write_all(store, files::make(&partial).map_err(cannot)?, None)
    };
    let written = written.and_then(|()| std::fs::rename(&partial, path).map_err(cannot));
    Target::clear(&partial);
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    written
}

/// Write everything with the files of the media library.
fn with_files(store: &Store, media: &Files, mut target: Target) -> Result<Target, Failed> {
    let records = target.records()?;
    write_all(store, records, Some((media, &mut target)))?;
    Ok(target)
}

fn write_all(store: &Store, to: impl Write, mut files: Option<(&Files, &mut Target)>) -> Result<(), Failed> {
    let mut out = BufWriter::new(to);
    let bar = ProgressBar::new_spinner().with_message("records");
    let (mut written, carries) = (0u64, files.is_some());
    // One snapshot for all of it.
    store.read_out(|tx| {
        let permit: Permit<Export> = Permit::try_from(Caller::system(System::Importer))?;
        records_of(tx, &permit, carries, &mut |record| {
            if let (Record::Media(record), Some((media, target))) = (&record, &mut files)
                && !carry(media, target, record)?
            {
                return Ok(());
            }
            serde_json::to_writer(&mut out, &record).map_err(Error::internal)?;
            out.write_all(b"\n").map_err(Error::internal)?;
            written = written.saturating_add(1);
            bar.set_position(written);
            Ok(())
        })
    })?;
    out.flush().map_err(|e| Failed::Otherwise(e.to_string()))?;
    bar.finish_and_clear();
    system::complain(&format!("{written} records written"));
    Ok(())
}
/// Put the file of an item beside the records; false, when the media store has it no more.
fn carry(media: &Files, target: &mut Target, record: &MediaRecord) -> Result<bool, Error> {
    let named = record.file.as_deref().unwrap_or_default();
    let digest = named.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
    let Some(file) = media.storage().open(&Key::Original(digest.parse()?))? else {
        system::complain(&format!("left out: the file {named} of an item is not in the media store"));
        return Ok(false);
    };
    target.put(named, file.local()?).map_err(Error::internal)?;
    Ok(true)
}

/// Every record, in an order in which none names a later one; items of the media library where their files come along.
fn records_of(
    tx: &mut Tx<'_>,
    permit: &Permit<Export>,
    with_media: bool,
    put: &mut dyn FnMut(Record) -> Result<(), Error>,
) -> Result<(), Error> {
    for record in records::export_head(tx, permit)? {
        put(record)?;
    }
    let mut sections = std::sync::Arc::unwrap_or_clone(store::sections::all(tx)?);
    sections.sort_by_key(|s| s.path.len());
    for section in &sections {
        put(records::export_section(tx, permit, section)?)?;
    }
    pages(tx, store::named::page, &mut |tx, author| put(records::export_author(tx, permit, author)?))?;
    pages(tx, store::named::page, &mut |tx, tag| put(records::export_tag(tx, permit, tag)?))?;
    if with_media {
        let library = |tx: &mut Tx<'_>, paging| store::media::page(tx, &store::media::Filter::default(), paging);
        pages(tx, library, &mut |tx, media| put(Record::Media(Box::new(records::export_media(tx, permit, media)?))))?;
    }
    let mut after = None;
    loop {
        let ids = store::articles::ids_after(tx, after, 200)?;
        for id in &ids {
            put(records::export_article(tx, permit, *id)?)?;
        }
        after = ids.last().copied();
        if after.is_none() {
            break;
        }
    }
    let redirects = |tx: &mut Tx<'_>, paging| store::redirects::page(tx, &store::redirects::Filter::default(), paging);
    pages(tx, redirects, &mut |tx, redirect| match records::export_redirect(tx, permit, redirect) {
        Err(Error::NotFound(what)) => {
            system::complain(&format!("left out: the redirect from {} leads to a {what} that is there no more", redirect.from));
            Ok(())
        }
        record => record?.map_or(Ok(()), &mut *put),
    })?;
    for article in store::related::all_chosen(tx)? {
        let chosen = store::related::chosen(tx, article)?;
        records::export_related(tx, permit, &chosen)?.map_or(Ok(()), &mut *put)?;
    }
    for menu in store::menus::all(tx)?.iter() {
        let (record, lost) = records::export_menu(tx, permit, menu)?;
        if lost > 0 {
            system::complain(&format!("left out: {lost} items of the menu {} lead to what is there no more", menu.slug));
        }
        put(record)?;
    }
    for collection in store::collections::all(tx)?.iter() {
        let (record, lost) = records::export_collection(tx, permit, collection)?;
        if lost > 0 {
            system::complain(&format!("left out: {lost} stories of the collection {} are there no more", collection.arrangement.slug));
        }
        put(record)?;
    }
    Ok(())
}

type PageOf<T> = crate::domain::page::Page<T>;

fn pages<T>(
    tx: &mut Tx<'_>,
    page: impl Fn(&mut Tx<'_>, Paging) -> Result<PageOf<T>, Error>,
    each: &mut dyn FnMut(&mut Tx<'_>, &T) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut paging = Paging::first();
    loop {
        let found = page(tx, paging)?;
        for item in &found.items {
            each(tx, item)?;
        }
        match found.next {
            Some(cursor) => paging.cursor = Some(cursor),
            None => return Ok(()),
        }
    }
}
