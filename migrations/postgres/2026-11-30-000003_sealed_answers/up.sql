-- A kept answer is sealed, a claim names the process that made it, and a key that was under way during an erasure keeps no answer.
-- What was kept in clear goes; what was done stays known as done. `VACUUM FULL idempotency_keys` takes it out of the file at once.
UPDATE idempotency_keys SET answer = NULL WHERE answer IS NOT NULL;
ALTER TABLE idempotency_keys DROP COLUMN answer;
ALTER TABLE idempotency_keys ADD COLUMN answer BYTEA;
ALTER TABLE idempotency_keys ADD COLUMN claimed_by BIGINT;
ALTER TABLE idempotency_keys ADD COLUMN forgotten BOOLEAN NOT NULL DEFAULT FALSE;
