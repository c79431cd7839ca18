ALTER TABLE idempotency_keys DROP COLUMN forgotten;
ALTER TABLE idempotency_keys DROP COLUMN claimed_by;
ALTER TABLE idempotency_keys DROP COLUMN answer;
ALTER TABLE idempotency_keys ADD COLUMN answer JSONB;
