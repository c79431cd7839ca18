DROP INDEX live_listings_by_edition;
CREATE INDEX live_listings_by_edition ON live_listings (edition_id, facet);
DROP INDEX live_listings_updated;
CREATE INDEX live_listings_updated ON live_listings (facet, locale, updated_at, article_id, edition_id);
ALTER TABLE live_listings DROP CONSTRAINT live_listings_pkey;
ALTER TABLE live_listings ADD PRIMARY KEY (facet, locale, published_at, article_id);
