//! How a client takes its answers: something in each part of the time that it keeps us waiting, and all in all at the least rate.
//!
//! **Decision.** What is counted is what the system takes for the client, from the connection's first byte on. That is never less than what has arrived, so nobody
//! is cut off who takes as much as is asked, in however large steps the system asks for more; and it is more than that by the system's buffers at most, so whoever
//! takes less is cut off some time later, however often there is a little room.

use super::ClientTimeouts;

/// What a client has taken.
#[derive(Debug, Default)]
pub(super) struct Throughput {
    all: u64,
    /// In this part of the time that it was waited for.
    in_part: u64,
    parts: u64,
}

impl Throughput {
    pub(super) fn took(&mut self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        (self.all, self.in_part) = (self.all.saturating_add(bytes), self.in_part.saturating_add(bytes));
    }

    /// Another part of its time begins.
    pub(super) fn part_begins(&mut self) {
        self.in_part = 0;
    }

    /// A part of its time is over: whether it has taken enough.
    pub(super) fn is_enough(&mut self, timeouts: &ClientTimeouts) -> bool {
        self.parts = self.parts.saturating_add(1);
        let least = timeouts.least_rate.saturating_mul(timeouts.stall.as_secs()).saturating_mul(self.parts);
        self.in_part > 0 && self.all >= least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many parts of its time a client gets who takes so many bytes a second, from a system that keeps so much for it and asks for more in such steps.
    fn parts(rate: usize, kept: usize, step: usize, least_rate: u64) -> usize {
        let timeouts = ClientTimeouts { least_rate, ..ClientTimeouts::default() };
        let (mut throughput, mut free) = (Throughput::default(), 0);
        throughput.took(kept);
        for part in 1..1_000 {
            throughput.part_begins();
            free += rate * 60;
            throughput.took(free - free % step);
            free %= step;
            if !throughput.is_enough(&timeouts) {
                return part;
            }
        }
        usize::MAX
    }

    #[test]
    fn whoever_takes_nothing_or_too_little_is_cut_off_and_nobody_else() {
        for least in [0, 1, 1_024] {
            assert_eq!(parts(0, 4 << 20, 1, least), 1);
        }
        for kept in [0, 30_000, 90_000, 4 << 20] {
            assert_eq!(parts(1_024, kept, 1 + kept / 3 % 60_000, 1_024), usize::MAX, "{kept}");
            assert!(parts(550, kept, 1, 1_024) <= 1 + kept / (474 * 60), "{kept}");
        }
    }
}
