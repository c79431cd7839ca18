//! Permits, and what they are granted over.

use std::marker::PhantomData;

use super::{
    action::{Action, ReadArticle},
    caller::{Actor, Caller, Target, reaches_over},
    scope::{Scoped, Whole},
    visibility::Visibility,
};
use crate::domain::{
    Error,
    user::{User, UserStatus},
};

/// Proof that the caller may do `A` somewhere, and see what it is about. There is no other constructor than the policy's yes.
#[derive(Debug)]
pub struct Permit<A> {
    caller: Caller,
    action: PhantomData<fn() -> A>,
}

// What a transaction spent that was undone is there when it is carried out again: a copy is no more than its caller may ask the policy for.
impl<A> Clone for Permit<A> {
    fn clone(&self) -> Self {
        Self { caller: self.caller.clone(), action: PhantomData }
    }
}

/// Proof that `A` was granted over this very thing.
#[derive(Debug)]
pub struct Granted<A, T> {
    object: T,
    caller: Caller,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> TryFrom<Caller> for Permit<A> {
    type Error = Error;
    fn try_from(caller: Caller) -> Result<Self, Error> {
        match [A::NAME, A::READS].into_iter().find(|action| !caller.may_somewhere(action)) {
            Some(missing) => Err(Error::Forbidden(missing)),
            None => Ok(Self { caller, action: PhantomData }),
        }
    }
}

impl<A> Actor for Permit<A> {
    fn caller(&self) -> Option<&Caller> {
        Some(&self.caller)
    }
}

impl Caller {
    /// True when the caller may do `A` over this thing; for rules that depend on what else somebody may do.
    #[must_use]
    pub fn may<A: Action>(&self, object: &impl Scoped) -> bool {
        self.may_somewhere(A::NAME) && self.may_over(A::NAME, Target { scope: object.scope() })
    }
}

impl Caller {
    /// True when whoever asks could do `A` over this thing with any token of theirs, whatever they show now: for rules that keep somebody from gaining a right,
    /// which a token of less rights must not get round.
    #[must_use]
    pub fn could<A: Action>(&self, object: &impl Scoped) -> bool {
        let target = Target { scope: object.scope() };
        self.as_user().map_or_else(|| self.may_over(A::NAME, target), |user| reaches_over(&user.grants, user.id, A::NAME, target))
    }
}

/// True when a user may do `A` over this thing as they stand now, whoever asks: what was handed out once holds no longer than that.
#[must_use]
pub fn still_may<A: Action>(user: &User, object: &impl Scoped) -> bool {
    user.status == UserStatus::Active && reaches_over(&user.grants, user.id, A::NAME, Target { scope: object.scope() })
}

impl<A: Action> Permit<A> {
    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What the caller sees of the desk's articles.
    #[must_use]
    pub fn visibility(&self) -> Visibility {
        self.caller.visibility(ReadArticle::NAME)
    }

    /// What the caller sees by the grants that allow `A` itself.
    #[must_use]
    pub fn own_visibility(&self) -> Visibility {
        self.caller.visibility(A::NAME)
    }

    /// Nothing, when `A` is granted over the whole site: for what lies in no section and no locale.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when it is granted within limits only.
    pub fn everywhere(&self) -> Result<(), Error> {
        self.over(Whole(())).map(|_| ())
    }

    /// The grant of `A` over this thing.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when it lies outside every grant.
    pub fn over<T: Scoped>(&self, object: T) -> Result<Granted<A, T>, Error> {
        if !object.scopes().into_iter().all(|scope| self.caller.may_over(A::NAME, Target { scope })) {
            return Err(Error::Forbidden(A::NAME));
        }
        Ok(Granted { object, caller: self.caller.clone(), action: PhantomData })
    }

    /// The grants of `A` over each thing of a set, all or none. A verb on a set needs over every one of them, before and after, what
    /// it needs over one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when any lies outside every grant.
    pub fn over_all<T: Scoped>(&self, objects: impl IntoIterator<Item = T>) -> Result<Vec<Granted<A, T>>, Error> {
        objects.into_iter().map(|object| self.over(object)).collect()
    }
}

impl<A: Action, T: Scoped> Granted<A, T> {
    /// Apply a rule of the domain. The outcome must be the same thing, still inside the grant: an editor of World
    /// cannot move a story into Crime.
    ///
    /// # Errors
    /// Those of the rule; [`Error::Forbidden`] when the outcome lies outside.
    pub fn try_map(self, rule: impl FnOnce(T) -> Result<T, Error>) -> Result<Self, Error> {
        let (id, locale) = self.object.identity();
        let locale = locale.cloned();
        let object = rule(self.object)?;
        let same = object.identity() == (id, locale.as_ref());
        if !same || !self.caller.may_over(A::NAME, Target { scope: object.scope() }) {
            return Err(Error::Forbidden(A::NAME));
        }
        Ok(Self { object, caller: self.caller, action: PhantomData })
    }
}

impl<A, T> Granted<A, T> {
    /// The thing.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.object
    }

    /// The thing, without the grant.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.object
    }

    /// Who asked.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}
