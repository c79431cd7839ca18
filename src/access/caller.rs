//! Callers: who asks, with what they were granted.

use std::{collections::HashSet, sync::Arc};

use super::action::ReadArticle;
use super::policy::{self, Reach, System};
use super::token::Verified;
use super::visibility::{self, Place, Viewer, Visibility};
use super::{Action, Scope};
use crate::domain::{
    Error, Id, Locale,
    article::Article,
    error::TokenFault,
    site::DeskReading,
    user::{Grant, User, UserStatus},
};

#[derive(Debug)]
enum Who {
    User { user: User, scope: Option<Vec<String>>, reading: DeskReading, work: Work },
    System(System),
}

/// The key under which a user asked for something that is to be done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose key it is.
    pub user: Id<User>,
    /// The key, in the client's words.
    pub key: Arc<str>,
}

/// Who asks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller {
    who: Arc<Who>,
    name_of: Option<Arc<User>>,
    request_id: Arc<str>,
    origin: Arc<str>,
    rehearsal: bool,
    claim: Option<Claim>,
}

/// Who a transaction writes for.
pub trait Actor {
    /// The caller that the change log names; none, where the server writes for itself.
    fn caller(&self) -> Option<&Caller>;
}

impl Actor for Caller {
    fn caller(&self) -> Option<&Caller> {
        Some(self)
    }
}

/// Nobody: what the server keeps for itself, such as sessions and claims, of which the change log tells nothing.
#[derive(Debug, Clone, Copy)]
pub struct Bookkeeping;

impl Actor for Bookkeeping {
    fn caller(&self) -> Option<&Caller> {
        None
    }
}

/// Proof that somebody asks with a token that is limited to nothing: over their own account, which no grant gives or takes.
#[derive(Debug, Clone, Copy)]
pub struct Myself(Id<User>);

impl Myself {
    /// Who it is.
    #[must_use]
    pub fn id(self) -> Id<User> {
        self.0
    }
}

/// The words that somebody is assigned, by article and locale.
pub type Work = HashSet<(Id<Article>, Locale)>;

/// What an action is about to touch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) scope: super::Scope<'a>,
}

impl Caller {
    /// The user whom a verified token names, limited to the token's scope, on a site that lets its desks read so; with the work that they are
    /// assigned outside of their grants.
    ///
    /// # Errors
    /// [`Error::TokenRefused`] when the token is not that user's or the user is suspended.
    pub fn user(verified: &Verified, user: User, reading: DeskReading, work: Work) -> Result<Self, Error> {
        if verified.user() != user.id || user.status != UserStatus::Active {
            return Err(Error::TokenRefused(TokenFault::SessionEnded));
        }
        let scope = verified.scope().map(|s| s.split(' ').map(str::to_owned).collect());
        Ok(Self::new(Who::User { user, scope, reading, work }))
    }

    /// A part of the system.
    #[must_use]
    pub fn system(system: System) -> Self {
        Self::new(Who::System(system))
    }

    fn new(who: Who) -> Self {
        Self { who: Arc::new(who), name_of: None, request_id: "".into(), origin: "".into(), rehearsal: false, claim: None }
    }

    /// The same caller, who carries out what a user planned: both must be allowed to, the user as they stand now.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `planner-suspended`.
    pub fn in_the_name_of(self, user: User) -> Result<Self, Error> {
        if user.status != UserStatus::Active {
            return Err(Error::Conflict { code: "planner-suspended", detail: "who planned it is suspended".to_owned() });
        }
        Ok(Self { name_of: Some(Arc::new(user)), ..self })
    }

    /// The same caller within a request, from a network address.
    #[must_use]
    pub fn within(self, request_id: &str, origin: &str) -> Self {
        Self { request_id: request_id.into(), origin: origin.into(), ..self }
    }

    /// The same caller, whose writes are committed only while the claim is theirs.
    #[must_use]
    pub fn once(self, claim: Claim) -> Self {
        Self { claim: Some(claim), ..self }
    }

    /// The same caller, who only tries: whatever they write is checked, answered, and undone.
    #[must_use]
    pub fn rehearsing(self) -> Self {
        Self { rehearsal: true, ..self }
    }

    /// True when the caller only tries.
    #[must_use]
    pub fn rehearses(&self) -> bool {
        self.rehearsal
    }

    /// The claim under which writes are committed, if there is one.
    #[must_use]
    pub fn claim(&self) -> Option<&Claim> {
        self.claim.as_ref()
    }

    /// That it is the user themselves who asks: a token that was limited to some actions was given to something that does these.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a limited token, [`Error::Unauthenticated`] for a part of the system.
    pub fn myself(&self) -> Result<Myself, Error> {
        match &*self.who {
            Who::User { user, scope: None, .. } => Ok(Myself(user.id)),
            Who::User { .. } => Err(Error::Forbidden("of the whole account")),
            Who::System(_) => Err(Error::Unauthenticated),
        }
    }

    /// The user's id, when a user asks.
    #[must_use]
    pub fn user_id(&self) -> Option<Id<User>> {
        self.as_user().map(|u| u.id)
    }

    /// The user, when a user asks.
    #[must_use]
    pub fn as_user(&self) -> Option<&User> {
        match &*self.who {
            Who::User { user, .. } => Some(user),
            Who::System(_) => None,
        }
    }

    /// How the change log names the caller: a user's id, or `importer`, `operator`, `scheduler`.
    #[must_use]
    pub fn actor(&self) -> String {
        match &*self.who {
            Who::User { user, .. } => user.id.to_string(),
            Who::System(System::Importer) => "importer".to_owned(),
            Who::System(System::Operator) => "operator".to_owned(),
            Who::System(System::Scheduler) => "scheduler".to_owned(),
        }
    }

    /// The network address that the request came from, empty outside of one.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The id of the request, empty outside of one.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The names of the actions that the caller may do somewhere.
    #[must_use]
    pub fn permissions(&self) -> Vec<&'static str> {
        super::action::ALL.iter().copied().filter(|a| self.may_somewhere(a)).collect()
    }

    /// All that the caller may do and where, in words that are equal for equal rights.
    #[must_use]
    pub fn rights(&self) -> String {
        match &*self.who {
            Who::User { user, scope, reading, .. } => {
                let mut grants: Vec<String> = user.grants.iter().map(|g| format!("{} {:?} {:?}", g.role, g.section, g.locale)).collect();
                grants.sort();
                format!("{grants:?} {scope:?} {reading}")
            }
            Who::System(system) => format!("{system:?} {:?}", self.name_of.as_ref().map(|user| user.id)),
        }
    }

    /// Where a user may do `A` over more than what is their own; nowhere for a part of the system.
    #[must_use]
    pub fn places<A: Action>(&self) -> Vec<Place> {
        let grants = self.as_user().map(|user| user.grants.as_slice()).unwrap_or_default();
        let reaching = grants.iter().filter(|g| self.scoped(A::NAME) && policy::reach(g.role, A::NAME) == Reach::Yes);
        reaching.map(|g| Place { section: g.section, locale: g.locale.clone() }).collect()
    }

    fn scoped(&self, action: &str) -> bool {
        match &*self.who {
            Who::User { scope: Some(scope), .. } => scope.iter().any(|s| s == action),
            _ => true,
        }
    }

    pub(super) fn may_somewhere(&self, action: &str) -> bool {
        self.scoped(action)
            && match &*self.who {
                Who::User { user, .. } => reaches_somewhere(user, action),
                Who::System(system) => policy::system_reach(*system, action) != Reach::No,
            }
            && self.name_of.as_ref().is_none_or(|user| reaches_somewhere(user, action))
    }

    pub(super) fn may_over(&self, action: &str, target: Target<'_>) -> bool {
        self.scoped(action)
            && match &*self.who {
                Who::User { user, work, .. } => reaches_over(user, action, target) || is_work(user, work, action, target),
                Who::System(system) => policy::system_reach(*system, action) == Reach::Yes,
            }
            && self.name_of.as_ref().is_none_or(|user| reaches_over(user, action, target))
    }

    /// What the caller sees by the grants that allow an action.
    pub(super) fn visibility(&self, action: &str) -> Visibility {
        Visibility::new(self.viewer(action))
    }

    fn viewer(&self, action: &str) -> Viewer {
        match &*self.who {
            _ if !self.scoped(action) => Viewer::Public,
            Who::System(system) if policy::system_reach(*system, action) == Reach::Yes => Viewer::Desk,
            Who::System(_) => Viewer::Public,
            Who::User { user, reading, .. } => viewer(user, *reading, action),
        }
    }
}

/// What a user sees by the grants that allow an action.
fn viewer(user: &User, reading: DeskReading, action: &str) -> Viewer {
    let showing = user.grants.iter().filter(|g| policy::reach(g.role, action) == Reach::Yes);
    let places: Vec<Place> = showing.map(|g| Place { section: g.section, locale: g.locale.clone() }).collect();
    let everywhere = places.iter().any(|p| p.section.is_none() && p.locale.is_none());
    if everywhere || (reading == DeskReading::Open && !places.is_empty()) {
        return Viewer::Desk;
    }
    Viewer::Granted(Arc::new(visibility::Reach { user: user.id, places }))
}

/// What a user sees of the desk's articles with a token that is limited to nothing, whoever asks.
#[must_use]
pub fn visibility_of(user: &User, reading: DeskReading) -> Visibility {
    let reads = user.status == UserStatus::Active && reaches_somewhere(user, ReadArticle::NAME);
    Visibility::new(if reads { viewer(user, reading, ReadArticle::NAME) } else { Viewer::Public })
}

/// True when an action is part of the work that the user is assigned, whoever the words belong to and wherever they lie.
fn is_work(user: &User, work: &Work, action: &str, target: Target<'_>) -> bool {
    let Scope { article: Some(article), locale: Some(locale), .. } = target.scope else { return false };
    policy::WORK.contains(&action) && reaches_somewhere(user, action) && work.contains(&(article, locale.clone()))
}

/// True when a user's grants allow an action over everything, so that no work that they are assigned lies outside.
#[must_use]
pub fn works_everywhere(user: &User) -> bool {
    let everywhere = |g: &Grant| g.section.is_none() && g.locale.is_none();
    policy::WORK.iter().all(|action| user.grants.iter().any(|g| everywhere(g) && policy::reach(g.role, action) == Reach::Yes))
}

/// True when a grant of the user allows an action anywhere.
fn reaches_somewhere(user: &User, action: &str) -> bool {
    user.grants.iter().any(|g| policy::reach(g.role, action) != Reach::No)
}

/// True when a grant of the user allows an action over this.
pub(super) fn reaches_over(user: &User, action: &str, target: Target<'_>) -> bool {
    let own = |reach: Reach| reach == Reach::Yes || (reach == Reach::Own && target.scope.owner == Some(user.id));
    let covers = |grant: &Grant| {
        grant.section.is_none_or(|s| target.scope.any_section || target.scope.sections.contains(&s))
            && grant.locale.as_ref().is_none_or(|l| target.scope.any_locale || target.scope.locale == Some(l))
    };
    user.grants.iter().any(|g| own(policy::reach(g.role, action)) && covers(g))
}
