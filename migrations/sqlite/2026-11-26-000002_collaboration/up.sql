-- Who works on the words of an article in a locale, whether there are any yet or not.
CREATE TABLE assignments (
    article_id   BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale       TEXT     NOT NULL REFERENCES locales (locale),
    user_id      BLOB     NOT NULL REFERENCES users (id),
    due_at       INTEGER,
    assigned_by  BLOB     REFERENCES users (id),
    assigned_at  INTEGER NOT NULL,
    PRIMARY KEY (article_id, locale)
) STRICT;
CREATE INDEX assignments_by_user ON assignments (user_id);

-- What the desk says to itself about an article: a thread begins without a parent, and a reply names its thread.
CREATE TABLE comments (
    id           BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    article_id   BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    parent_id    BLOB     REFERENCES comments (id) ON DELETE CASCADE,
    locale       TEXT,
    block_id     TEXT,
    text         TEXT     NOT NULL,
    created_by   BLOB     REFERENCES users (id),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    resolved_by  BLOB     REFERENCES users (id),
    resolved_at  INTEGER,
    version      INTEGER  NOT NULL
) STRICT;
CREATE INDEX comments_by_article ON comments (article_id, created_at, id);
CREATE INDEX comments_by_parent ON comments (parent_id);
