-- Lists say what is live and nothing else: what was published, or ended, beside a move of its section may stand under sections that are
-- not above it any more, and stay there when it has ended.
DELETE FROM live_listings WHERE NOT EXISTS (
    SELECT 1 FROM editions e WHERE e.id = live_listings.edition_id AND e.ended_at IS NULL
);
DELETE FROM live_listings WHERE facet IN (SELECT id FROM sections) AND NOT EXISTS (
    SELECT 1 FROM editions e JOIN sections own ON own.id = e.section_id
        JOIN sections above ON own.path = above.path OR own.path LIKE above.path || '/%'
        WHERE e.id = live_listings.edition_id AND above.id = live_listings.facet
);
INSERT INTO live_listings (facet, locale, published_at, article_id, updated_at, edition_id)
    SELECT above.id, e.locale, e.published_at, e.article_id, e.updated_at, e.id FROM editions e JOIN sections own ON own.id = e.section_id
        JOIN sections above ON own.path = above.path OR own.path LIKE above.path || '/%' WHERE e.ended_at IS NULL
    ON CONFLICT DO NOTHING;
-- An article is taken off its lists by its own name, whichever edition stands there.
DROP INDEX live_listings_by_edition;
CREATE INDEX live_listings_by_article ON live_listings (article_id, locale);
