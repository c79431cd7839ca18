-- Editions that say what the one before them said, with blocks elsewhere: they make no translation stale.
ALTER TABLE editions ADD COLUMN moved_only INTEGER NOT NULL DEFAULT 0;
