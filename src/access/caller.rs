//! Callers: who asks, with what they were granted.

use std::{collections::HashSet, sync::Arc};

use super::action::ReadArticle;
use super::api_key::Admitted;
use super::policy::{self, Reach, System};
use super::token::Verified;
use super::visibility::{self, Place, Viewer, Visibility};
use super::{Action, Scope};
use crate::domain::{
    Error, Id, Locale,
    api_key::Bounds,
    article::Article,
    error::TokenFault,
    section::Section,
    site::DeskReading,
    user::{Grant, User, UserStatus},
};

/// What an API key and a token of the OpenID provider lack where somebody has to show who they are.
const SIGNED_IN: &str = "of somebody who signed in";

#[derive(Debug)]
enum Who {
    User(Box<Known>),
    System(System),
}

/// A user, and how far what they show reaches.
#[derive(Debug)]
struct Known {
    user: User,
    /// What of their grants counts: all of them, or what an API key leaves.
    granted: Vec<Grant>,
    scope: Option<Vec<String>>,
    /// What the API key that they show is limited to; nothing, where they show another thing.
    key: Option<Arc<Bounds>>,
    /// Whether they show a token of a session here.
    signed_in: bool,
    reading: DeskReading,
    work: Work,
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
        let granted = user.grants.clone();
        Ok(Self::new(Who::User(Box::new(Known { user, granted, scope, key: None, signed_in: true, reading, work }))))
    }

    /// The user whose API key was shown: with what its bounds leave of what they are granted now. `path` tells of a section which lie above it.
    ///
    /// # Errors
    /// [`Error::TokenRefused`] when the key is not that user's.
    pub fn by_key(
        admitted: &Admitted,
        user: User,
        path: impl Fn(Id<Section>) -> Vec<Id<Section>>,
        reading: DeskReading,
        work: Work,
    ) -> Result<Self, Error> {
        let key = admitted.key();
        if key.owner != user.id {
            return Err(Error::TokenRefused(TokenFault::Invalid));
        }
        let (granted, scope) = (key.bounds.narrow(&user.grants, path), key.bounds.scope.clone());
        Ok(Self::new(Who::User(Box::new(Known {
            user,
            granted,
            scope,
            key: Some(Arc::new(key.bounds.clone())),
            signed_in: false,
            reading,
            work,
        }))))
    }

    /// The user whom a token of the newsroom's OpenID provider means. They have no session here: their own account is for who signed in.
    ///
    /// # Errors
    /// [`Error::TokenRefused`] when they are suspended.
    pub fn introduced(user: User, reading: DeskReading, work: Work) -> Result<Self, Error> {
        if user.status != UserStatus::Active {
            return Err(Error::TokenRefused(TokenFault::Invalid));
        }
        let granted = user.grants.clone();
        Ok(Self::new(Who::User(Box::new(Known { user, granted, scope: None, key: None, signed_in: false, reading, work }))))
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

    /// That it is the user themselves who asks: a token that was limited to some actions was given to something that does these, and so was an
    /// API key, whatever it is limited to.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a limited token and for an API key, [`Error::Unauthenticated`] for a part of the system.
    pub fn myself(&self) -> Result<Myself, Error> {
        match &*self.who {
            Who::User(known) if !known.signed_in => Err(Error::Forbidden(SIGNED_IN)),
            Who::User(known) if known.scope.is_none() => Ok(Myself(known.user.id)),
            Who::User(_) => Err(Error::Forbidden("of the whole account")),
            Who::System(_) => Err(Error::Unauthenticated),
        }
    }

    /// That it is no API key that asks: what came of one would outlast it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for an API key.
    pub fn without_key(&self) -> Result<(), Error> {
        match &*self.who {
            Who::User(known) if !known.signed_in => Err(Error::Forbidden(SIGNED_IN)),
            _ => Ok(()),
        }
    }

    /// True when what was shown is limited to some actions.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        matches!(&*self.who, Who::User(known) if known.scope.is_some())
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
            Who::User(known) => Some(&known.user),
            Who::System(_) => None,
        }
    }

    /// How the change log names the caller: a user's id, or `importer`, `operator`, `scheduler`, `single-sign-on`.
    #[must_use]
    pub fn actor(&self) -> String {
        match &*self.who {
            Who::User(known) => known.user.id.to_string(),
            Who::System(System::Importer) => "importer".to_owned(),
            Who::System(System::Operator) => "operator".to_owned(),
            Who::System(System::Scheduler) => "scheduler".to_owned(),
            Who::System(System::SingleSignOn) => "single-sign-on".to_owned(),
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
            Who::User(known) => {
                let Known { granted, scope, key, reading, .. } = &**known;
                let mut grants: Vec<String> = granted.iter().map(|g| format!("{} {:?} {:?}", g.role, g.section, g.locale)).collect();
                grants.sort();
                let rights = format!("{grants:?} {scope:?} {reading} {}", known.signed_in);
                // Whoever shows a key does less than with a token of the same actions.
                key.as_ref().map_or(rights.clone(), |bounds| format!("{rights} {bounds:?}"))
            }
            Who::System(system) => format!("{system:?} {:?}", self.name_of.as_ref().map(|user| user.id)),
        }
    }

    /// Where a user may do `A` over more than what is their own; nowhere for a part of the system.
    #[must_use]
    pub fn places<A: Action>(&self) -> Vec<Place> {
        let Who::User(known) = &*self.who else { return Vec::new() };
        let reaching = known.granted.iter().filter(|g| self.scoped(A::NAME) && policy::reach(g.role, A::NAME) == Reach::Yes);
        reaching.map(|g| Place { section: g.section, locale: g.locale.clone() }).collect()
    }

    fn scoped(&self, action: &str) -> bool {
        match &*self.who {
            Who::User(known) => known.scope.as_ref().is_none_or(|scope| scope.iter().any(|s| s == action)),
            Who::System(_) => true,
        }
    }

    pub(super) fn may_somewhere(&self, action: &str) -> bool {
        self.scoped(action)
            && match &*self.who {
                Who::User(known) => reaches_somewhere(&known.granted, action),
                Who::System(system) => policy::system_reach(*system, action) != Reach::No,
            }
            && self.name_of.as_ref().is_none_or(|user| reaches_somewhere(&user.grants, action))
    }

    pub(super) fn may_over(&self, action: &str, target: Target<'_>) -> bool {
        self.scoped(action)
            && match &*self.who {
                Who::User(known) => reaches_over(&known.granted, known.user.id, action, target) || known.is_work(action, target),
                Who::System(system) => policy::system_reach(*system, action) == Reach::Yes,
            }
            && self.name_of.as_ref().is_none_or(|user| reaches_over(&user.grants, user.id, action, target))
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
            Who::User(known) => viewer(known.user.id, &known.granted, known.key.as_ref(), known.reading, action),
        }
    }
}

/// What a user sees by the grants that allow an action, within the bounds of the key that they show.
fn viewer(user: Id<User>, granted: &[Grant], key: Option<&Arc<Bounds>>, reading: DeskReading, action: &str) -> Viewer {
    let showing = granted.iter().filter(|g| policy::reach(g.role, action) == Reach::Yes);
    let place = |(section, locale)| Place { section, locale };
    let mut places: Vec<Place> = showing.map(|g| place((g.section, g.locale.clone()))).collect();
    let within = key.filter(|bounds| bounds.is_somewhere());
    if reading == DeskReading::Open && !places.is_empty() {
        // Who reads one desk reads every other, as far as a key lets them.
        places = within.map_or_else(|| vec![place((None, None))], |bounds| bounds.places().into_iter().map(place).collect());
    }
    if places.iter().any(|p| p.section.is_none() && p.locale.is_none()) {
        return Viewer::Desk;
    }
    Viewer::Granted(Arc::new(visibility::Reach { user, places, within: within.cloned() }))
}

/// What a user sees of the desk's articles with a token that is limited to nothing, whoever asks.
#[must_use]
pub fn visibility_of(user: &User, reading: DeskReading) -> Visibility {
    let reads = user.status == UserStatus::Active && reaches_somewhere(&user.grants, ReadArticle::NAME);
    Visibility::new(if reads { viewer(user.id, &user.grants, None, reading, ReadArticle::NAME) } else { Viewer::Public })
}

impl Known {
    /// True when an action is part of the work that the user is assigned, whoever the words belong to and wherever they lie; of that, with an API
    /// key, what lies within its bounds.
    fn is_work(&self, action: &str, target: Target<'_>) -> bool {
        let Scope { article: Some(article), locale: Some(locale), sections, .. } = target.scope else { return false };
        policy::WORK.contains(&action)
            && reaches_somewhere(&self.granted, action)
            && self.work.contains(&(article, locale.clone()))
            && self.key.as_ref().is_none_or(|bounds| bounds.hold(sections, locale))
    }
}

/// True when a user's grants allow an action over everything, so that no work that they are assigned lies outside.
#[must_use]
pub fn works_everywhere(user: &User) -> bool {
    let everywhere = |g: &Grant| g.section.is_none() && g.locale.is_none();
    policy::WORK.iter().all(|action| user.grants.iter().any(|g| everywhere(g) && policy::reach(g.role, action) == Reach::Yes))
}

/// True when one of these grants allows an action anywhere.
fn reaches_somewhere(grants: &[Grant], action: &str) -> bool {
    grants.iter().any(|g| policy::reach(g.role, action) != Reach::No)
}

/// True when one of these grants, which are this user's, allows an action over this.
pub(super) fn reaches_over(grants: &[Grant], user: Id<User>, action: &str, target: Target<'_>) -> bool {
    let own = |reach: Reach| reach == Reach::Yes || (reach == Reach::Own && target.scope.owner == Some(user));
    let covers = |grant: &Grant| {
        grant.section.is_none_or(|s| target.scope.any_section || target.scope.sections.contains(&s))
            && grant.locale.as_ref().is_none_or(|l| target.scope.any_locale || target.scope.locale == Some(l))
    };
    grants.iter().any(|g| own(policy::reach(g.role, action)) && covers(g))
}

/// True when a user may do something somewhere, as they stand now and whoever asks.
#[must_use]
pub fn may_somewhere(user: &User, action: &str) -> bool {
    reaches_somewhere(&user.grants, action)
}
