-- The program of before does not know the word; that of after finds it again.
UPDATE changes SET kind = 'menu', reason = 'collection: ' || reason WHERE kind = 'collection';
ALTER TABLE site DROP COLUMN unique_on_page;
DROP TABLE collection_texts;
DROP TABLE collection_items;
DROP TABLE collections;
