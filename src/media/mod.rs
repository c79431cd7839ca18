//! Files of the media library, looked into, and renditions of pictures.
//!
//! **Context.** What is uploaded comes from anybody, and each decoder of pictures was once a way into a server. **Decision.** A file is what its
//! first bytes say; its parts are walked, and what it would take to decode it is judged, before anything is decoded; lengths that a file declares
//! never decide how much is allocated; readers will only ever see pictures that are made here. **Consequence.** What cannot be looked into within
//! [`Limits`] is refused, and nothing of a file but its pixels and its credit reaches a rendition.
//!
//! Nothing here knows the database or HTTP: a file goes in, facts or a rendition come out.

mod bytes;
mod carrying;
pub mod checking;
mod colour;
mod cropping;
mod decoding;
mod drawers;
pub mod files;
mod formats;
mod kept;
pub mod later;
mod limits;
pub mod looking;
mod metadata;
mod parts;
mod playing;
mod polyglots;
pub mod rendering;
mod scaling;
pub mod storage;
mod wanted;

pub use drawers::give_way;
pub use kept::Content;
pub use limits::Limits;
