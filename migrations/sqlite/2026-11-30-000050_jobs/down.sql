CREATE TABLE purge_targets (
    name          TEXT     NOT NULL PRIMARY KEY,
    seq           INTEGER  NOT NULL,
    attempts      INTEGER  NOT NULL,
    next_at       INTEGER NOT NULL,
    leased_until  INTEGER
) STRICT;
INSERT INTO purge_targets (name, seq, attempts, next_at) SELECT name, place, attempts, next_at FROM jobs WHERE kind = 'projection';
DROP TABLE jobs;
