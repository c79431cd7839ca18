-- Approved is a revision, for as long as nobody requests changes to it: what is planned goes on asking for that after newer words are saved.
ALTER TABLE translation_revisions ADD COLUMN approved INTEGER NOT NULL DEFAULT FALSE;
UPDATE translation_revisions SET approved = TRUE WHERE EXISTS (SELECT 1 FROM translations t WHERE t.article_id = translation_revisions.article_id
    AND t.locale = translation_revisions.locale AND t.version = translation_revisions.version AND t.state = 'approved');
-- Where approved words only are published, what is planned was approved when it was planned.
UPDATE translation_revisions SET approved = TRUE WHERE EXISTS (SELECT 1 FROM plans p WHERE p.article_id = translation_revisions.article_id
    AND p.locale = translation_revisions.locale AND p.words_version = translation_revisions.version AND p.failed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM translations t WHERE t.article_id = translation_revisions.article_id
    AND t.locale = translation_revisions.locale AND t.version = translation_revisions.version)
    AND EXISTS (SELECT 1 FROM site WHERE review = 'required');
