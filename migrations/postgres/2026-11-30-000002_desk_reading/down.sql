ALTER TABLE site DROP COLUMN desk_reading;
