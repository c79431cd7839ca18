//! Files that come in several requests, one after the other (tus 1.0).
//!
//! **Context.** A connection that breaks off must not cost what has come by it, whichever end of it fails, and a server that is killed answers nobody. **Decision.** What
//! has come counts when it is in the store to stay, and is told as the offset at which to go on; the last byte counts when the file is an item of the
//! library, or was refused: before that a client goes on with it. **Consequence.** Whoever is told that all has come has been told what came of it.

use super::{Error, Id, Instant, error::FileFault, media::MediaId, user::User};

/// For how long an upload is waited for that nothing comes for, in seconds; and for how long is told what came of one.
pub const LIFE: i64 = 24 * 3_600;
/// Uploads of one user that may be unfinished at once.
pub const UNFINISHED: i64 = 100;
/// Of how many files of the largest size all of them together may have the bytes.
pub const UNFINISHED_FILES: u64 = 4;
/// Bytes of the metadata of an upload.
pub const METADATA: usize = 4_096;

/// The id of an upload.
pub type UploadId = Id<Upload>;

/// A file that comes in several requests.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Whose it is: to all others it is not there.
    pub user_id: Id<User>,
    /// How many bytes it will have.
    pub length: u64,
    /// How many have come to stay, from the first one on.
    pub received: u64,
    /// What the file is called.
    pub name: String,
    /// What its sender says of it, as it was sent.
    pub metadata: String,
    /// What came of it, once all has come.
    pub outcome: Option<Outcome>,
    /// When it was begun.
    pub created_at: Instant,
    /// When it is over, unless more of it comes.
    pub expires_at: Instant,
}

/// What came of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An item of the library.
    Item(MediaId),
    /// The file is not taken.
    Refused(FileFault),
}

impl Upload {
    /// The upload, unless its time is over.
    ///
    /// # Errors
    /// [`Error::Gone`].
    pub fn present(self, now: Instant) -> Result<Self, Error> {
        if now < self.expires_at { Ok(self) } else { Err(Error::Gone("upload")) }
    }

    /// At which byte it goes on, when so many are in the store to stay.
    #[must_use]
    pub const fn offset(&self, stored: u64) -> u64 {
        if self.outcome.is_some() { self.length } else { self.counted(stored) }
    }

    /// How many bytes count of those that have come to stay: the last one of the file does not yet.
    #[must_use]
    pub const fn counted(&self, came: u64) -> u64 {
        let most = self.length.saturating_sub(1);
        if came < most { came } else { most }
    }

    /// Nothing, where an upload goes on at this offset.
    ///
    /// # Errors
    /// [`Error::Conflict`] with code `wrong-offset`.
    pub fn goes_on(&self, at: u64, stored: u64) -> Result<(), Error> {
        let offset = self.offset(stored);
        if at == offset {
            return Ok(());
        }
        Err(Error::Conflict { code: "wrong-offset", detail: format!("this upload goes on at {offset}, not at {at}") })
    }
}

/// Nothing, where somebody may begin one more upload, of so many bytes, beside those that are unfinished.
///
/// # Errors
/// [`Error::Conflict`] with code `too-many`.
pub fn may_begin(count: i64, bytes: u64, length: u64, largest: u64) -> Result<(), Error> {
    let most = largest.saturating_mul(UNFINISHED_FILES);
    let detail = if count >= UNFINISHED {
        format!("{UNFINISHED} uploads of one user are unfinished at once; finish or delete one of them")
    } else if bytes.saturating_add(length) > most {
        format!("unfinished uploads of one user have {most} bytes together; finish or delete one of them")
    } else {
        return Ok(());
    };
    Err(Error::Conflict { code: "too-many", detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(received: u64) -> Upload {
        Upload {
            id: uuid::Uuid::nil().into(),
            user_id: uuid::Uuid::nil().into(),
            length: 10,
            received,
            name: "ferry.jpg".to_owned(),
            metadata: String::new(),
            outcome: None,
            created_at: Instant::from_micros(0),
            expires_at: Instant::from_micros(10),
        }
    }

    #[test]
    fn the_last_byte_has_come_when_it_is_known_what_came_of_it() {
        let part = upload(6);
        assert_eq!([0, 5, 9, 10].map(|stored| part.offset(stored)), [0, 5, 9, 9]);
        assert_eq!([0, 8, 9, 10].map(|came| part.counted(came)), [0, 8, 9, 9]);
        assert!(part.goes_on(6, 6).is_ok() && part.goes_on(5, 6).is_err() && part.goes_on(6, 5).is_err());
        let whole = Upload { outcome: Some(Outcome::Refused(FileFault::Broken(String::new()))), ..upload(9) };
        assert_eq!(whole.offset(0), 10);
    }

    #[test]
    fn an_upload_is_over_at_its_instant_and_not_before() {
        assert!(upload(0).present(Instant::from_micros(9)).is_ok());
        assert!(matches!(upload(0).present(Instant::from_micros(10)), Err(Error::Gone(_))));
    }

    #[test]
    fn nobody_leaves_more_unfinished_than_so_many_and_so_much() {
        for (count, bytes, length, may) in
            [(0, 0, 10, true), (UNFINISHED - 1, 30, 10, true), (UNFINISHED, 0, 1, false), (1, 31, 10, false), (1, u64::MAX, 1, false)]
        {
            assert_eq!(may_begin(count, bytes, length, 10).is_ok(), may, "{count} {bytes} {length}");
        }
    }
}
