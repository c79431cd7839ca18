-- The registry of addresses holds what is public, or was, and the names of sections, authors and tags. A story that was never published is not in
-- it: its slug is what it hopes for.
DELETE FROM addresses WHERE NOT public;
ALTER TABLE addresses DROP COLUMN public;
CREATE INDEX translations_by_slug ON translations (locale, slug);

-- Which authors readers can find. A site that was there before hides those whom only stories to come name, as a new one does.
ALTER TABLE site ADD COLUMN authors_public TEXT NOT NULL DEFAULT 'when_named' CHECK (authors_public IN ('when_named', 'always'));
