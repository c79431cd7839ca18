//! The policy: which role may do what, in one table.

use crate::domain::user::Role;

/// A part of the system that acts by itself, with a column of its own in the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// `dateline import`, `dateline demo` and `dateline export`.
    Importer,
    /// Whoever runs `dateline user` on the host.
    Operator,
    /// What carries out plans when they come due.
    Scheduler,
    /// What lets people in by the word of the OpenID provider.
    SingleSignOn,
}

/// How far a role reaches with an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    No,
    /// Over articles that the caller created.
    Own,
    /// Over everything within the grant.
    Yes,
}
use Reach::{No, Own, Yes};

/// Action; contributor, translator, editor, chief, admin; importer, operator, scheduler, single sign-on.
type Line = (&'static str, [Reach; 9]);

#[rustfmt::skip]
const TABLE: &[Line] = &[
    //                       contr  transl editor chief  admin  import operator scheduler sign-on
    ("desk.read",           [Yes,   Yes,   Yes,   Yes,   Yes,   Yes,   Yes,   No,       No ]),
    ("article.read",        [Own,   Yes,   Yes,   Yes,   Yes,   Yes,   Yes,   Yes,      No ]),
    ("article.create",      [Yes,   No,    Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("article.edit",        [Own,   No,    Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("article.delete",      [Own,   No,    Yes,   Yes,   Yes,   No,    No,    No,       No ]),
    ("translation.edit",    [Own,   Yes,   Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("translation.delete",  [Own,   No,    Yes,   Yes,   Yes,   No,    No,    No,       No ]),
    ("translation.submit",  [Own,   Yes,   Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("translation.review",  [No,    No,    Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("translation.assign",  [No,    Yes,   Yes,   Yes,   Yes,   No,    No,    No,       No ]),
    ("article.comment",     [Own,   Yes,   Yes,   Yes,   Yes,   No,    No,    No,       No ]),
    ("article.publish",     [No,    No,    Yes,   Yes,   Yes,   Yes,   No,    Yes,      No ]),
    ("article.backdate",    [No,    No,    No,    Yes,   Yes,   Yes,   No,    No,       No ]),
    ("article.unpublish",   [No,    No,    Yes,   Yes,   Yes,   Yes,   No,    Yes,      No ]),
    ("article.schedule",    [No,    No,    Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("article.correct",     [No,    No,    Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("article.withdraw",    [No,    No,    No,    Yes,   Yes,   Yes,   No,    No,       No ]),
    ("article.erase",       [No,    No,    No,    No,    Yes,   No,    No,    No,       No ]),
    ("article.purge",       [No,    No,    No,    Yes,   Yes,   No,    No,    Yes,      No ]),
    ("article.preview",     [Own,   Yes,   Yes,   Yes,   Yes,   No,    No,    No,       No ]),
    ("archive.read",        [No,    No,    Yes,   Yes,   Yes,   No,    Yes,   No,       No ]),
    ("audit.read",          [No,    No,    No,    Yes,   Yes,   No,    Yes,   No,       No ]),
    ("release.manage",      [No,    No,    Yes,   Yes,   Yes,   No,    No,    No,       No ]),
    ("embargo.break",       [No,    No,    No,    Yes,   Yes,   Yes,   No,    No,       No ]),
    ("section.manage",      [No,    No,    No,    Yes,   Yes,   Yes,   No,    No,       No ]),
    ("author.manage",       [No,    No,    No,    Yes,   Yes,   Yes,   No,    No,       No ]),
    ("tag.manage",          [No,    No,    No,    Yes,   Yes,   Yes,   No,    No,       No ]),
    ("redirect.manage",     [No,    No,    Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("menu.manage",         [No,    No,    No,    Yes,   Yes,   Yes,   No,    No,       No ]),
    ("collection.manage",   [No,    No,    Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("media.write",         [Yes,   Yes,   Yes,   Yes,   Yes,   Yes,   No,    No,       No ]),
    ("media.delete",        [No,    No,    No,    Yes,   Yes,   Yes,   No,    No,       No ]),
    ("site.manage",         [No,    No,    No,    No,    Yes,   Yes,   No,    No,       No ]),
    ("locale.manage",       [No,    No,    No,    No,    Yes,   Yes,   No,    No,       No ]),
    ("people.read",         [Yes,   Yes,   Yes,   Yes,   Yes,   No,    No,    No,       No ]),
    ("user.read",           [No,    No,    No,    No,    Yes,   No,    Yes,   No,       Yes]),
    ("user.manage",         [No,    No,    No,    No,    Yes,   No,    Yes,   No,       Yes]),
    ("key.manage",          [No,    No,    No,    No,    Yes,   No,    Yes,   No,       No ]),
    ("bundle.import",       [No,    No,    No,    No,    Yes,   Yes,   No,    No,       No ]),
    ("bundle.export",       [No,    No,    No,    No,    Yes,   Yes,   Yes,   No,       No ]),
];

/// What an assignment allows whoever it is given to: the work on the words, as far as any grant of theirs has the action at all.
pub(super) const WORK: [&str; 2] = ["translation.edit", "translation.submit"];

fn line(action: &str) -> [Reach; 9] {
    TABLE.iter().find(|(name, _)| *name == action).map_or([No; 9], |(_, reaches)| *reaches)
}

/// How far a role reaches with an action.
#[must_use]
pub fn reach(role: Role, action: &str) -> Reach {
    let [contributor, translator, editor, chief, admin, ..] = line(action);
    match role {
        Role::Contributor => contributor,
        Role::Translator => translator,
        Role::Editor => editor,
        Role::Chief => chief,
        Role::Admin => admin,
    }
}

/// The roles that may do this over all that they are granted for, and not over what is their own alone.
#[must_use]
pub fn roles(action: &str) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| reach(*role, action) == Yes).collect()
}

/// How far a part of the system reaches with an action.
#[must_use]
pub fn system_reach(system: System, action: &str) -> Reach {
    let [.., importer, operator, scheduler, single_sign_on] = line(action);
    match system {
        System::Importer => importer,
        System::Operator => operator,
        System::Scheduler => scheduler,
        System::SingleSignOn => single_sign_on,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_action_once() {
        let mut named: Vec<_> = TABLE.iter().map(|(name, _)| *name).collect();
        let mut all = crate::access::action::ALL.to_vec();
        named.sort_unstable();
        all.sort_unstable();
        assert_eq!(named, all);
    }
}
