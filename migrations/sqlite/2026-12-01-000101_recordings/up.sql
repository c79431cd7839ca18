-- What can be heard of a story in a language, and how far it is. The sound that is made has its file in the media store, under the SHA-256 of its bytes, and is
-- there before the row says so; that of a person is an item of the library.
CREATE TABLE recordings (
    article_id   BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale       TEXT     NOT NULL,
    state        TEXT     NOT NULL CHECK (state IN ('none', 'pending', 'ready', 'failed')),
    failure      TEXT     NOT NULL,
    wanted       BLOB     CHECK (length(wanted) = 32),
    spoken       BLOB     CHECK (length(spoken) = 32),
    script       BLOB     CHECK (length(script) = 32),
    digest       BLOB     CHECK (length(digest) = 32),
    sound        TEXT,
    attempts     INTEGER  NOT NULL,
    next_at      INTEGER  NOT NULL,
    holder       BLOB     CHECK (length(holder) = 16),
    held_until   INTEGER,
    media_id     BLOB     REFERENCES media (id),
    recorded_of  BLOB     CHECK (length(recorded_of) = 32),
    recorded_by  BLOB     REFERENCES users (id),
    recorded_at  INTEGER,
    version      INTEGER  NOT NULL,
    updated_at   INTEGER  NOT NULL,
    PRIMARY KEY (article_id, locale)
) STRICT;
CREATE INDEX recordings_due ON recordings (next_at) WHERE state = 'pending';
CREATE INDEX recordings_by_digest ON recordings (digest) WHERE digest IS NOT NULL;
CREATE INDEX recordings_by_media ON recordings (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX recordings_by_recorder ON recordings (recorded_by) WHERE recorded_by IS NOT NULL;

-- Files of the media store that are nobody's any more, until they are removed.
CREATE TABLE dropped_files (
    digest      BLOB     NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    dropped_at  INTEGER  NOT NULL
) STRICT;

-- What the words of an edition come to that are spoken; nothing, of editions from before.
ALTER TABLE editions ADD COLUMN spoken BLOB CHECK (length(spoken) = 32);

-- The voice that reads a locale aloud.
ALTER TABLE locales ADD COLUMN voice TEXT;
