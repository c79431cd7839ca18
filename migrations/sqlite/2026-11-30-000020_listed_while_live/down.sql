DROP INDEX live_listings_by_article;
CREATE INDEX live_listings_by_edition ON live_listings (edition_id, facet);
