-- What was merged into another is known by its id on: for clients and editors who have it still.
CREATE TABLE merged (
    id    uuid NOT NULL PRIMARY KEY,
    kind  text COLLATE "C" NOT NULL CHECK (kind IN ('author', 'tag')),
    into_id  uuid NOT NULL
);
CREATE INDEX merged_into ON merged (into_id);
