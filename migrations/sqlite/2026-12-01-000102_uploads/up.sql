-- Files that come in several requests. What has come of one lies in the media store, and is there before it is counted here.
CREATE TABLE uploads (
    id          BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id     BLOB     NOT NULL REFERENCES users (id),
    length      INTEGER  NOT NULL,
    received    INTEGER  NOT NULL CHECK (received BETWEEN 0 AND length),
    name        TEXT     NOT NULL,
    metadata    TEXT     NOT NULL,
    media_id    BLOB     REFERENCES media (id) ON DELETE CASCADE,
    fault       TEXT     CHECK (fault IN ('unsupported', 'too-complex', 'broken')),
    detail      TEXT,
    created_at  INTEGER  NOT NULL,
    expires_at  INTEGER  NOT NULL
) STRICT;
CREATE INDEX uploads_by_user ON uploads (user_id);
CREATE INDEX uploads_by_media ON uploads (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX uploads_by_end ON uploads (expires_at);
