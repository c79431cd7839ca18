//! What reading a body may cost, counted in steps and never by a clock.
//!
//! **Context.** Parsers of HTML look at every open element for every tag, and a body of one megabyte can open a hundred
//! thousand. **Decision.** Whoever reads a body spends steps out of a [`Budget`] that grows with its bytes, and stops when
//! it is spent, or earlier, at a limit of depth, nodes or attributes. **Consequence.** Whatever comes in, the work is linear
//! in it or it is refused, on a slow machine as on a fast one; and tests read what was spent.

use std::cell::Cell;

use crate::domain::{Error, text::limits};

/// Steps that any body may cost.
const MIN: u64 = 1_000_000;
/// Steps that each byte of it adds.
const PER_BYTE: u64 = 32;

/// Why reading stopped before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooMuch {
    /// Elements or quotations nest too deep.
    Depth,
    /// Too many nodes for a body.
    Nodes,
    /// Too many elements of HTML, whatever becomes of them.
    Elements,
    /// Too many attributes on one element.
    Attributes,
    /// Too many lines and signs of Markdown.
    Signs,
    /// Too many combining marks on one letter.
    Marks,
    /// Too many bytes of text.
    Bytes,
    /// So entangled that reading it costs too much.
    Steps,
}

impl TooMuch {
    /// The refusal, at `pointer`.
    #[must_use]
    pub fn at(self, pointer: &str) -> Error {
        let (code, detail) = match self {
            Self::Depth => ("too_deep", format!("elements nest more than {} deep", limits::HTML_DEPTH)),
            Self::Nodes => ("too_many", format!("at most {} nodes", limits::BODY_NODES)),
            Self::Elements => ("too_many", format!("at most {} elements", limits::HTML_ELEMENTS)),
            Self::Attributes => ("too_many", format!("at most {} attributes on one element", limits::HTML_ATTRIBUTES)),
            Self::Signs => ("too_many", format!("at most {} lines and signs of Markdown", limits::MARKDOWN_SIGNS)),
            Self::Marks => ("too_many", format!("at most {} combining marks in a row", limits::MARKS)),
            Self::Bytes => ("too_long", format!("at most {} bytes as a document", limits::BODY_BYTES)),
            Self::Steps => ("too_complex", "elements are entangled so much that reading them would take too long".to_owned()),
        };
        Error::invalid(pointer, code, detail)
    }
}

/// Steps that may be spent, and those that were.
#[derive(Debug)]
pub struct Budget {
    spent: Cell<u64>,
    most: u64,
}

impl Budget {
    /// The budget of a body of so many bytes.
    #[must_use]
    pub fn of(bytes: usize) -> Self {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        Self { spent: Cell::new(0), most: bytes.saturating_mul(PER_BYTE).saturating_add(MIN) }
    }

    /// Spend steps; false when the budget does not hold them.
    pub fn spend(&self, steps: usize) -> bool {
        self.spent.set(self.spent.get().saturating_add(u64::try_from(steps).unwrap_or(u64::MAX)));
        self.spent.get() <= self.most
    }

    /// The steps spent so far.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.spent.get()
    }

    /// The steps that may be spent.
    #[must_use]
    pub fn most(&self) -> u64 {
        self.most
    }
}
