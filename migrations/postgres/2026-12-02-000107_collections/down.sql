-- The program of before does not know the word.
UPDATE changes SET kind = 'menu' WHERE kind = 'collection';
DELETE FROM imports WHERE kind = 'collection';
ALTER TABLE site DROP COLUMN unique_on_page;
DROP TABLE collection_texts;
DROP TABLE collection_items;
DROP TABLE collections;
