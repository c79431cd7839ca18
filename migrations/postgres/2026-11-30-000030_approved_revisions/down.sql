ALTER TABLE translation_revisions DROP COLUMN approved;
