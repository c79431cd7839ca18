-- Collections: lists that editors arrange. What is pinned stands in the order of `place`; texts at a `place` are the headlines of what is pinned there, and
-- those at -1 the names of the collection.
CREATE TABLE collections (
    id          BLOB     NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    slug        TEXT     NOT NULL,
    locale      TEXT,
    place       TEXT,
    section_id  BLOB     REFERENCES sections (id),
    shows       INTEGER  NOT NULL,
    query       TEXT     CHECK (json_valid(query)),
    version     INTEGER  NOT NULL,
    created_at  INTEGER  NOT NULL,
    updated_at  INTEGER  NOT NULL
) STRICT;
CREATE UNIQUE INDEX collections_of_locales_key ON collections (slug, locale);
CREATE UNIQUE INDEX collections_of_all_key ON collections (slug) WHERE locale IS NULL;
CREATE INDEX collections_by_section ON collections (section_id);
CREATE TABLE collection_items (
    collection_id BLOB     NOT NULL REFERENCES collections (id),
    place         INTEGER  NOT NULL,
    article_id    BLOB     NOT NULL REFERENCES articles (id),
    position      INTEGER  NOT NULL,
    shown_from    INTEGER,
    shown_until   INTEGER,
    media_id      BLOB     REFERENCES media (id),
    PRIMARY KEY (collection_id, place)
) STRICT;
CREATE INDEX collection_items_by_article ON collection_items (article_id);
CREATE INDEX collection_items_by_media ON collection_items (media_id);
CREATE TABLE collection_texts (
    collection_id BLOB     NOT NULL REFERENCES collections (id),
    place         INTEGER  NOT NULL,
    locale        TEXT     NOT NULL,
    text          TEXT     NOT NULL,
    PRIMARY KEY (collection_id, place, locale)
) STRICT;
ALTER TABLE site ADD COLUMN unique_on_page INTEGER NOT NULL DEFAULT 0;
-- As they were called before this was undone.
UPDATE changes SET kind = 'collection', reason = substr(reason, 13) WHERE kind = 'menu' AND reason LIKE 'collection: %';
