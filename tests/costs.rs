//! What reading costs: each shape of text at one, two and four sizes, in steps that readers spend and in memory that they hold.
//!
//! A binary of its own, with one test in it, since it counts what its allocator gives. Nothing here looks at a clock. The shapes are dealt
//! out to as many processes as there are processors, each of which counts for itself.

#![expect(clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "a process of this test is told its part in its environment")]

#[path = "support/shapes.rs"]
mod shapes;

use std::{
    alloc::System,
    env,
    process::{Command, ExitStatus},
    thread,
};

use cap::Cap;
use dateline::{
    api::json,
    domain::{
        Error, Locale,
        body::{BlockId, Document, Format, Sent, blocks, budget::Budget, doc, markdown, portable},
        content::Content,
        diff,
        edition::Rendering,
        error::{FAULTS, Faults},
        freshness::lag,
        preflight::{self, Beside},
        text::{limits, line, lines},
        translation::Words,
    },
};
use serde_json::Value;
use shapes::{Place, Shape};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

const MIB: usize = 1 << 20;
/// Above what is held before a text is read, with the text itself and the faults or the document that come out.
const MAX_HELD: usize = 64 * MIB;
/// The work between two looks at the budget: one piece of HTML.
const BETWEEN: u64 = 2_000_000;

fn mint() -> impl FnMut() -> BlockId {
    let mut n = 0u64;
    move || {
        n += 1;
        BlockId::new(n)
    }
}

fn format(place: Place) -> Option<Format> {
    match place {
        Place::Html => Some(Format::Html),
        Place::Markdown => Some(Format::Markdown),
        Place::Text => Some(Format::Text),
        _ => None,
    }
}

/// Read a text where it belongs; the faults that are named.
fn read(shape: &Shape, text: &str) -> usize {
    let refused = |error: Error| if let Error::Invalid(all) = error { all.len() } else { panic!("{error}") };
    match (format(shape.place), shape.place) {
        (Some(format), _) => {
            let sent = Sent { format, content: Value::String(text.to_owned()) };
            sent.read(None, &mut mint()).map_or_else(refused, |(_, warnings)| warnings.len())
        }
        (None, Place::Doc | Place::Json) => match json::read(text.as_bytes()) {
            Ok(value) => doc::read(&value, "#/content", &mut mint()).map_or_else(refused, |_| 0),
            Err(_) => 1,
        },
        (None, _) => {
            let mut faults = Faults::default();
            line(&mut faults, "#/headline", text, limits::HEADLINE);
            lines(&mut faults, "#/text", text, limits::COMMENT);
            faults.into_inner().len()
        }
    }
}

/// The bytes that were allocated while something was done.
fn allocated<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATOR.total_allocated();
    let done = work();
    (ALLOCATOR.total_allocated() - before, done)
}

/// Steps and bytes grow with the text, or it is refused; and no reader spends more than its budget.
fn costs_are_linear(shape: &Shape, wrong: &mut Vec<String>) {
    let mut before: Option<(bool, u64, usize)> = None;
    for bytes in [MIB / 16, MIB / 8, MIB / 4] {
        let text = shape.of(bytes);
        let budget = Budget::of(text.len());
        let (taken, accepted) = allocated(|| match format(shape.place) {
            Some(format) => Sent { format, content: Value::Null }.read_within(&text, None, &mut mint(), &budget).is_ok(),
            None => read(shape, &text) == 0,
        });
        if budget.spent() > budget.most() + BETWEEN {
            wrong.push(format!("{}: {} steps for {bytes} bytes", shape.name(), budget.spent()));
        }
        let grown = |now: f64, then: f64, slack: f64| now > then * 2.6 + slack;
        if let Some((was_accepted, steps, held)) = before
            && was_accepted == accepted
        {
            #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "ratios of counts")]
            let worse = grown(budget.spent() as f64, steps as f64, 100_000.0) || grown(taken as f64, held as f64, 2e6);
            if worse {
                wrong.push(format!(
                    "{}: {steps} steps and {held} bytes allocated became {} and {taken} when {bytes} bytes were sent",
                    shape.name(),
                    budget.spent()
                ));
            }
        }
        before = Some((accepted, budget.spent(), taken));
    }
}

/// Everything that is done with a body once it is read: it is matched against the one that it replaces, compared with it, looked over, and
/// written in every form. The bytes that were allocated, and whether each of the two says anything; nothing, when it was refused.
fn follow(format: Format, text: &str, replaced: &Document) -> Option<(usize, [bool; 2])> {
    let sent = Sent { format, content: Value::String(text.to_owned()) };
    let document = sent.read(None, &mut mint()).ok()?.0;
    let words = |body: &Document| Words { content: Content::headed("A headline"), body: body.clone() };
    let (before, after) = (words(replaced), words(&document));
    let (taken, ()) = allocated(|| {
        let mut matched = document.clone();
        blocks::keep_ids(&mut matched, replaced);
        drop(diff::html(&diff::words(&before, &after)));
        drop((lag(&before, &after, &document), lag(&after, &before, &matched)));
        drop(preflight::check(&after, Beside::nothing(&Locale::english())));
        drop((Rendering::of(&after, None), markdown::write(&document), portable::write(&document), doc::write(&document)));
    });
    Some((taken, [document.blocks.is_empty(), replaced.blocks.is_empty()]))
}

/// What follows the reading of a body takes memory in line with its size, whatever body it replaces: one of its own shape, or of another.
fn what_follows_is_linear(shape: &Shape, others: &mut [Document; 2], wrong: &mut Vec<String>) {
    let Some(format) = format(shape.place) else { return };
    let mut before: Option<[(usize, [bool; 2]); 2]> = None;
    // Both or neither become the others of the next shape: one that is refused at the larger size would leave there what another shape was.
    let mut owns = Vec::new();
    for (bytes, other) in [MIB / 32, MIB / 16].into_iter().zip(&*others) {
        let text = shape.of(bytes);
        let longer = Sent { format, content: Value::String(shape.of(bytes + bytes / 16)) };
        let own = longer.read(None, &mut mint()).map(|(document, _)| document).unwrap_or_default();
        let (Some(beside_own), Some(beside_other)) = (follow(format, &text, &own), follow(format, &text, other)) else { return };
        let taken = [beside_own, beside_other];
        for ((then, alike), (now, present)) in before.into_iter().flatten().zip(taken) {
            if alike == present && now * 10 > then * 26 + 20_000_000 {
                wrong.push(format!("{}: what follows allocated {then} bytes, and {now} when {bytes} bytes were sent", shape.name()));
            }
        }
        before = Some(taken);
        owns.push(own);
    }
    others.iter_mut().zip(owns).for_each(|(other, own)| *other = own);
}

/// Which shapes a process looks at: so many, beginning with its own number.
const PART: &str = "DATELINE_COSTS_PART";

#[test]
fn whatever_is_sent_costs_in_line_with_its_size_or_is_refused() {
    if let Ok(part) = env::var(PART) {
        let (own, of) = part.split_once('/').unwrap();
        return each_of(own.parse().unwrap(), of.parse().unwrap());
    }
    let processes = thread::available_parallelism().map_or(1, usize::from);
    let test = thread::current().name().unwrap().to_owned();
    let begin = |own: usize| {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", &test, "--nocapture"]).env(PART, format!("{own}/{processes}")).spawn().unwrap()
    };
    let begun: Vec<_> = (0..processes).map(begin).collect();
    let ended: Vec<_> = begun.into_iter().map(|mut process| process.wait().unwrap()).collect();
    assert!(ended.iter().all(ExitStatus::success), "a process has found something");
}

fn each_of(own: usize, of: usize) {
    let all: Vec<_> = shapes::all().into_iter().filter(|s| s.place != Place::Query).collect();
    assert!(all.len() >= 60, "{}", all.len());
    let shapes: Vec<_> = all.iter().skip(own).step_by(of).collect();
    let mut wrong = Vec::new();
    let mut others = [const { Document { blocks: Vec::new() } }; 2];
    for shape in &shapes {
        costs_are_linear(shape, &mut wrong);
        what_follows_is_linear(shape, &mut others, &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // What one request of the largest size holds at its worst. The most that was ever held never falls, so the first to pass it is named.
    let fresh = ALLOCATOR.allocated();
    for shape in shapes {
        let text = shape.of(limits::REQUEST_BYTES);
        let named = read(shape, &text);
        let held = ALLOCATOR.max_allocated().saturating_sub(fresh);
        assert!(held <= MAX_HELD, "{}: {} MiB", shape.name(), held / MIB);
        assert!(named <= FAULTS + 1, "{}: {named} faults", shape.name());
    }
}
