-- Whether an article was taken down, or lies in the trash.
ALTER TABLE articles ADD COLUMN withdrawn_at INTEGER;
ALTER TABLE articles ADD COLUMN trashed_at INTEGER;
CREATE INDEX articles_by_trash ON articles (trashed_at, id) WHERE trashed_at IS NOT NULL;

-- What is to become public, or to end, at an instant: exactly these revisions. A row that could not be carried out says why.
CREATE TABLE plans (
    id             BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    article_id     BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale         TEXT     NOT NULL REFERENCES locales (locale),
    verb           TEXT     NOT NULL CHECK (verb IN ('publish', 'unpublish')),
    at             INTEGER  NOT NULL,
    words_version  INTEGER,
    facts_version  INTEGER,
    minor          INTEGER  NOT NULL,
    planned_by     BLOB     REFERENCES users (id),
    planned_at     INTEGER NOT NULL,
    failed_at      INTEGER,
    failure        TEXT,
    CONSTRAINT plans_key UNIQUE (article_id, locale, verb)
) STRICT;
CREATE INDEX plans_due ON plans (at, id) WHERE failed_at IS NULL;
CREATE INDEX plans_by_instant ON plans (at, id);

-- Articles and locales that become public together.
CREATE TABLE releases (
    id            BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name          TEXT     NOT NULL,
    publish_at    INTEGER,
    published_at  INTEGER,
    failed_at     INTEGER,
    version       INTEGER  NOT NULL,
    created_by    BLOB     REFERENCES users (id),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX releases_due ON releases (publish_at, id) WHERE published_at IS NULL AND failed_at IS NULL;
CREATE TABLE release_items (
    release_id     BLOB     NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
    position       INTEGER  NOT NULL,
    article_id     BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale         TEXT     NOT NULL REFERENCES locales (locale),
    words_version  INTEGER  NOT NULL,
    facts_version  INTEGER  NOT NULL,
    PRIMARY KEY (release_id, position)
) STRICT;
CREATE INDEX release_items_by_article ON release_items (article_id, locale);
