-- Who somebody is according to the OpenID provider; which grants its groups gave them; and the codes by which whoever came back from it begins a session.
ALTER TABLE users ADD COLUMN identity_issuer TEXT;
ALTER TABLE users ADD COLUMN identity_subject TEXT;
CREATE UNIQUE INDEX users_by_identity ON users (identity_issuer, identity_subject);
ALTER TABLE grants ADD COLUMN by_group INTEGER NOT NULL DEFAULT 0;
CREATE TABLE sign_in_codes (
    digest        BLOB NOT NULL PRIMARY KEY,
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    challenge     TEXT NOT NULL,
    redirect_uri  TEXT NOT NULL,
    scope         TEXT,
    expires_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_codes_by_user ON sign_in_codes (user_id);
