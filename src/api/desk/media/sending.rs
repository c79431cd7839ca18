//! Files on their way in: as the body of a request, as a part of a form, or from where a request says.

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{
        Method,
        header::{CONTENT_DISPOSITION, ContentDisposition, HeaderMap},
    },
    web::{BytesMut, Data},
};
use tokio::task::JoinHandle;

use super::{
    MediaInput,
    fetched::fetched,
    taken::{SentFile, json_of, named, next},
};
use crate::{
    api::{
        State,
        clients::intake,
        extract::{Pending, kind},
        problem::Failure,
        typed::typed,
    },
    domain::{Error, media::UNNAMED},
    media::{files::Looked, storage::Incoming},
};

/// How much of a file is written at once, in bytes.
const BATCH: usize = 262_144;

/// Whether a route takes files, which are handed on as they come.
pub(in crate::api) fn takes_files(pattern: Option<&str>, method: &Method) -> bool {
    let all = [("/v1/desk/media", Method::POST), ("/v1/desk/media/{id}/file", Method::PUT), ("/v1/desk/uploads/{id}", Method::PATCH)];
    all.iter().any(|(path, of)| pattern == Some(path) && method == of)
}

/// A file that comes: the batch before is written while the next one is waited for.
struct Writing {
    most: u64,
    came: u64,
    batch: BytesMut,
    under_way: JoinHandle<Result<Incoming, Error>>,
}

impl Writing {
    fn begin(state: &Data<State>) -> Self {
        let state = state.clone();
        let most = state.files.most_bytes();
        Self { most, came: 0, batch: BytesMut::new(), under_way: tokio::task::spawn_blocking(move || state.files.begin()) }
    }

    async fn add(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.came = self.came.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.came > self.most {
            return Err(Failure::TooLarge);
        }
        self.batch.extend_from_slice(bytes);
        if self.batch.len() >= BATCH {
            self.write().await?;
        }
        Ok(())
    }

    /// Have what has come written, once what came before is.
    async fn write(&mut self) -> Result<(), Failure> {
        let batch = self.batch.split().freeze();
        let mut incoming = (&mut self.under_way).await.map_err(Error::internal)??;
        self.under_way = tokio::task::spawn_blocking(move || {
            incoming.write(&batch)?;
            Ok(incoming)
        });
        Ok(())
    }

    async fn looked_into(mut self, state: &Data<State>) -> Result<Looked, Failure> {
        self.write().await?;
        let incoming = self.under_way.await.map_err(Error::internal)??;
        Ok(state.files.look_into(incoming).await?)
    }
}

fn name_of(headers: &HeaderMap) -> String {
    let disposition = headers.get(CONTENT_DISPOSITION).and_then(|value| ContentDisposition::from_raw(value).ok());
    disposition.as_ref().and_then(named).unwrap_or_else(|| UNNAMED.to_owned())
}

fn in_form(error: MultipartError) -> Failure {
    match error {
        MultipartError::Payload(error) => intake::failure(&error),
        other => Failure::malformed("#", "form", format!("not a form of the type multipart/form-data: {other}")),
    }
}

async fn bare(req: &HttpRequest, mut payload: Payload, state: &Data<State>) -> Result<SentFile, Failure> {
    let mut writing = Writing::begin(state);
    while let Some(bytes) = next(&mut payload).await {
        writing.add(&bytes.map_err(|error| intake::failure(&error))?).await?;
    }
    Ok(SentFile { file: writing.looked_into(state).await?, name: name_of(req.headers()), said: None })
}

async fn form(req: &HttpRequest, payload: Payload, state: &Data<State>) -> Result<SentFile, Failure> {
    let mut form = Multipart::new(req.headers(), payload);
    let (mut file, mut name, mut said) = (None, UNNAMED.to_owned(), None);
    while let Some(field) = next(&mut form).await {
        let mut field = field.map_err(in_form)?;
        match field.name() {
            Some("file") if file.is_none() => {
                name = field.content_disposition().and_then(named).unwrap_or(name);
                let mut writing = Writing::begin(state);
                while let Some(bytes) = next(&mut field).await {
                    writing.add(&bytes.map_err(in_form)?).await?;
                }
                file = Some(writing.looked_into(state).await?);
            }
            Some("description") if said.is_none() => said = Some(description(field).await?),
            _ => return Err(Failure::malformed("#", "part", "a form has one part `file`, and may have one part `description`")),
        }
    }
    let file = file.ok_or_else(|| Failure::from(Error::invalid("#/file", "required", "a form has one part `file`")))?;
    Ok(SentFile { file, name, said })
}

async fn description(field: Field) -> Result<MediaInput, Failure> {
    let value = json_of(field, in_form).await?;
    Ok(typed::<MediaInput>(&value).map_err(|refused| refused.under("#/description"))?)
}

impl FromRequest for SentFile {
    type Error = Failure;
    type Future = Pending<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let state = req.app_data::<Data<State>>().cloned().ok_or_else(|| Error::internal("the service has no state"))?;
            match kind(&req).as_str() {
                "multipart/form-data" => form(&req, payload, &state).await,
                "application/json" => fetched(payload, &state).await,
                _ => bare(&req, payload, &state).await,
            }
        })
    }
}
