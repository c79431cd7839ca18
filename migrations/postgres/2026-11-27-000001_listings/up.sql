-- Under what each live edition is listed: everything (sixteen zero bytes), its kind (its name's bytes), every section it lies in or below,
-- its authors and its tags. Every public list is a stretch of one of these indexes, however deep its page lies.
CREATE TABLE live_listings (
    facet         UUID     NOT NULL,
    locale        TEXT     NOT NULL,
    published_at  TIMESTAMPTZ NOT NULL,
    article_id    UUID     NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    edition_id    UUID     NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    PRIMARY KEY (facet, locale, published_at, article_id)
);
CREATE INDEX live_listings_updated ON live_listings (facet, locale, updated_at, article_id, edition_id);
CREATE INDEX live_listings_by_edition ON live_listings (edition_id, facet);

INSERT INTO live_listings
    SELECT f.facet, e.locale, e.published_at, e.article_id, e.updated_at, e.id FROM editions e JOIN (
        SELECT id AS edition_id, '00000000-0000-0000-0000-000000000000'::uuid AS facet FROM editions
        UNION SELECT id, CASE kind WHEN 'story' THEN '73746f72-7900-0000-0000-000000000000'::uuid WHEN 'video' THEN '76696465-6f00-0000-0000-000000000000'::uuid
            WHEN 'gallery' THEN '67616c6c-6572-7900-0000-000000000000'::uuid ELSE '6c697665-5f62-6c6f-6700-000000000000'::uuid END FROM editions
        UNION SELECT i.id, above.id FROM editions i JOIN sections own ON own.id = i.section_id
            JOIN sections above ON own.path = above.path OR own.path LIKE above.path || '/%'
        UNION SELECT edition_id, author_id FROM edition_authors
        UNION SELECT edition_id, tag_id FROM edition_tags
    ) f ON f.edition_id = e.id WHERE e.ended_at IS NULL;

DROP INDEX editions_live;
DROP INDEX editions_live_updated;
DROP INDEX editions_live_in_section;
CREATE INDEX editions_by_section ON editions (section_id);
