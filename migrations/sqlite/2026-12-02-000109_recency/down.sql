ALTER TABLE site DROP COLUMN half_life_days;
ALTER TABLE site DROP COLUMN recency_percent;
