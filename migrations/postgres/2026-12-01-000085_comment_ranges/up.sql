-- A thread may be about some words of a block: where they stood in it, in UTF-16 code units, and the words themselves.
ALTER TABLE comments ADD COLUMN range_start INTEGER;
ALTER TABLE comments ADD COLUMN range_end INTEGER;
ALTER TABLE comments ADD COLUMN quote TEXT;
-- Threads across articles: those that are open, and those that are done with.
CREATE INDEX comments_open ON comments (created_at, id) WHERE parent_id IS NULL AND resolved_at IS NULL;
CREATE INDEX comments_done ON comments (created_at, id) WHERE parent_id IS NULL AND resolved_at IS NOT NULL;
