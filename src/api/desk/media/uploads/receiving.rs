//! Bytes of an upload on their way in.
//!
//! **Context.** Whoever sends a gigabyte over a bad line loses it, and so does whoever sends it to a server that is killed. **Decision.** What comes is
//! written as it comes, and counted whenever so much is in the store to stay, also where a request breaks off; what comes with a sum counts all or not at all.
//! One request at a time writes to an upload, which a lock in the store says, in whichever process. **Consequence.** Nothing is counted that is not there.

use actix_web::{
    rt,
    web::{Bytes, BytesMut, Data},
};
use futures_core::Stream;

use super::protocol::Checksum;
use crate::{
    access::{Bookkeeping, Permit, action::WriteMedia},
    api::{State, clients::intake, desk::media::taken::next, problem::Failure},
    desk::uploads as desk,
    domain::{
        Error,
        upload::{Outcome, Upload, UploadId},
    },
    media::storage::Receiving,
    store,
};

/// How much of a file is written at once, in bytes.
const BATCH: usize = 262_144;
/// After how many bytes they are counted.
const COUNTED: u64 = 8 << 20;

/// What a request sends of an upload.
#[derive(Debug)]
pub(super) struct Sent {
    /// Of which one.
    pub(super) id: UploadId,
    /// From which byte on.
    pub(super) at: u64,
    /// How many bytes it says that it has.
    pub(super) declared: Option<u64>,
    /// What they are to come to.
    pub(super) checksum: Option<Checksum>,
}

/// What came of an upload already, as it is told to whoever sends more of it.
fn told(upload: Upload) -> Result<Upload, Failure> {
    match &upload.outcome {
        Some(Outcome::Refused(fault)) => Err(Error::File(fault.clone()).into()),
        _ => Ok(upload),
    }
}

/// The upload that a request goes on with, where nothing stands against it yet.
pub(super) async fn expected(state: &Data<State>, permit: &Permit<WriteMedia>, sent: &Sent) -> Result<Upload, Failure> {
    let (id, user) = (sent.id, desk::owner(permit)?);
    let upload = state.store.read(move |tx| store::uploads::find(tx, id, user)).await?;
    let stored = stored(state, &upload).await?;
    upload.goes_on(sent.at, stored)?;
    let room = upload.length.saturating_sub(sent.at);
    if sent.declared.is_some_and(|declared| declared > room) { Err(Failure::TooLarge) } else { Ok(upload) }
}

/// How many bytes of an upload are in the store to stay.
pub(super) async fn stored(state: &Data<State>, upload: &Upload) -> Result<u64, Error> {
    if upload.outcome.is_some() {
        return Ok(upload.length);
    }
    let (state, id, counted) = (state.clone(), upload.id, upload.received);
    store::aside(move || state.files.storage().received(id, counted)).await
}

/// Take in what a request sends, and make an item of the file once it is whole.
pub(super) async fn received<S>(state: Data<State>, permit: Permit<WriteMedia>, sent: Sent, payload: S) -> Result<Upload, Failure>
where
    S: Stream<Item = Result<Bytes, actix_web::error::PayloadError>> + Unpin + 'static,
{
    let upload = expected(&state, &permit, &sent).await?;
    if upload.outcome.is_some() {
        return told(upload);
    }
    // Whoever sends may hang up at any moment: what came until then is counted all the same.
    rt::spawn(async move { taken_in(&state, permit, sent, payload).await }).await.map_err(Error::internal)?
}

async fn taken_in<S>(state: &Data<State>, permit: Permit<WriteMedia>, sent: Sent, payload: S) -> Result<Upload, Failure>
where
    S: Stream<Item = Result<Bytes, actix_web::error::PayloadError>> + Unpin,
{
    let (files, id) = (state.files.clone(), sent.id);
    let receiving = store::aside(move || files.storage().receive(id)).await?;
    // Somebody else may have gone on with it until the lock was ours.
    let upload = expected(state, &permit, &sent).await?;
    if upload.outcome.is_some() {
        return told(upload);
    }
    let at = sent.at;
    let receiving = written(receiving, move |receiving| receiving.go_on(at)).await?;
    let mut writing = Writing { state, upload, came: at, settled: at, batch: BytesMut::new(), receiving: Some(receiving) };
    let broken = writing.take(payload, sent.checksum).await?;
    let Writing { upload, receiving, came, .. } = writing;
    match (broken, receiving) {
        (Some(failure), _) => Err(failure),
        (None, Some(receiving)) if came == upload.length => finished(state, permit, upload, receiving).await,
        (None, _) => Ok(upload),
    }
}

/// Do this with what is received, where waiting is fine.
async fn written(
    mut receiving: Box<dyn Receiving>,
    work: impl FnOnce(&mut dyn Receiving) -> Result<(), Error> + Send + 'static,
) -> Result<Box<dyn Receiving>, Error> {
    store::aside(move || work(&mut *receiving).map(|()| receiving)).await
}

/// Bytes that are written as they come.
struct Writing<'s> {
    state: &'s Data<State>,
    upload: Upload,
    /// Up to which byte they have come.
    came: u64,
    /// Up to which byte they are in the store to stay.
    settled: u64,
    batch: BytesMut,
    receiving: Option<Box<dyn Receiving>>,
}

impl Writing<'_> {
    /// All that comes; what is wrong with it, if it breaks off or does not come to its sum.
    async fn take<S>(&mut self, mut payload: S, mut checksum: Option<Checksum>) -> Result<Option<Failure>, Failure>
    where
        S: Stream<Item = Result<Bytes, actix_web::error::PayloadError>> + Unpin,
    {
        let mut broken = None;
        while let Some(bytes) = next(&mut payload).await {
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err(error) => {
                    broken = Some(intake::failure(&error));
                    break;
                }
            };
            let came = self.came.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            if came > self.upload.length {
                broken = Some(Failure::TooLarge);
                break;
            }
            self.came = came;
            self.batch.extend_from_slice(&bytes);
            if let Some(checksum) = &mut checksum {
                checksum.add(&bytes);
            }
            if self.batch.len() >= BATCH {
                self.write().await?;
            }
            if checksum.is_none() && self.came.saturating_sub(self.settled) >= COUNTED {
                self.count().await?;
            }
        }
        // Of bytes with a sum it is known at their end whether any of them is right.
        match checksum {
            Some(_) if broken.is_some() => return Ok(broken),
            Some(checksum) if !checksum.is_right() => return Ok(Some(Failure::Checksum)),
            _ => self.count().await?,
        }
        Ok(broken)
    }

    async fn write(&mut self) -> Result<(), Error> {
        let batch = self.batch.split().freeze();
        self.with(move |receiving| receiving.write(&batch)).await
    }

    /// Have what came stay, and count it.
    async fn count(&mut self) -> Result<(), Error> {
        self.write().await?;
        self.with(|receiving| receiving.settle()).await?;
        let (before, counted) = (self.upload.clone(), self.upload.counted(self.came));
        self.upload = self.state.store.write(Bookkeeping, move |tx, _| store::uploads::advance(tx, &before, counted)).await?;
        self.settled = self.came;
        Ok(())
    }

    async fn with(&mut self, work: impl FnOnce(&mut dyn Receiving) -> Result<(), Error> + Send + 'static) -> Result<(), Error> {
        // What fails leaves nothing to go on with, and whoever calls this ends then.
        let receiving = self.receiving.take().ok_or_else(|| Error::internal("an upload is written to after a failure"))?;
        self.receiving = Some(written(receiving, work).await?);
        Ok(())
    }
}

/// Look into a file that is whole, and make an item of it; what cannot be done now is begun again when the last byte comes again.
async fn finished(
    state: &Data<State>,
    permit: Permit<WriteMedia>,
    upload: Upload,
    receiving: Box<dyn Receiving>,
) -> Result<Upload, Failure> {
    let id = upload.id;
    let incoming = store::aside(move || receiving.whole()).await?;
    if incoming.bytes() != upload.length {
        return Err(Error::storage("an upload is in the store with another length").into());
    }
    let ended = match state.files.look_into(incoming).await {
        Ok(looked) => {
            let file = state.files.keep(looked).await?;
            state.store.write(permit, move |tx, permit| desk::finish(tx, permit, id, file.clone())).await?
        }
        Err(Error::File(fault)) => {
            let outcome = Outcome::Refused(fault);
            let told = outcome.clone();
            state.store.write(permit, move |tx, permit| desk::refuse(tx, permit, id, &told)).await?;
            Upload { outcome: Some(outcome), ..upload }
        }
        Err(other) => return Err(other.into()),
    };
    forget(state, id).await;
    told(ended)
}

/// Remove what has come of an upload that is over; what cannot be removed now the sweeper finds.
pub(super) async fn forget(state: &Data<State>, id: UploadId) {
    let files = state.files.clone();
    if let Err(error) = store::aside(move || files.storage().forget(id)).await {
        tracing::warn!(error = %error, "what has come of an upload was left behind");
    }
}
