-- Sessions are ended one by one; a version of them was never read.
ALTER TABLE users DROP COLUMN session_version;
