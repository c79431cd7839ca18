DROP INDEX editions_by_section;
CREATE INDEX editions_live ON editions (locale, published_at, article_id) WHERE ended_at IS NULL;
CREATE INDEX editions_live_updated ON editions (locale, updated_at, article_id) WHERE ended_at IS NULL;
CREATE INDEX editions_live_in_section ON editions (section_id, locale, published_at, article_id) WHERE ended_at IS NULL;
DROP TABLE live_listings;
