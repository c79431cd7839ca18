ALTER TABLE releases DROP COLUMN failure;
ALTER TABLE releases DROP COLUMN planned_by;
