-- What a published translation was made from, and how far its source has moved on since; derived whenever either is published.
ALTER TABLE editions ADD COLUMN minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE editions ADD COLUMN made_from_locale TEXT;
ALTER TABLE editions ADD COLUMN made_from_version INTEGER;
ALTER TABLE editions ADD COLUMN behind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE editions ADD COLUMN lag TEXT NOT NULL DEFAULT '{"fields":[],"blocks":[]}' CHECK (json_valid(lag));

UPDATE editions SET
    made_from_locale = (SELECT json_extract(r.made_from, '$.locale') FROM translation_revisions r
        WHERE r.article_id = editions.article_id AND r.locale = editions.locale AND r.version = editions.words_version),
    made_from_version = (SELECT json_extract(r.made_from, '$.version') FROM translation_revisions r
        WHERE r.article_id = editions.article_id AND r.locale = editions.locale AND r.version = editions.words_version);
UPDATE editions SET behind = (SELECT COUNT(DISTINCT s.words_version) FROM editions s WHERE s.article_id = editions.article_id
    AND s.locale = editions.made_from_locale AND s.words_version > editions.made_from_version)
    WHERE ended_at IS NULL AND made_from_locale IS NOT NULL;
