-- When the budget of a caller will be whole again, in microseconds since 1970: what all instances have let through.
CREATE TABLE rate_limits (
    budget   TEXT NOT NULL PRIMARY KEY,
    whole_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX rate_limits_by_instant ON rate_limits (whole_at);
