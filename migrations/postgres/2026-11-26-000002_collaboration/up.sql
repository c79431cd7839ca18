-- Who works on the words of an article in a locale, whether there are any yet or not.
CREATE TABLE assignments (
    article_id   UUID     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale       TEXT     NOT NULL REFERENCES locales (locale),
    user_id      UUID     NOT NULL REFERENCES users (id),
    due_at       TIMESTAMPTZ,
    assigned_by  UUID     REFERENCES users (id),
    assigned_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (article_id, locale)
);
CREATE INDEX assignments_by_user ON assignments (user_id);

-- What the desk says to itself about an article: a thread begins without a parent, and a reply names its thread.
CREATE TABLE comments (
    id           UUID     NOT NULL PRIMARY KEY,
    article_id   UUID     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    parent_id    UUID     REFERENCES comments (id) ON DELETE CASCADE,
    locale       TEXT,
    block_id     TEXT,
    text         TEXT     NOT NULL,
    created_by   UUID     REFERENCES users (id),
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL,
    resolved_by  UUID     REFERENCES users (id),
    resolved_at  TIMESTAMPTZ,
    version      INTEGER  NOT NULL
);
CREATE INDEX comments_by_article ON comments (article_id, created_at, id);
CREATE INDEX comments_by_parent ON comments (parent_id);
