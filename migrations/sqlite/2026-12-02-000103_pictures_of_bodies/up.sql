-- The words whose working copies show an item of the media library in their body.
CREATE TABLE translation_media (
    media_id    BLOB  NOT NULL REFERENCES media (id),
    article_id  BLOB  NOT NULL,
    locale      TEXT  NOT NULL,
    PRIMARY KEY (media_id, article_id, locale),
    FOREIGN KEY (article_id, locale) REFERENCES translations (article_id, locale) ON UPDATE CASCADE ON DELETE CASCADE
) STRICT;
CREATE INDEX translation_media_by_translation ON translation_media (article_id, locale);

-- What an edition's body shows of the library: what it is listed under, as by its lead.
ALTER TABLE editions ADD COLUMN media TEXT NOT NULL DEFAULT '[]';
