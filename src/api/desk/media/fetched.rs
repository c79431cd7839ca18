//! Files that are fetched from where a request says.

use std::sync::Arc;

use actix_web::{
    dev::Payload,
    http::header::{ContentDisposition, HeaderValue},
    web::Data,
};
use percent_encoding::percent_decode_str;

use super::{
    MediaFrom,
    taken::{SentFile, json_of, named},
};
use crate::{
    api::{State, clients::intake, problem::Failure, typed::typed},
    domain::{
        Error,
        media::{UNNAMED, file_name},
    },
    fetching::{FetchFault, Fetched},
};

/// Where a request says that the file lies.
const FROM: &str = "#/from";

/// The file that a request names, once it has come.
pub(super) async fn fetched(payload: Payload, state: &Data<State>) -> Result<SentFile, Failure> {
    let value = json_of(payload, |error| intake::failure(&error)).await?;
    let MediaFrom { from, description } = typed(&value)?;
    // Held as long as somebody waits for the answer: what nobody waits for is not fetched on.
    let asked = Arc::new(());
    let (asking, waited_for) = (state.clone(), Arc::downgrade(&asked));
    let fetched = tokio::task::spawn_blocking(move || {
        let mut incoming = None;
        let fetched = asking.fetcher.fetch(&from, asking.files.most_bytes(), &mut |bytes| {
            if waited_for.strong_count() == 0 {
                return Err(Error::Busy);
            }
            if bytes.is_empty() {
                return Ok(());
            }
            let mut begun = incoming.take().map_or_else(|| asking.files.begin(), Ok)?;
            begun.write(bytes)?;
            incoming = Some(begun);
            Ok(())
        });
        let fetched = fetched.map_err(|fault| match fault {
            FetchFault::Large => Failure::TooLarge,
            other => other.at(FROM).into(),
        })?;
        // What is empty is no file, and is told so as of any other.
        let incoming = incoming.map_or_else(|| asking.files.begin(), Ok)?;
        let name = name_of(&fetched);
        Ok::<_, Failure>((incoming, name))
    });
    let (incoming, name) = fetched.await.map_err(Error::internal)??;
    drop(asked);
    Ok(SentFile { file: state.files.look_into(incoming).await?, name, said: description })
}

/// What it is called where it lies, and otherwise by the end of its address.
fn name_of(fetched: &Fetched) -> String {
    let disposition = fetched.disposition.as_ref().and_then(|text| HeaderValue::from_bytes(text.as_bytes()).ok());
    let said = disposition.and_then(|value| ContentDisposition::from_raw(&value).ok()).as_ref().and_then(named);
    let end = || fetched.url.path_segments()?.next_back().and_then(|end| file_name(&percent_decode_str(end).decode_utf8_lossy()));
    said.or_else(end).unwrap_or_else(|| UNNAMED.to_owned())
}
