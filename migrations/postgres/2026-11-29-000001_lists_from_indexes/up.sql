-- Lists are read from their indexes alone: which edition it is, and when it was published, stand in both.
ALTER TABLE live_listings DROP CONSTRAINT live_listings_pkey;
ALTER TABLE live_listings ADD PRIMARY KEY (facet, locale, published_at, article_id) INCLUDE (edition_id);
DROP INDEX live_listings_updated;
CREATE INDEX live_listings_updated ON live_listings (facet, locale, updated_at, article_id) INCLUDE (published_at, edition_id);
-- Nothing is looked up by edition and facet any more.
DROP INDEX live_listings_by_edition;
CREATE INDEX live_listings_by_edition ON live_listings (edition_id);
-- Lists rely on it that nothing is updated before it is published; what was brought in may have said so.
UPDATE editions SET updated_at = published_at WHERE updated_at < published_at;
UPDATE live_listings SET updated_at = published_at WHERE updated_at < published_at;
