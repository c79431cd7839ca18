-- Words are kept once, in the revision that a working copy or an edition names; an edition has beside them what is derived for readers.
CREATE TABLE slim_translations (
    article_id         BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale             TEXT     NOT NULL REFERENCES locales (locale),
    slug               TEXT     NOT NULL,
    headline           TEXT     NOT NULL,
    state              TEXT     NOT NULL CHECK (state IN ('draft', 'in_review', 'approved')),
    made_from_locale   TEXT,
    made_from_version  INTEGER,
    version            INTEGER  NOT NULL,
    updated_by         BLOB     REFERENCES users (id),
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    PRIMARY KEY (article_id, locale)
) STRICT, WITHOUT ROWID;
INSERT INTO slim_translations SELECT article_id, locale, slug, headline, state, made_from_locale, made_from_version, version, updated_by,
    created_at, updated_at FROM translations;
DROP TABLE translations;
ALTER TABLE slim_translations RENAME TO translations;
CREATE INDEX translations_by_locale ON translations (locale, state);

ALTER TABLE editions DROP COLUMN body;

-- Small rows live in the index that finds them; what an edition has is found by the edition.
CREATE TABLE slim_edition_authors (
    edition_id  BLOB NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    author_id   BLOB NOT NULL REFERENCES authors (id),
    PRIMARY KEY (edition_id, author_id)
) STRICT, WITHOUT ROWID;
INSERT INTO slim_edition_authors SELECT edition_id, author_id FROM edition_authors;
DROP TABLE edition_authors;
ALTER TABLE slim_edition_authors RENAME TO edition_authors;
CREATE INDEX edition_authors_by_author ON edition_authors (author_id);

CREATE TABLE slim_edition_tags (
    edition_id  BLOB NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    tag_id      BLOB NOT NULL REFERENCES tags (id),
    PRIMARY KEY (edition_id, tag_id)
) STRICT, WITHOUT ROWID;
INSERT INTO slim_edition_tags SELECT edition_id, tag_id FROM edition_tags;
DROP TABLE edition_tags;
ALTER TABLE slim_edition_tags RENAME TO edition_tags;
CREATE INDEX edition_tags_by_tag ON edition_tags (tag_id);

CREATE TABLE slim_article_tags (
    article_id  BLOB    NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    tag_id      BLOB    NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO slim_article_tags SELECT article_id, position, tag_id FROM article_tags;
DROP TABLE article_tags;
ALTER TABLE slim_article_tags RENAME TO article_tags;
CREATE INDEX article_tags_by_tag ON article_tags (tag_id, article_id);

CREATE TABLE slim_article_credits (
    article_id  BLOB    NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    role        TEXT    NOT NULL,
    author_id   BLOB    NOT NULL REFERENCES authors (id),
    PRIMARY KEY (article_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO slim_article_credits SELECT article_id, position, role, author_id FROM article_credits;
DROP TABLE article_credits;
ALTER TABLE slim_article_credits RENAME TO article_credits;
CREATE INDEX article_credits_by_author ON article_credits (author_id, article_id);

CREATE TABLE slim_addresses (
    locale     TEXT    NOT NULL,
    slug       TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('section', 'author', 'tag', 'article')),
    target_id  BLOB    NOT NULL,
    public     INTEGER NOT NULL,
    CONSTRAINT addresses_key PRIMARY KEY (locale, slug)
) STRICT, WITHOUT ROWID;
INSERT INTO slim_addresses SELECT locale, slug, kind, target_id, public FROM addresses;
DROP TABLE addresses;
ALTER TABLE slim_addresses RENAME TO addresses;
CREATE INDEX addresses_by_target ON addresses (target_id, locale);
