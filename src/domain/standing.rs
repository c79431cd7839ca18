//! The workflow: where the words of a locale stand, all in all, and which verbs lead on from there.
//!
//! A working copy goes `draft → in_review → approved` and back; beside that, an edition may be live, and a publication and
//! its end may be scheduled. [`Standing::after`] is the only way from one standing to the next, so that no sequence of verbs
//! reaches what must not be: words that are withdrawn or in the trash and live, an end without a beginning, approval without review.

use super::{Error, Instant, translation::State};

/// Where the words of an article in a locale stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where the working copy stands.
    pub state: State,
    /// Whether the public sees an edition.
    pub live: bool,
    /// When the next edition is to begin.
    pub start: Option<Instant>,
    /// When what is live, or is to begin, is to end.
    pub end: Option<Instant>,
    /// Whether the article was taken down.
    pub withdrawn: bool,
    /// Whether the article is in the trash.
    pub trashed: bool,
}

/// What can be done with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Save other words.
    Save,
    /// Hand a draft in.
    Submit,
    /// Find it fit to publish.
    Approve,
    /// Send it back.
    RequestChanges,
    /// Make it public now.
    Publish,
    /// End what is public now.
    Unpublish,
    /// Make it public at an instant.
    Start(Instant),
    /// End it at an instant.
    End(Instant),
    /// Take back what is scheduled.
    Cancel,
    /// Take the article down.
    Withdraw,
    /// Lift the takedown.
    Reinstate,
    /// Put the article into the trash.
    Trash,
    /// Take it out again.
    Restore,
}

impl Standing {
    /// The standing of new words.
    #[must_use]
    pub fn new() -> Self {
        Self { state: State::Draft, live: false, start: None, end: None, withdrawn: false, trashed: false }
    }

    /// The standing after a verb at an instant. Whether words are approved is asked of the revision that is meant:
    /// [`Story::begins`](super::story::Story::begins).
    ///
    /// # Errors
    /// [`Error::Conflict`] with a code for what stands in the way: `trashed`, `withdrawn`, `wrong-state`, `not-live`, `live`;
    /// [`Error::Invalid`] for instants that have passed or do not follow each other.
    pub fn after(self, verb: Verb, now: Instant) -> Result<Self, Error> {
        let refuse = |code, detail: &str| Err(Error::Conflict { code, detail: detail.to_owned() });
        if self.trashed && verb != Verb::Restore {
            return refuse("trashed", "it is in the trash");
        }
        match verb {
            Verb::Save => Ok(Self { state: State::Draft, ..self }),
            Verb::Submit => self.step(State::Draft, State::InReview),
            Verb::Approve => self.step(State::InReview, State::Approved),
            Verb::RequestChanges if self.state == State::Draft => refuse("wrong-state", "it is a draft already"),
            Verb::RequestChanges => Ok(Self { state: State::Draft, ..self }),
            Verb::Publish | Verb::Start(_) if self.withdrawn => refuse("withdrawn", "the article was taken down"),
            // What was planned to begin would put older words in the place of these.
            Verb::Publish => Ok(Self { live: true, start: None, ..self }),
            Verb::Unpublish if !self.live => refuse("not-live", "nothing is live"),
            Verb::Unpublish => Ok(Self { live: false, end: self.end.filter(|end| self.start.is_some_and(|start| start < *end)), ..self }),
            Verb::Start(at) | Verb::End(at) if at <= now => Err(Error::invalid("#", "passed", "this instant has passed")),
            Verb::Start(at) if self.end.is_some_and(|end| end <= at) => {
                Err(Error::invalid("#", "order", "it would begin when it has ended"))
            }
            Verb::Start(at) => Ok(Self { start: Some(at), ..self }),
            Verb::End(_) if !self.live && self.start.is_none() => refuse("not-live", "nothing is live, and nothing is scheduled to be"),
            Verb::End(at) if self.start.is_some_and(|start| start >= at) => {
                Err(Error::invalid("#", "order", "it would end before it begins"))
            }
            Verb::End(at) => Ok(Self { end: Some(at), ..self }),
            Verb::Cancel => Ok(Self { start: None, end: None, ..self }),
            Verb::Withdraw if self.withdrawn => refuse("withdrawn", "it was taken down already"),
            Verb::Withdraw => Ok(Self { withdrawn: true, live: false, start: None, end: None, ..self }),
            Verb::Reinstate if !self.withdrawn => refuse("not-withdrawn", "it was not taken down"),
            Verb::Reinstate => Ok(Self { withdrawn: false, ..self }),
            Verb::Trash if self.live => refuse("live", "what is live is unpublished first"),
            Verb::Trash => Ok(Self { trashed: true, start: None, end: None, ..self }),
            Verb::Restore => Ok(Self { trashed: false, ..self }),
        }
    }

    fn step(self, from: State, to: State) -> Result<Self, Error> {
        if self.state == from {
            return Ok(Self { state: to, ..self });
        }
        Err(Error::Conflict { code: "wrong-state", detail: format!("a translation that is {} cannot become {to}", self.state) })
    }
}

impl Default for Standing {
    fn default() -> Self {
        Self::new()
    }
}
