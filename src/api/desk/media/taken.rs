//! What is common to files that come, on whatever way.

use std::{future::poll_fn, pin::Pin};

use actix_web::{
    http::header::{ContentDisposition, DispositionParam},
    web::{Bytes, BytesMut, Data},
};
use futures_core::Stream;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::MediaInput;
use crate::{
    access::{Action, Permit},
    api::{State, json, problem::Failure, sent},
    domain::media::{StoredFile, file_name},
    media::files::Looked,
};

/// Bytes of a request around the file in it, and of what is said of that.
pub(in crate::api) const AROUND: usize = 131_072;

/// A file that has come whole, with what its sender says of it; it is not kept yet.
pub(super) struct SentFile {
    /// The file.
    pub(super) file: Looked,
    /// What it is called.
    pub(super) name: String,
    /// What is said of it.
    pub(super) said: Option<MediaInput>,
}

impl SentFile {
    /// The file, kept in the store; of what is only tried, as it would be.
    pub(super) async fn kept<A: Action>(file: Looked, state: &Data<State>, permit: &Permit<A>) -> Result<StoredFile, Failure> {
        if permit.caller().rehearses() { Ok(file.to_be_stored()) } else { Ok(state.files.keep(file).await?) }
    }
}

/// The name that a `Content-Disposition` gives a file.
pub(super) fn named(disposition: &ContentDisposition) -> Option<String> {
    let name = disposition.parameters.iter().find_map(|parameter| match parameter {
        DispositionParam::FilenameExt(name) => Some(String::from_utf8_lossy(&name.value).into_owned()),
        _ => None,
    });
    let name = name.or_else(|| {
        disposition.get_filename().map(|name| percent_decode_str(name).decode_utf8().map_or_else(|_| name.to_owned(), Into::into))
    });
    file_name(&name?)
}

/// The next piece of what comes.
pub(super) async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

/// The JSON that comes.
pub(super) async fn json_of<S, E>(mut stream: S, broken: impl Fn(E) -> Failure) -> Result<Value, Failure>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    let mut whole = BytesMut::new();
    while let Some(bytes) = next(&mut stream).await {
        let bytes = bytes.map_err(&broken)?;
        if whole.len().saturating_add(bytes.len()) > AROUND {
            return Err(Failure::TooLarge);
        }
        whole.extend_from_slice(&bytes);
    }
    let value = json::read(&whole)?;
    sent::check(&value)?;
    Ok(value)
}
