-- Ordered and compared by code points, as on SQLite.
ALTER TABLE collection_texts ALTER COLUMN locale TYPE TEXT COLLATE "C";
