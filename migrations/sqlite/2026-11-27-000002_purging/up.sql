-- How far each configured cache on the way to readers has been told what to drop: its place in the change log, which is the outbox.
CREATE TABLE purge_targets (
    name          TEXT     NOT NULL PRIMARY KEY,
    seq           INTEGER  NOT NULL,
    attempts      INTEGER  NOT NULL,
    next_at       INTEGER NOT NULL,
    leased_until  INTEGER
) STRICT;
