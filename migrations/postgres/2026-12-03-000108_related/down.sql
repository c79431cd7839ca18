DROP INDEX changes_audited;
-- The program of before does not know the word.
UPDATE changes SET event = 'revised', reason = 'related: ' || reason WHERE event = 'related';
DROP TABLE related_picks;
DROP TABLE related_choices;
DROP TABLE related_stories;
DROP TABLE related_lists;
