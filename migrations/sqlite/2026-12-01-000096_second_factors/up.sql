-- Second factors: their secrets, sealed, and the last step of time whose code was taken, so that none works twice; and the digests of recovery codes
-- that were not used. Since when somebody's is asked for stands beside them; one without that instant has only been begun.
ALTER TABLE users ADD COLUMN second_factor_at INTEGER;
CREATE TABLE second_factors (
    user_id     BLOB NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    sealed      BLOB NOT NULL,
    last_step   INTEGER NOT NULL
) STRICT;
CREATE TABLE recovery_codes (
    user_id  BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest   BLOB NOT NULL,
    PRIMARY KEY (user_id, digest)
) STRICT;
