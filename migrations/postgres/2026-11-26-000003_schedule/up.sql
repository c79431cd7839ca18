-- Whether an article was taken down, or lies in the trash.
ALTER TABLE articles ADD COLUMN withdrawn_at TIMESTAMPTZ;
ALTER TABLE articles ADD COLUMN trashed_at TIMESTAMPTZ;
CREATE INDEX articles_by_trash ON articles (trashed_at, id) WHERE trashed_at IS NOT NULL;

-- What is to become public, or to end, at an instant: exactly these revisions. A row that could not be carried out says why.
CREATE TABLE plans (
    id             UUID     NOT NULL PRIMARY KEY,
    article_id     UUID     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale         TEXT     NOT NULL REFERENCES locales (locale),
    verb           TEXT     NOT NULL CHECK (verb IN ('publish', 'unpublish')),
    at             TIMESTAMPTZ  NOT NULL,
    words_version  INTEGER,
    facts_version  INTEGER,
    minor          BOOLEAN  NOT NULL,
    planned_by     UUID     REFERENCES users (id),
    planned_at     TIMESTAMPTZ NOT NULL,
    failed_at      TIMESTAMPTZ,
    failure        TEXT,
    CONSTRAINT plans_key UNIQUE (article_id, locale, verb)
);
CREATE INDEX plans_due ON plans (at, id) WHERE failed_at IS NULL;
CREATE INDEX plans_by_instant ON plans (at, id);

-- Articles and locales that become public together.
CREATE TABLE releases (
    id            UUID     NOT NULL PRIMARY KEY,
    name          TEXT     NOT NULL,
    publish_at    TIMESTAMPTZ,
    published_at  TIMESTAMPTZ,
    failed_at     TIMESTAMPTZ,
    version       INTEGER  NOT NULL,
    created_by    UUID     REFERENCES users (id),
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL
);
CREATE INDEX releases_due ON releases (publish_at, id) WHERE published_at IS NULL AND failed_at IS NULL;
CREATE TABLE release_items (
    release_id     UUID     NOT NULL REFERENCES releases (id) ON DELETE CASCADE,
    position       INTEGER  NOT NULL,
    article_id     UUID     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale         TEXT     NOT NULL REFERENCES locales (locale),
    words_version  INTEGER  NOT NULL,
    facts_version  INTEGER  NOT NULL,
    PRIMARY KEY (release_id, position)
);
CREATE INDEX release_items_by_article ON release_items (article_id, locale);
