-- How often the words of an article in a locale were read, by when: a bucket begins at a second since 1970, and lasts ten minutes, an hour after two of them,
-- six hours after a day. Nothing is known of who read.
CREATE TABLE view_counts (
    bucket      BIGINT  NOT NULL,
    article_id  UUID    NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale      TEXT    NOT NULL,
    views       BIGINT  NOT NULL,
    PRIMARY KEY (bucket, article_id, locale)
);
CREATE INDEX view_counts_by_article ON view_counts (article_id);

-- What is read most in a window, of each facet in each locale, as it was when that was last added up: places from 1 on.
CREATE TABLE most_read (
    in_window   TEXT    NOT NULL,
    facet       UUID    NOT NULL,
    locale      TEXT    NOT NULL,
    place       BIGINT  NOT NULL,
    article_id  UUID    NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (in_window, facet, locale, place)
);
CREATE INDEX most_read_by_article ON most_read (article_id);
