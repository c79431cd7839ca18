-- What leads on from a story. `related_lists` says of each live edition whether its list was found, and which are to be looked for (`due`: 1 again, 2 for it
-- has changed); `related_stories` are the lists, derived, in their order. Choices are of editors: a pick with a place is pinned, one without is banned.
CREATE TABLE related_lists (
    article_id   UUID        NOT NULL,
    locale       TEXT COLLATE "C" NOT NULL,
    edition_id   UUID,
    published_at TIMESTAMPTZ NOT NULL,
    due          INTEGER     NOT NULL,
    due_since    BIGINT      NOT NULL,
    PRIMARY KEY (article_id, locale)
);
CREATE INDEX related_lists_due ON related_lists (due DESC, published_at DESC) WHERE due > 0;
CREATE TABLE related_stories (
    article_id UUID    NOT NULL,
    locale     TEXT COLLATE "C" NOT NULL,
    place      INTEGER NOT NULL,
    other_id   UUID    NOT NULL,
    PRIMARY KEY (article_id, locale, place)
);
CREATE INDEX related_stories_by_other ON related_stories (other_id, article_id, locale);
CREATE TABLE related_choices (
    article_id UUID    NOT NULL PRIMARY KEY REFERENCES articles (id),
    version    INTEGER NOT NULL
);
CREATE TABLE related_picks (
    article_id UUID    NOT NULL REFERENCES articles (id),
    other_id   UUID    NOT NULL REFERENCES articles (id),
    place      INTEGER,
    PRIMARY KEY (article_id, other_id)
);
CREATE INDEX related_picks_by_other ON related_picks (other_id);
-- As they were called before this was undone.
UPDATE changes SET event = 'related', reason = substr(reason, 10) WHERE event = 'revised' AND reason LIKE 'related: %';
-- The audit trail passes over what the server finds: dozens of entries for each story that is published.
CREATE INDEX changes_audited ON changes (seq) WHERE NOT (event = 'related' AND kind = 'translation');
