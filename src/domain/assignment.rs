//! Assignments: who works on the words of an article in a locale.

use super::{Id, Instant, user::User};

/// Who works on words, whether there are any yet or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Whose work it is.
    pub assignee: Id<User>,
    /// When it is due.
    pub due_at: Option<Instant>,
}

/// An assignment as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// Whose work it is, and when it is due.
    pub assignment: Assignment,
    /// The assignee's name.
    pub name: String,
    /// Who gave it to them.
    pub by: Option<Id<User>>,
    /// When.
    pub at: Instant,
}
