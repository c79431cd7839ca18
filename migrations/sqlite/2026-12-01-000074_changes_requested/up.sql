-- Since when changes to words are requested: from then on, until they are handed in again.
ALTER TABLE translations ADD COLUMN changes_requested_at INTEGER;
