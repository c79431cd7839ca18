-- Under what each live edition is listed: everything (sixteen zero bytes), its kind (its name's bytes), every section it lies in or below,
-- its authors and its tags. Every public list is a stretch of one of these indexes, however deep its page lies.
CREATE TABLE live_listings (
    facet         BLOB     NOT NULL CHECK (length(facet) = 16),
    locale        TEXT     NOT NULL,
    published_at  INTEGER NOT NULL,
    article_id    BLOB     NOT NULL,
    updated_at    INTEGER NOT NULL,
    edition_id    BLOB     NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (facet, locale, published_at, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX live_listings_updated ON live_listings (facet, locale, updated_at, article_id, edition_id);
CREATE INDEX live_listings_by_edition ON live_listings (edition_id, facet);

INSERT INTO live_listings
    SELECT f.facet, e.locale, e.published_at, e.article_id, e.updated_at, e.id FROM editions e JOIN (
        SELECT id AS edition_id, x'00000000000000000000000000000000' AS facet FROM editions
        UNION SELECT id, CASE kind WHEN 'story' THEN x'73746f72790000000000000000000000' WHEN 'video' THEN x'766964656f0000000000000000000000'
            WHEN 'gallery' THEN x'67616c6c657279000000000000000000' ELSE x'6c6976655f626c6f6700000000000000' END FROM editions
        UNION SELECT i.id, above.id FROM editions i JOIN sections own ON own.id = i.section_id
            JOIN sections above ON own.path = above.path OR own.path LIKE above.path || '/%'
        UNION SELECT edition_id, author_id FROM edition_authors
        UNION SELECT edition_id, tag_id FROM edition_tags
    ) f ON f.edition_id = e.id WHERE e.ended_at IS NULL;

DROP INDEX editions_live;
DROP INDEX editions_live_updated;
DROP INDEX editions_live_in_section;
CREATE INDEX editions_by_section ON editions (section_id);
