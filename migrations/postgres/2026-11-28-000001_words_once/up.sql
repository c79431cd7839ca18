-- Words are kept once, in the revision that a working copy or an edition names; an edition has beside them what is derived for readers.
ALTER TABLE translations DROP COLUMN summary, DROP COLUMN body, DROP COLUMN lead_alt, DROP COLUMN lead_caption, DROP COLUMN seo_title,
    DROP COLUMN seo_description;
ALTER TABLE editions DROP COLUMN body;

-- What an edition has is found by the edition.
CREATE TABLE slim_edition_authors (
    edition_id  UUID NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    author_id   UUID NOT NULL REFERENCES authors (id),
    PRIMARY KEY (edition_id, author_id)
);
INSERT INTO slim_edition_authors SELECT edition_id, author_id FROM edition_authors;
DROP TABLE edition_authors;
ALTER TABLE slim_edition_authors RENAME TO edition_authors;
CREATE INDEX edition_authors_by_author ON edition_authors (author_id);

CREATE TABLE slim_edition_tags (
    edition_id  UUID NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    tag_id      UUID NOT NULL REFERENCES tags (id),
    PRIMARY KEY (edition_id, tag_id)
);
INSERT INTO slim_edition_tags SELECT edition_id, tag_id FROM edition_tags;
DROP TABLE edition_tags;
ALTER TABLE slim_edition_tags RENAME TO edition_tags;
CREATE INDEX edition_tags_by_tag ON edition_tags (tag_id);
