-- What failed when somebody signed in: by account and network, by account, and by network. Accounts are told apart by fingerprints.
CREATE TABLE sign_in_counts (
    counted  TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    wrong    INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    user_id  BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_counts_by_last ON sign_in_counts (last);
