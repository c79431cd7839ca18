-- How many codes of a second factor were tried since an instant, none of which was right.
ALTER TABLE second_factors ADD COLUMN tried INTEGER NOT NULL DEFAULT 0;
ALTER TABLE second_factors ADD COLUMN tried_since TIMESTAMPTZ;
