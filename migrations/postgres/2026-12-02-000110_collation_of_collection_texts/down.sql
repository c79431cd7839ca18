ALTER TABLE collection_texts ALTER COLUMN locale TYPE TEXT COLLATE "default";
