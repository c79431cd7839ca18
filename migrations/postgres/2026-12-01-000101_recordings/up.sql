-- What can be heard of a story in a language, and how far it is. The sound that is made has its file in the media store, under the SHA-256 of its bytes, and is
-- there before the row says so; that of a person is an item of the library.
CREATE TABLE recordings (
    article_id   UUID         NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale       TEXT         NOT NULL,
    state        TEXT         NOT NULL CHECK (state IN ('none', 'pending', 'ready', 'failed')),
    failure      TEXT         NOT NULL,
    wanted       BYTEA        CHECK (length(wanted) = 32),
    spoken       BYTEA        CHECK (length(spoken) = 32),
    script       BYTEA        CHECK (length(script) = 32),
    digest       BYTEA        CHECK (length(digest) = 32),
    sound        JSONB,
    attempts     INTEGER      NOT NULL,
    next_at      TIMESTAMPTZ  NOT NULL,
    holder       UUID,
    held_until   TIMESTAMPTZ,
    media_id     UUID         REFERENCES media (id),
    recorded_of  BYTEA        CHECK (length(recorded_of) = 32),
    recorded_by  UUID         REFERENCES users (id),
    recorded_at  TIMESTAMPTZ,
    version      INTEGER      NOT NULL,
    updated_at   TIMESTAMPTZ  NOT NULL,
    PRIMARY KEY (article_id, locale)
);
CREATE INDEX recordings_due ON recordings (next_at) WHERE state = 'pending';
CREATE INDEX recordings_by_digest ON recordings (digest) WHERE digest IS NOT NULL;
CREATE INDEX recordings_by_media ON recordings (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX recordings_by_recorder ON recordings (recorded_by) WHERE recorded_by IS NOT NULL;

-- Files of the media store that are nobody's any more, until they are removed.
CREATE TABLE dropped_files (
    digest      BYTEA        NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    dropped_at  TIMESTAMPTZ  NOT NULL
);

-- What the words of an edition come to that are spoken; nothing, of editions from before.
ALTER TABLE editions ADD COLUMN spoken BYTEA CHECK (length(spoken) = 32);

-- The voice that reads a locale aloud.
ALTER TABLE locales ADD COLUMN voice JSONB;
