CREATE TABLE wide_translations (
    article_id         BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale             TEXT     NOT NULL REFERENCES locales (locale),
    slug               TEXT     NOT NULL,
    headline           TEXT     NOT NULL,
    summary            TEXT     NOT NULL,
    body               TEXT     NOT NULL CHECK (json_valid(body)),
    lead_alt           TEXT     NOT NULL,
    lead_caption       TEXT     NOT NULL,
    seo_title          TEXT     NOT NULL,
    seo_description    TEXT     NOT NULL,
    state              TEXT     NOT NULL CHECK (state IN ('draft', 'in_review', 'approved')),
    made_from_locale   TEXT,
    made_from_version  INTEGER,
    version            INTEGER  NOT NULL,
    updated_by         BLOB     REFERENCES users (id),
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    PRIMARY KEY (article_id, locale)
) STRICT;
INSERT INTO wide_translations SELECT t.article_id, t.locale, t.slug, t.headline, r.words ->> '$.summary', r.words -> '$.body',
    r.words ->> '$.lead.alt', r.words ->> '$.lead.caption', r.words ->> '$.seo.title', r.words ->> '$.seo.description', t.state,
    t.made_from_locale, t.made_from_version, t.version, t.updated_by, t.created_at, t.updated_at FROM translations t
    JOIN translation_revisions r ON r.article_id = t.article_id AND r.locale = t.locale AND r.version = t.version;
DROP TABLE translations;
ALTER TABLE wide_translations RENAME TO translations;
CREATE INDEX translations_by_locale ON translations (locale, state);

ALTER TABLE editions ADD COLUMN body TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(body));
UPDATE editions SET body = (SELECT r.words -> '$.body' FROM translation_revisions r
    WHERE r.article_id = editions.article_id AND r.locale = editions.locale AND r.version = editions.words_version);

CREATE TABLE old_edition_authors (
    author_id   BLOB NOT NULL REFERENCES authors (id),
    edition_id  BLOB NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (author_id, edition_id)
) STRICT;
INSERT INTO old_edition_authors SELECT author_id, edition_id FROM edition_authors;
DROP TABLE edition_authors;
ALTER TABLE old_edition_authors RENAME TO edition_authors;

CREATE TABLE old_edition_tags (
    tag_id      BLOB NOT NULL REFERENCES tags (id),
    edition_id  BLOB NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (tag_id, edition_id)
) STRICT;
INSERT INTO old_edition_tags SELECT tag_id, edition_id FROM edition_tags;
DROP TABLE edition_tags;
ALTER TABLE old_edition_tags RENAME TO edition_tags;
