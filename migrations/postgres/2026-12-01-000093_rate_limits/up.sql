-- When the budget of a caller will be whole again, in microseconds since 1970: what all instances have let through. What a crash loses is given back.
CREATE UNLOGGED TABLE rate_limits (
    budget   TEXT PRIMARY KEY,
    whole_at BIGINT NOT NULL
);
CREATE INDEX rate_limits_by_instant ON rate_limits (whole_at);
