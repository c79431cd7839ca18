ALTER TABLE second_factors DROP COLUMN tried_since;
ALTER TABLE second_factors DROP COLUMN tried;
