-- How much search prefers what is new: what it adds, in per cent, and after how many days half of that is left.
ALTER TABLE site ADD COLUMN recency_percent INTEGER NOT NULL DEFAULT 50;
ALTER TABLE site ADD COLUMN half_life_days INTEGER NOT NULL DEFAULT 30;
