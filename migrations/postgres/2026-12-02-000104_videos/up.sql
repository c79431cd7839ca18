-- The captions of a video, by locale, as WebVTT; an item has beside itself which versions of them there are.
CREATE TABLE media_captions (
    media_id  UUID  NOT NULL REFERENCES media (id) ON DELETE CASCADE,
    locale    TEXT  NOT NULL,
    vtt       TEXT  NOT NULL,
    PRIMARY KEY (media_id, locale)
);
ALTER TABLE media ADD COLUMN captions JSONB NOT NULL DEFAULT '{}';
