ALTER TABLE comment_mentions DROP COLUMN mentioned_at;
