-- Since when somebody is mentioned: a comment that is rewritten mentions others later. Of those from before it is not known, and taken for when it was written.
ALTER TABLE comment_mentions ADD COLUMN mentioned_at TIMESTAMPTZ;
UPDATE comment_mentions SET mentioned_at = c.created_at FROM comments c WHERE c.id = comment_mentions.comment_id;
ALTER TABLE comment_mentions ALTER COLUMN mentioned_at SET NOT NULL;
