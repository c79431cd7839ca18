-- Content, publication and access. Ids are 16 bytes, instants microseconds since 1970, documents JSON text.

CREATE TABLE site (
    id              INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    name            TEXT     NOT NULL,
    url             TEXT     NOT NULL,
    default_locale  TEXT     NOT NULL,
    time_zone       TEXT     NOT NULL,
    url_pattern     TEXT     NOT NULL,
    review          TEXT     NOT NULL CHECK (review IN ('optional', 'required')),
    credit_labels   TEXT     NOT NULL CHECK (json_valid(credit_labels)),
    version         INTEGER  NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE locales (
    locale            TEXT    NOT NULL PRIMARY KEY,
    name              TEXT    NOT NULL,
    direction         TEXT    NOT NULL CHECK (direction IN ('ltr', 'rtl')),
    fallback          TEXT    NOT NULL CHECK (json_valid(fallback)),
    words_per_minute  INTEGER NOT NULL,
    position          INTEGER NOT NULL,
    version           INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id               BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    email            TEXT     NOT NULL,
    name             TEXT     NOT NULL,
    status           TEXT     NOT NULL CHECK (status IN ('active', 'suspended')),
    password_hash    TEXT     NOT NULL,
    session_version  INTEGER  NOT NULL,
    version          INTEGER  NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_email_key ON users (email);

-- A section's path holds the ids above it and its own, parted by slashes, so that a subtree and a breadcrumb need no recursion.
CREATE TABLE sections (
    id          BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    parent_id   BLOB     REFERENCES sections (id),
    path        TEXT     NOT NULL,
    position    INTEGER  NOT NULL,
    version     INTEGER  NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX sections_by_parent ON sections (parent_id, position);

CREATE TABLE grants (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role        TEXT NOT NULL CHECK (role IN ('contributor', 'translator', 'editor', 'chief', 'admin')),
    section_id  BLOB REFERENCES sections (id),
    locale      TEXT REFERENCES locales (locale)
) STRICT;
CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_section ON grants (section_id);
CREATE INDEX grants_by_locale ON grants (locale);

CREATE TABLE authors (
    id          BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind        TEXT     NOT NULL CHECK (kind IN ('person', 'desk', 'agency')),
    version     INTEGER  NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE tags (
    id          BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind        TEXT     NOT NULL CHECK (kind IN ('topic', 'person', 'place', 'organisation')),
    version     INTEGER  NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

-- What sections, authors and tags are called: one table, so that one read names everything on a page.
CREATE TABLE names (
    target_id  BLOB NOT NULL,
    locale     TEXT NOT NULL REFERENCES locales (locale),
    name       TEXT NOT NULL,
    slug       TEXT NOT NULL,
    about      TEXT NOT NULL,
    PRIMARY KEY (target_id, locale)
) STRICT;
CREATE INDEX names_by_locale ON names (locale);

-- One registry of addresses. A row that was public stays for ever, and says whose the slug was.
CREATE TABLE addresses (
    locale     TEXT    NOT NULL,
    slug       TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('section', 'author', 'tag', 'article')),
    target_id  BLOB    NOT NULL,
    public     INTEGER NOT NULL,
    CONSTRAINT addresses_key PRIMARY KEY (locale, slug)
) STRICT;
CREATE INDEX addresses_by_target ON addresses (target_id, locale);

CREATE TABLE articles (
    id             BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind           TEXT     NOT NULL,
    genre          TEXT     NOT NULL,
    section_id     BLOB     NOT NULL REFERENCES sections (id),
    lead           TEXT,
    source_locale  TEXT     NOT NULL REFERENCES locales (locale),
    embargo_until  INTEGER,
    version        INTEGER  NOT NULL,
    created_by     BLOB     REFERENCES users (id),
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX articles_by_update ON articles (updated_at, id);
CREATE INDEX articles_by_section ON articles (section_id, updated_at, id);
CREATE INDEX articles_by_creator ON articles (created_by, updated_at, id);

CREATE TABLE article_tags (
    article_id  BLOB    NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    tag_id      BLOB    NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article_id, position)
) STRICT;
CREATE INDEX article_tags_by_tag ON article_tags (tag_id, article_id);

CREATE TABLE article_credits (
    article_id  BLOB    NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    role        TEXT    NOT NULL,
    author_id   BLOB    NOT NULL REFERENCES authors (id),
    PRIMARY KEY (article_id, position)
) STRICT;
CREATE INDEX article_credits_by_author ON article_credits (author_id, article_id);

CREATE TABLE article_revisions (
    article_id  BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    version     INTEGER  NOT NULL,
    facts       TEXT     NOT NULL CHECK (json_valid(facts)),
    saved_by    BLOB     REFERENCES users (id),
    saved_at    INTEGER NOT NULL,
    note        TEXT     NOT NULL,
    PRIMARY KEY (article_id, version)
) STRICT;

CREATE TABLE translations (
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
CREATE INDEX translations_by_locale ON translations (locale, state);

CREATE TABLE translation_revisions (
    article_id  BLOB     NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale      TEXT     NOT NULL,
    version     INTEGER  NOT NULL,
    slug        TEXT     NOT NULL,
    words       TEXT     NOT NULL CHECK (json_valid(words)),
    made_from   TEXT,
    saved_by    BLOB     REFERENCES users (id),
    saved_at    INTEGER NOT NULL,
    note        TEXT     NOT NULL,
    PRIMARY KEY (article_id, locale, version)
) STRICT;

CREATE TABLE editions (
    id               BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    article_id       BLOB     NOT NULL REFERENCES articles (id),
    locale           TEXT     NOT NULL REFERENCES locales (locale),
    kind             TEXT     NOT NULL,
    genre            TEXT     NOT NULL,
    section_id       BLOB     NOT NULL REFERENCES sections (id),
    facts            TEXT     NOT NULL CHECK (json_valid(facts)),
    facts_version    INTEGER  NOT NULL,
    slug             TEXT     NOT NULL,
    headline         TEXT     NOT NULL,
    summary          TEXT     NOT NULL,
    lead_alt         TEXT     NOT NULL,
    lead_caption     TEXT     NOT NULL,
    seo_title        TEXT     NOT NULL,
    seo_description  TEXT     NOT NULL,
    body             TEXT     NOT NULL CHECK (json_valid(body)),
    html             TEXT     NOT NULL,
    text             TEXT     NOT NULL,
    words_version    INTEGER  NOT NULL,
    word_count       INTEGER  NOT NULL,
    reading_minutes  INTEGER  NOT NULL,
    published_at     INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    started_at       INTEGER NOT NULL,
    ended_at         INTEGER
) STRICT;
-- At most one live edition of an article in a locale.
CREATE UNIQUE INDEX editions_live_key ON editions (article_id, locale) WHERE ended_at IS NULL;
CREATE INDEX editions_live ON editions (locale, published_at, article_id) WHERE ended_at IS NULL;
CREATE INDEX editions_live_updated ON editions (locale, updated_at, article_id) WHERE ended_at IS NULL;
CREATE INDEX editions_live_in_section ON editions (section_id, locale, published_at, article_id) WHERE ended_at IS NULL;
CREATE INDEX editions_by_article ON editions (article_id, locale, started_at);

CREATE TABLE edition_authors (
    author_id   BLOB NOT NULL REFERENCES authors (id),
    edition_id  BLOB NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (author_id, edition_id)
) STRICT;

CREATE TABLE edition_tags (
    tag_id      BLOB NOT NULL REFERENCES tags (id),
    edition_id  BLOB NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (tag_id, edition_id)
) STRICT;

-- The change log, gapless and in commit order; the counter hands out its numbers under a lock held to the commit.
CREATE TABLE changes (
    seq         INTEGER   NOT NULL PRIMARY KEY,
    at          INTEGER NOT NULL,
    audience    TEXT     NOT NULL CHECK (audience IN ('public', 'desk')),
    event       TEXT     NOT NULL,
    kind        TEXT     NOT NULL,
    subject_id  BLOB,
    locale      TEXT,
    actor       TEXT     NOT NULL,
    request_id  TEXT     NOT NULL
) STRICT;
CREATE TABLE change_counter (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  INTEGER   NOT NULL,
    at   INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id          BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id     BLOB     NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scope       TEXT,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    digest      BLOB   NOT NULL PRIMARY KEY,
    session_id  BLOB     NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER
) STRICT;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE signing_keys (
    kid         TEXT     NOT NULL PRIMARY KEY,
    public      BLOB   NOT NULL,
    sealed      BLOB   NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

-- What an import has made: which thing a sender's key stands for, and what it looked like then.
CREATE TABLE imports (
    kind       TEXT NOT NULL,
    key        TEXT NOT NULL,
    target_id  BLOB NOT NULL,
    digest     TEXT NOT NULL,
    versions   TEXT NOT NULL CHECK (json_valid(versions)),
    CONSTRAINT imports_key PRIMARY KEY (kind, key)
) STRICT;
CREATE INDEX imports_by_target ON imports (target_id);

INSERT INTO site VALUES (1, 'Dateline', 'http://127.0.0.1:8080', 'en', 'UTC', '/{locale}/{section}/{slug}', 'optional', '{"reported_by": {"en": "Reported by", "hi": "रिपोर्ट", "bn": "প্রতিবেদন", "kn": "ವರದಿ"}, "written_by": {"en": "Written by", "hi": "लेखन", "bn": "লেখা", "kn": "ಬರಹ"}, "edited_by": {"en": "Edited by", "hi": "संपादन", "bn": "সম্পাদনা", "kn": "ಸಂಪಾದನೆ"}, "translated_by": {"en": "Translated by", "hi": "अनुवाद", "bn": "অনুবাদ", "kn": "ಅನುವಾದ"}, "photo_by": {"en": "Photo by", "hi": "तस्वीर", "bn": "ছবি", "kn": "ಚಿತ್ರ"}, "video_by": {"en": "Video by", "hi": "वीडियो", "bn": "ভিডিও", "kn": "ವೀಡಿಯೊ"}, "source": {"en": "Source", "hi": "स्रोत", "bn": "সূত্র", "kn": "ಮೂಲ"}}', 1, 0);
INSERT INTO locales VALUES ('en', 'English', 'ltr', '[]', 238, 1, 1);
INSERT INTO change_counter VALUES (1, 0, 0);
