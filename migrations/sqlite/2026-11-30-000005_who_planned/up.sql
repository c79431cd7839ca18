-- A release that is to be published at an instant is published in the name of who last said so, and says why it could not be. For those
-- that wait already, nobody knows who that was: their makers answer for them.
ALTER TABLE releases ADD COLUMN planned_by BLOB REFERENCES users (id);
ALTER TABLE releases ADD COLUMN failure TEXT;
UPDATE releases SET planned_by = created_by WHERE publish_at IS NOT NULL AND published_at IS NULL;
