-- The media library: one row for each item. Its file lies in the media store, under the SHA-256 of its bytes, and is there before the row is.
CREATE TABLE media (
    id                 UUID         NOT NULL PRIMARY KEY,
    digest             BYTEA        NOT NULL CHECK (length(digest) = 32),
    bytes              BIGINT       NOT NULL,
    kind               TEXT         NOT NULL CHECK (kind IN ('image', 'audio', 'video', 'document')),
    file               JSONB        NOT NULL,
    description        JSONB        NOT NULL,
    words              JSONB        NOT NULL,
    usable_from        TIMESTAMPTZ,
    usable_until       TIMESTAMPTZ,
    licence_locales    JSONB        NOT NULL,
    licence_once       BOOLEAN      NOT NULL,
    search_key         TEXT         NOT NULL,
    credit_key         TEXT         NOT NULL,
    taken_down_at      TIMESTAMPTZ,
    taken_down_reason  TEXT,
    version            INTEGER      NOT NULL,
    created_by         UUID         REFERENCES users (id),
    created_at         TIMESTAMPTZ  NOT NULL,
    updated_at         TIMESTAMPTZ  NOT NULL
);
CREATE UNIQUE INDEX media_digest_key ON media (digest);
CREATE INDEX media_by_kind ON media (kind, id);
CREATE INDEX media_by_end ON media (usable_until) WHERE usable_until IS NOT NULL;
CREATE INDEX media_by_uploader ON media (created_by, id);

-- The articles whose working copies show an item. What is live is among the listings.
CREATE TABLE article_media (
    media_id    UUID  NOT NULL REFERENCES media (id),
    article_id  UUID  NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (media_id, article_id)
);
CREATE INDEX article_media_by_article ON article_media (article_id);

-- The sizes and cuts in which pictures are to be had.
ALTER TABLE site ADD COLUMN renditions JSONB NOT NULL DEFAULT '{"ratios":["16x9"],"widths":[320,640,960,1280,1920]}';
