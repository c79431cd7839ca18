-- What leads on from a story. `related_lists` says of each live edition whether its list was found, and which are to be looked for (`due`: 1 again, 2 for it
-- has changed); `related_stories` are the lists, derived, in their order. Choices are of editors: a pick with a place is pinned, one without is banned.
CREATE TABLE related_lists (
    article_id   BLOB    NOT NULL CHECK (length(article_id) = 16),
    locale       TEXT    NOT NULL,
    edition_id   BLOB,
    published_at INTEGER NOT NULL,
    due          INTEGER NOT NULL,
    due_since    INTEGER NOT NULL,
    PRIMARY KEY (article_id, locale)
) STRICT;
CREATE INDEX related_lists_due ON related_lists (due DESC, published_at DESC) WHERE due > 0;
CREATE TABLE related_stories (
    article_id BLOB    NOT NULL CHECK (length(article_id) = 16),
    locale     TEXT    NOT NULL,
    place      INTEGER NOT NULL,
    other_id   BLOB    NOT NULL CHECK (length(other_id) = 16),
    PRIMARY KEY (article_id, locale, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX related_stories_by_other ON related_stories (other_id, article_id, locale);
CREATE TABLE related_choices (
    article_id BLOB    NOT NULL PRIMARY KEY REFERENCES articles (id),
    version    INTEGER NOT NULL
) STRICT;
CREATE TABLE related_picks (
    article_id BLOB    NOT NULL REFERENCES articles (id),
    other_id   BLOB    NOT NULL REFERENCES articles (id),
    place      INTEGER,
    PRIMARY KEY (article_id, other_id)
) STRICT;
CREATE INDEX related_picks_by_other ON related_picks (other_id);
-- As they were called before this was undone.
UPDATE changes SET event = 'related', reason = substr(reason, 10) WHERE event = 'revised' AND reason LIKE 'related: %';
-- The audit trail passes over what the server finds: dozens of entries for each story that is published.
CREATE INDEX changes_audited ON changes (seq) WHERE NOT (event = 'related' AND kind = 'translation');
