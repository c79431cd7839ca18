CREATE TABLE purge_targets (
    name          TEXT     NOT NULL PRIMARY KEY,
    seq           BIGINT   NOT NULL,
    attempts      INTEGER  NOT NULL,
    next_at       TIMESTAMPTZ NOT NULL,
    leased_until  TIMESTAMPTZ
);
INSERT INTO purge_targets (name, seq, attempts, next_at) SELECT name, place, attempts, next_at FROM jobs WHERE kind = 'projection';
DROP TABLE jobs;
