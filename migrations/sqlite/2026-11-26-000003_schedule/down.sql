DROP TABLE release_items;
DROP TABLE releases;
DROP TABLE plans;
DROP INDEX articles_by_trash;
ALTER TABLE articles DROP COLUMN trashed_at;
ALTER TABLE articles DROP COLUMN withdrawn_at;
