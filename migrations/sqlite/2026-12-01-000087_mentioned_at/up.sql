-- Since when somebody is mentioned: a comment that is rewritten mentions others later. Of those from before it is not known, and taken for when it was written.
CREATE TABLE mentions_since (
    comment_id   BLOB    NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    user_id      BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    mentioned_at INTEGER NOT NULL,
    PRIMARY KEY (comment_id, user_id)
) STRICT, WITHOUT ROWID;
INSERT INTO mentions_since (comment_id, user_id, mentioned_at)
    SELECT m.comment_id, m.user_id, c.created_at FROM comment_mentions m JOIN comments c ON c.id = m.comment_id;
DROP TABLE comment_mentions;
ALTER TABLE mentions_since RENAME TO comment_mentions;
CREATE INDEX comment_mentions_by_user ON comment_mentions (user_id);
