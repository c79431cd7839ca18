-- Where the frontend shows previews: its address, with a place for the token.
ALTER TABLE site ADD COLUMN preview_url TEXT;
