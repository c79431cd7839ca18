//! Reading the newest first: all that has what is wanted, or the first stories of an answer without those that cannot be among them.

use super::{
    budget::{Budget, FOR_BOUNDS},
    candidate::{Best, ENOUGH, Within},
    matching::{Match, Segment},
    pass::{Having, Pass, Wanted},
    query::{Query, Ranking},
    rank::{Has, newness, rank},
    searching::Snapshot,
    terms::Terms,
    windows::{self, Window},
};
use crate::domain::{Error, Instant};

/// Documents that have the rarest thing, from which on the newest are looked at first; of fewer, all are read as they lie.
const MANY: u64 = if cfg!(test) { 4 } else { 4_096 };
/// Ways to have what is wanted up to which the newest may be looked at first.
const WAYS: usize = 512;
/// What rounding may take from a bound.
const ROUNDING: f64 = 1e-6;

/// What a document has to reach to be among the first.
#[derive(Clone, Copy)]
struct Floor<'q> {
    query: &'q Query,
    /// None where everything reaches it.
    key: Option<i64>,
}

impl<'q> Floor<'q> {
    /// The key of the last of the best; none while too few were found, and where the last come first.
    fn of(query: &'q Query, best: &Best) -> Self {
        let is_none = query.cursor.is_some_and(|cursor| cursor.backwards) || best.found() < ENOUGH;
        Self { query, key: if is_none { None } else { best.floor() } }
    }

    /// Whether a document may reach it that was published at an instant or before, and counts so much at most before its newness does.
    fn may_be_reached(self, newest: Instant, score: f64, is_mistyped: bool) -> bool {
        self.key.is_none_or(|key| match self.query.ranking {
            Ranking::Relevance => {
                let score = score * newness(self.query.recency, self.query.today, newest) + ROUNDING;
                rank(score, Has::Everything, is_mistyped) >= key
            }
            Ranking::Newest => newest.as_micros() >= key,
        })
    }
}

/// Whether there is so much to be read of a segment's lists that the newest is looked at first.
fn is_much(wanted: &Wanted<'_>, having: Having<'_>) -> bool {
    let weighed = wanted.required.iter().chain(&wanted.optional).map(|(looked_up, _)| looked_up);
    let ways = weighed.chain(&wanted.excluded).map(|looked_up| if let Terms::Any(ways) = &looked_up.terms { ways.len() } else { 1 });
    let mut frequencies = wanted.required.iter().map(|(looked_up, _)| looked_up.frequency);
    let frequency = match having {
        Having::All(_) => frequencies.next(),
        Having::Some => frequencies.max(),
    };
    ways.sum::<usize>() <= WAYS && frequency.is_some_and(|frequency| frequency >= MANY)
}

impl Snapshot {
    /// The windows of all segments, that with the newest story first.
    fn windows(&self) -> Vec<Window> {
        windows::newest_first(self.segments.iter().map(Segment::windows))
    }

    /// Tell of every document that has all that is required, or any of it: where there is much, the newest first, so that it is the oldest that a spent budget leaves out.
    pub(super) fn each(
        &self,
        query: &Query,
        wanted: &Wanted<'_>,
        having: Having<'_>,
        budget: &mut Budget,
        tell: &mut dyn FnMut(&Within<'_>, &Match),
    ) -> Result<(), Error> {
        if !is_much(wanted, having) {
            // One after the other: a beginning has many lists, in each of them.
            return self.segments.iter().enumerate().try_for_each(|at| {
                let within = Within::of(query, wanted, at);
                Pass::new(query, wanted, at.1)?.whole(having, budget, &mut |found| tell(&within, found))
            });
        }
        let mut passes = self.segments.iter().map(|segment| Pass::new(query, wanted, segment)).collect::<Result<Vec<_>, _>>()?;
        let within = self.segments.iter().enumerate().map(|at| Within::of(query, wanted, at)).collect::<Vec<_>>();
        for window in self.windows() {
            let (Some(pass), Some(within)) = (passes.get_mut(window.segment), within.get(window.segment)) else { continue };
            if budget.is_spent() {
                break;
            }
            pass.window(&window, having, budget, &mut |found| tell(within, found))?;
        }
        Ok(())
    }

    /// The first stories that have all that is wanted, none of which is found in two languages.
    pub(super) fn first(&self, query: &Query, wanted: &[Wanted<'_>], budget: &mut Budget) -> Result<Best, Error> {
        let mut best = Best::new(query.limit, query.cursor);
        for wanted in wanted {
            if query.is_counted || !is_much(wanted, Having::ALL) {
                self.each(query, wanted, Having::ALL, budget, &mut |within, found| best.found_in(within, found))?;
            } else {
                self.newest_first(query, wanted, &mut best, budget)?;
            }
        }
        Ok(best)
    }

    /// Look at the newest stories that have all that is wanted, and at others for as long as they may be better than what was found.
    fn newest_first(&self, query: &Query, wanted: &Wanted<'_>, best: &mut Best, budget: &mut Budget) -> Result<(), Error> {
        let mut passes: Vec<_> = self.segments.iter().map(|_| None).collect();
        let mut for_bounds = Budget::of(match query.ranking {
            Ranking::Relevance => FOR_BOUNDS,
            // How much anything counts orders nothing.
            Ranking::Newest => 0,
        });
        for window in self.windows() {
            let floor = Floor::of(query, best);
            let (Some(segment), Some(pass)) = (self.segments.get(window.segment), passes.get_mut(window.segment)) else { continue };
            let pass = match pass {
                Some(pass) => pass,
                None => pass.insert(Pass::new(query, wanted, segment)?.bound(&mut for_bounds)?),
            };
            // The windows behind it have nothing newer.
            if !floor.may_be_reached(window.newest, pass.most(), false) || budget.is_spent() {
                return Ok(());
            }
            if !pass.most_in(window.number()).is_some_and(|most| floor.may_be_reached(window.newest, most, false)) {
                continue;
            }
            let within = Within::of(query, wanted, (window.segment, segment));
            let may = |score: f64, is_mistyped: bool| floor.may_be_reached(window.newest, score, is_mistyped);
            pass.window(&window, Having::All(&may), budget, &mut |found| best.found_in(&within, found))?;
        }
        Ok(())
    }
}
