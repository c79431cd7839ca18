//! Fetching what somebody else names: the one way in which the server asks an address that a request gave it.
//!
//! **Context.** Whoever may name an address makes the server ask from where it stands: inside a network, beside databases, consoles and the metadata of a cloud. Others
//! who mended this mended it again: for names that lead inside, names that lead elsewhere when they are asked for twice, redirects, and spellings. **Decision.** An
//! address is read by one parser (WHATWG, as browsers do); its host is looked up once; it is refused unless all that it leads to is public; and the connection is made to
//! these addresses and to nothing that anybody looks up again. Each redirect begins anew. **Consequence.** No other parser, resolver or proxy has a say in where a
//! connection goes. What stands inside is asked only when an operator has named it ([`Allowed`]).
//!
//! Nothing is sent that says who asks: no credentials, no cookies, no referrer. Nothing is inflated. All of it is bounded, in bytes and in time.

mod allowed;
mod fault;
mod fetcher;
mod lookup;
mod public;
mod target;
#[cfg(test)]
mod tests;

pub use allowed::Allowed;
pub use fault::FetchFault;
pub use fetcher::{FetchLimits, Fetched, Fetcher, REDIRECTS};
pub use public::is_public;
