-- Earlier migrations list whatever is live under everything that it may be listed under; what is no news is under its kind alone. Where none of them
-- was undone, nothing changes.
DELETE FROM live_listings WHERE edition_id IN (SELECT id FROM editions WHERE kind = 'page');
INSERT INTO live_listings (facet, locale, published_at, article_id, updated_at, edition_id)
SELECT '70616765-0000-0000-0000-000000000000', locale, published_at, article_id, updated_at, id FROM editions WHERE kind = 'page' AND ended_at IS NULL;
