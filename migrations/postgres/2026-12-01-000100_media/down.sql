-- The program of before knows leads that lie elsewhere alone.
DELETE FROM live_listings WHERE facet IN (SELECT id FROM media);
UPDATE articles SET lead = NULL WHERE lead ->> 'media_id' IS NOT NULL;
UPDATE article_revisions SET facts = jsonb_set(facts, '{lead}', 'null') WHERE facts -> 'lead' ->> 'media_id' IS NOT NULL;
UPDATE editions SET facts = jsonb_set(facts, '{lead}', 'null') WHERE facts -> 'lead' ->> 'media_id' IS NOT NULL;
ALTER TABLE site DROP COLUMN renditions;
DROP TABLE article_media;
DROP TABLE media;
