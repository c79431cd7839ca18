-- A kept answer is sealed, a claim names the process that made it, and a key that was under way during an erasure keeps no answer.
-- What was kept in clear goes, and nothing of it stays in the file; what was done stays known as done.
PRAGMA secure_delete = ON;
ALTER TABLE idempotency_keys DROP COLUMN answer;
ALTER TABLE idempotency_keys ADD COLUMN answer BLOB;
ALTER TABLE idempotency_keys ADD COLUMN claimed_by INTEGER;
ALTER TABLE idempotency_keys ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
