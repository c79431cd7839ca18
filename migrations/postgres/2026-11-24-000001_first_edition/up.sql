-- Content, publication and access.

CREATE TABLE site (
    id              INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    name            TEXT     NOT NULL,
    url             TEXT     NOT NULL,
    default_locale  TEXT     NOT NULL,
    time_zone       TEXT     NOT NULL,
    url_pattern     TEXT     NOT NULL,
    review          TEXT     NOT NULL CHECK (review IN ('optional', 'required')),
    credit_labels   JSONB     NOT NULL,
    version         INTEGER  NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL
);

CREATE TABLE locales (
    locale            TEXT    NOT NULL PRIMARY KEY,
    name              TEXT    NOT NULL,
    direction         TEXT    NOT NULL CHECK (direction IN ('ltr', 'rtl')),
    fallback          JSONB    NOT NULL,
    words_per_minute  INTEGER NOT NULL,
    position          INTEGER NOT NULL,
    version           INTEGER NOT NULL
);

CREATE TABLE users (
    id               UUID     NOT NULL PRIMARY KEY,
    email            TEXT     NOT NULL,
    name             TEXT     NOT NULL,
    status           TEXT     NOT NULL CHECK (status IN ('active', 'suspended')),
    password_hash    TEXT     NOT NULL,
    session_version  INTEGER  NOT NULL,
    version          INTEGER  NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX users_email_key ON users (email);

-- A section's path holds the ids above it and its own, parted by slashes, so that a subtree and a breadcrumb need no recursion.
CREATE TABLE sections (
    id          UUID     NOT NULL PRIMARY KEY,
    parent_id   UUID     REFERENCES sections (id),
    path        TEXT     NOT NULL,
    position    INTEGER  NOT NULL,
    version     INTEGER  NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);
CREATE INDEX sections_by_parent ON sections (parent_id, position);

CREATE TABLE grants (
    id          UUID NOT NULL PRIMARY KEY,
    user_id     UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role        TEXT NOT NULL CHECK (role IN ('contributor', 'translator', 'editor', 'chief', 'admin')),
    section_id  UUID REFERENCES sections (id),
    locale      TEXT REFERENCES locales (locale)
);
CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_section ON grants (section_id);
CREATE INDEX grants_by_locale ON grants (locale);

CREATE TABLE authors (
    id          UUID     NOT NULL PRIMARY KEY,
    kind        TEXT     NOT NULL CHECK (kind IN ('person', 'desk', 'agency')),
    version     INTEGER  NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);

CREATE TABLE tags (
    id          UUID     NOT NULL PRIMARY KEY,
    kind        TEXT     NOT NULL CHECK (kind IN ('topic', 'person', 'place', 'organisation')),
    version     INTEGER  NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);

-- What sections, authors and tags are called: one table, so that one read names everything on a page.
CREATE TABLE names (
    target_id  UUID NOT NULL,
    locale     TEXT NOT NULL REFERENCES locales (locale),
    name       TEXT NOT NULL,
    slug       TEXT NOT NULL,
    about      TEXT NOT NULL,
    PRIMARY KEY (target_id, locale)
);
CREATE INDEX names_by_locale ON names (locale);

-- One registry of addresses. A row that was public stays for ever, and says whose the slug was.
CREATE TABLE addresses (
    locale     TEXT    NOT NULL,
    slug       TEXT COLLATE "C" NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('section', 'author', 'tag', 'article')),
    target_id  UUID    NOT NULL,
    public     BOOLEAN NOT NULL,
    CONSTRAINT addresses_key PRIMARY KEY (locale, slug)
);
CREATE INDEX addresses_by_target ON addresses (target_id, locale);

CREATE TABLE articles (
    id             UUID     NOT NULL PRIMARY KEY,
    kind           TEXT     NOT NULL,
    genre          TEXT     NOT NULL,
    section_id     UUID     NOT NULL REFERENCES sections (id),
    lead           JSONB,
    source_locale  TEXT     NOT NULL REFERENCES locales (locale),
    embargo_until  TIMESTAMPTZ,
    version        INTEGER  NOT NULL,
    created_by     UUID     REFERENCES users (id),
    created_at     TIMESTAMPTZ NOT NULL,
    updated_at     TIMESTAMPTZ NOT NULL
);
CREATE INDEX articles_by_update ON articles (updated_at, id);
CREATE INDEX articles_by_section ON articles (section_id, updated_at, id);
CREATE INDEX articles_by_creator ON articles (created_by, updated_at, id);

CREATE TABLE article_tags (
    article_id  UUID    NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    tag_id      UUID    NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX article_tags_by_tag ON article_tags (tag_id, article_id);

CREATE TABLE article_credits (
    article_id  UUID    NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    role        TEXT    NOT NULL,
    author_id   UUID    NOT NULL REFERENCES authors (id),
    PRIMARY KEY (article_id, position)
);
CREATE INDEX article_credits_by_author ON article_credits (author_id, article_id);

CREATE TABLE article_revisions (
    article_id  UUID     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    version     INTEGER  NOT NULL,
    facts       JSONB     NOT NULL,
    saved_by    UUID     REFERENCES users (id),
    saved_at    TIMESTAMPTZ NOT NULL,
    note        TEXT     NOT NULL,
    PRIMARY KEY (article_id, version)
);

CREATE TABLE translations (
    article_id         UUID     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale             TEXT     NOT NULL REFERENCES locales (locale),
    slug               TEXT     NOT NULL,
    headline           TEXT     NOT NULL,
    summary            TEXT     NOT NULL,
    body               JSONB     NOT NULL,
    lead_alt           TEXT     NOT NULL,
    lead_caption       TEXT     NOT NULL,
    seo_title          TEXT     NOT NULL,
    seo_description    TEXT     NOT NULL,
    state              TEXT     NOT NULL CHECK (state IN ('draft', 'in_review', 'approved')),
    made_from_locale   TEXT,
    made_from_version  INTEGER,
    version            INTEGER  NOT NULL,
    updated_by         UUID     REFERENCES users (id),
    created_at         TIMESTAMPTZ NOT NULL,
    updated_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (article_id, locale)
);
CREATE INDEX translations_by_locale ON translations (locale, state);

CREATE TABLE translation_revisions (
    article_id  UUID     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale      TEXT     NOT NULL,
    version     INTEGER  NOT NULL,
    slug        TEXT     NOT NULL,
    words       JSONB     NOT NULL,
    made_from   JSONB,
    saved_by    UUID     REFERENCES users (id),
    saved_at    TIMESTAMPTZ NOT NULL,
    note        TEXT     NOT NULL,
    PRIMARY KEY (article_id, locale, version)
);

CREATE TABLE editions (
    id               UUID     NOT NULL PRIMARY KEY,
    article_id       UUID     NOT NULL REFERENCES articles (id),
    locale           TEXT     NOT NULL REFERENCES locales (locale),
    kind             TEXT     NOT NULL,
    genre            TEXT     NOT NULL,
    section_id       UUID     NOT NULL REFERENCES sections (id),
    facts            JSONB     NOT NULL,
    facts_version    INTEGER  NOT NULL,
    slug             TEXT     NOT NULL,
    headline         TEXT     NOT NULL,
    summary          TEXT     NOT NULL,
    lead_alt         TEXT     NOT NULL,
    lead_caption     TEXT     NOT NULL,
    seo_title        TEXT     NOT NULL,
    seo_description  TEXT     NOT NULL,
    body             JSONB     NOT NULL,
    html             TEXT     NOT NULL,
    text             TEXT     NOT NULL,
    words_version    INTEGER  NOT NULL,
    word_count       INTEGER  NOT NULL,
    reading_minutes  INTEGER  NOT NULL,
    published_at     TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    started_at       TIMESTAMPTZ NOT NULL,
    ended_at         TIMESTAMPTZ
);
-- At most one live edition of an article in a locale.
CREATE UNIQUE INDEX editions_live_key ON editions (article_id, locale) WHERE ended_at IS NULL;
CREATE INDEX editions_live ON editions (locale, published_at, article_id) WHERE ended_at IS NULL;
CREATE INDEX editions_live_updated ON editions (locale, updated_at, article_id) WHERE ended_at IS NULL;
CREATE INDEX editions_live_in_section ON editions (section_id, locale, published_at, article_id) WHERE ended_at IS NULL;
CREATE INDEX editions_by_article ON editions (article_id, locale, started_at);

CREATE TABLE edition_authors (
    author_id   UUID NOT NULL REFERENCES authors (id),
    edition_id  UUID NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (author_id, edition_id)
);

CREATE TABLE edition_tags (
    tag_id      UUID NOT NULL REFERENCES tags (id),
    edition_id  UUID NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (tag_id, edition_id)
);

-- The change log, gapless and in commit order; the counter hands out its numbers under a lock held to the commit.
CREATE TABLE changes (
    seq         BIGINT   NOT NULL PRIMARY KEY,
    at          TIMESTAMPTZ NOT NULL,
    audience    TEXT     NOT NULL CHECK (audience IN ('public', 'desk')),
    event       TEXT     NOT NULL,
    kind        TEXT     NOT NULL,
    subject_id  UUID,
    locale      TEXT,
    actor       TEXT     NOT NULL,
    request_id  TEXT     NOT NULL
);
CREATE TABLE change_counter (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  BIGINT   NOT NULL,
    at   TIMESTAMPTZ NOT NULL
);

CREATE TABLE sessions (
    id          UUID     NOT NULL PRIMARY KEY,
    user_id     UUID     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scope       TEXT,
    created_at  TIMESTAMPTZ NOT NULL,
    expires_at  TIMESTAMPTZ NOT NULL,
    revoked_at  TIMESTAMPTZ
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    digest      BYTEA   NOT NULL PRIMARY KEY,
    session_id  UUID     NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at  TIMESTAMPTZ NOT NULL,
    used_at     TIMESTAMPTZ
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE signing_keys (
    kid         TEXT     NOT NULL PRIMARY KEY,
    public      BYTEA   NOT NULL,
    sealed      BYTEA   NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);

-- What an import has made: which thing a sender's key stands for, and what it looked like then.
CREATE TABLE imports (
    kind       TEXT NOT NULL,
    key        TEXT NOT NULL,
    target_id  UUID NOT NULL,
    digest     TEXT NOT NULL,
    versions   JSONB NOT NULL,
    CONSTRAINT imports_key PRIMARY KEY (kind, key)
);
CREATE INDEX imports_by_target ON imports (target_id);

INSERT INTO site VALUES (1, 'Dateline', 'http://127.0.0.1:8080', 'en', 'UTC', '/{locale}/{section}/{slug}', 'optional', '{"reported_by": {"en": "Reported by", "hi": "रिपोर्ट", "bn": "প্রতিবেদন", "kn": "ವರದಿ"}, "written_by": {"en": "Written by", "hi": "लेखन", "bn": "লেখা", "kn": "ಬರಹ"}, "edited_by": {"en": "Edited by", "hi": "संपादन", "bn": "সম্পাদনা", "kn": "ಸಂಪಾದನೆ"}, "translated_by": {"en": "Translated by", "hi": "अनुवाद", "bn": "অনুবাদ", "kn": "ಅನುವಾದ"}, "photo_by": {"en": "Photo by", "hi": "तस्वीर", "bn": "ছবি", "kn": "ಚಿತ್ರ"}, "video_by": {"en": "Video by", "hi": "वीडियो", "bn": "ভিডিও", "kn": "ವೀಡಿಯೊ"}, "source": {"en": "Source", "hi": "स्रोत", "bn": "সূত্র", "kn": "ಮೂಲ"}}', 1, '1970-01-01T00:00:00Z');
INSERT INTO locales VALUES ('en', 'English', 'ltr', '[]', 238, 1, 1);
INSERT INTO change_counter VALUES (1, 0, '1970-01-01T00:00:00Z');
