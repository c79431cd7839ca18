ALTER TABLE translations ADD COLUMN summary TEXT, ADD COLUMN body JSONB, ADD COLUMN lead_alt TEXT, ADD COLUMN lead_caption TEXT,
    ADD COLUMN seo_title TEXT, ADD COLUMN seo_description TEXT;
UPDATE translations t SET summary = r.words ->> 'summary', body = r.words -> 'body', lead_alt = r.words #>> '{lead,alt}',
    lead_caption = r.words #>> '{lead,caption}', seo_title = r.words #>> '{seo,title}', seo_description = r.words #>> '{seo,description}'
    FROM translation_revisions r WHERE r.article_id = t.article_id AND r.locale = t.locale AND r.version = t.version;
ALTER TABLE translations ALTER COLUMN summary SET NOT NULL, ALTER COLUMN body SET NOT NULL, ALTER COLUMN lead_alt SET NOT NULL,
    ALTER COLUMN lead_caption SET NOT NULL, ALTER COLUMN seo_title SET NOT NULL, ALTER COLUMN seo_description SET NOT NULL;

ALTER TABLE editions ADD COLUMN body JSONB;
UPDATE editions e SET body = r.words -> 'body'
    FROM translation_revisions r WHERE r.article_id = e.article_id AND r.locale = e.locale AND r.version = e.words_version;
ALTER TABLE editions ALTER COLUMN body SET NOT NULL;

CREATE TABLE old_edition_authors (
    author_id   UUID NOT NULL REFERENCES authors (id),
    edition_id  UUID NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (author_id, edition_id)
);
INSERT INTO old_edition_authors SELECT author_id, edition_id FROM edition_authors;
DROP TABLE edition_authors;
ALTER TABLE old_edition_authors RENAME TO edition_authors;

CREATE TABLE old_edition_tags (
    tag_id      UUID NOT NULL REFERENCES tags (id),
    edition_id  UUID NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (tag_id, edition_id)
);
INSERT INTO old_edition_tags SELECT tag_id, edition_id FROM edition_tags;
DROP TABLE edition_tags;
ALTER TABLE old_edition_tags RENAME TO edition_tags;
