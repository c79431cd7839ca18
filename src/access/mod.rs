//! Who may do what: callers, permits that cannot be forged, the policy, and the tokens that callers show.
//!
//! **Context.** Checks that a handler has to remember are forgotten sooner or later. **Decision.** A desk verb takes
//! a [`Permit`] by value and the store's writes take a [`Granted`]; both come out of the policy and of nothing else.
//! The store's reads take a [`Visibility`], of which only `public()` is free. **Consequence.** What forgets to ask
//! does not compile, and what forgets to look sees less, never more.

pub mod action;
pub mod api_key;
pub mod caller;
pub mod certificate;
pub mod ed25519;
pub mod keys;
pub mod password;
pub mod permit;
pub mod policy;
pub mod rate;
pub mod scope;
pub mod second_factor;
pub mod secret;
pub mod sign_in_attempt;
pub mod throttle;
pub mod token;
pub mod visibility;

pub use action::Action;
pub use caller::{Actor, Bookkeeping, Caller, Myself};
pub use permit::{Granted, Permit};
pub use policy::System;
pub use scope::{Scope, Scoped};
pub use visibility::Visibility;
