-- Since when somebody is a user no more, whose record is kept because histories name them. Their id stands where others have their address, as
-- with service accounts.
ALTER TABLE users ADD COLUMN left_at TIMESTAMPTZ;
