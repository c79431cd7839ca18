-- Whose turn it is with work that is done once by any instance, how often that failed, and when it is tried again. What is due is said elsewhere:
-- by the change log behind a projection's place in it, by plans, by releases. Caches that are told what to drop go on where they were.
CREATE TABLE jobs (
    name          TEXT     NOT NULL,
    kind          TEXT     NOT NULL,
    place         INTEGER,
    attempts      INTEGER  NOT NULL,
    next_at       INTEGER  NOT NULL,
    failure       TEXT,
    holder        BLOB,
    held_until    INTEGER,
    PRIMARY KEY (kind, name)
) STRICT;
INSERT INTO jobs (name, kind, place, attempts, next_at) SELECT name, 'projection', seq, attempts, next_at FROM purge_targets;
DROP TABLE purge_targets;
