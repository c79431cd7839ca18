-- How much of the desk a grant within limits reads. Where somebody works already it stays as it was; a new site begins within grants.
ALTER TABLE site ADD COLUMN desk_reading TEXT NOT NULL DEFAULT 'open' CHECK (desk_reading IN ('open', 'granted'));
UPDATE site SET desk_reading = 'granted' WHERE NOT EXISTS (SELECT 1 FROM users) AND NOT EXISTS (SELECT 1 FROM articles);
