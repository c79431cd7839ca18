-- Files that come in several requests. What has come of one lies in the media store, and is there before it is counted here.
CREATE TABLE uploads (
    id          UUID         NOT NULL PRIMARY KEY,
    user_id     UUID         NOT NULL REFERENCES users (id),
    length      BIGINT       NOT NULL,
    received    BIGINT       NOT NULL CHECK (received BETWEEN 0 AND length),
    name        TEXT         NOT NULL,
    metadata    TEXT         NOT NULL,
    media_id    UUID         REFERENCES media (id) ON DELETE CASCADE,
    fault       TEXT         CHECK (fault IN ('unsupported', 'too-complex', 'broken')),
    detail      TEXT,
    created_at  TIMESTAMPTZ  NOT NULL,
    expires_at  TIMESTAMPTZ  NOT NULL
);
CREATE INDEX uploads_by_user ON uploads (user_id);
CREATE INDEX uploads_by_media ON uploads (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX uploads_by_end ON uploads (expires_at);
