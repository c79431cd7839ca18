-- Corrections are data beside the words: always current, in every language they are told in.
CREATE TABLE corrections (
    id          BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    article_id  BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    kind        TEXT     NOT NULL CHECK (kind IN ('correction', 'clarification', 'update', 'retraction')),
    texts       TEXT     NOT NULL CHECK (json_valid(texts)),
    blocks      TEXT     NOT NULL CHECK (json_valid(blocks)),
    made_at     INTEGER  NOT NULL,
    version     INTEGER  NOT NULL,
    created_by  BLOB     REFERENCES users (id),
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX corrections_by_article ON corrections (article_id, made_at, id);

-- Why an article was taken down, and why that was lifted; what was erased leaves no more than this.
CREATE TABLE takedowns (
    id             BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    article_id     BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    reason         TEXT     NOT NULL,
    taken_by       BLOB     REFERENCES users (id),
    taken_at       INTEGER NOT NULL,
    lifted_reason  TEXT,
    lifted_by      BLOB     REFERENCES users (id),
    lifted_at      INTEGER,
    erased_reason  TEXT,
    erased_by      BLOB     REFERENCES users (id),
    erased_at      INTEGER
) STRICT;
CREATE INDEX takedowns_by_article ON takedowns (article_id, taken_at, id);

-- Working copies that somebody without an account may look at for a while: exactly these revisions.
CREATE TABLE previews (
    id             BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    article_id     BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale         TEXT     NOT NULL,
    words_version  INTEGER  NOT NULL,
    facts_version  INTEGER  NOT NULL,
    created_by     BLOB     REFERENCES users (id),
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    revoked_at     INTEGER
) STRICT;
CREATE INDEX previews_by_article ON previews (article_id, created_at, id);

-- From where a change was made, and the reason that was given for it.
ALTER TABLE changes ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE changes ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX changes_by_actor ON changes (actor, seq);
CREATE INDEX changes_by_subject ON changes (subject_id, seq);
