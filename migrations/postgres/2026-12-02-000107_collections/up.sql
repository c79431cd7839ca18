-- Collections: lists that editors arrange. What is pinned stands in the order of `place`; texts at a `place` are the headlines of what is pinned there, and
-- those at -1 the names of the collection.
CREATE TABLE collections (
    id          UUID     NOT NULL PRIMARY KEY,
    slug        TEXT COLLATE "C" NOT NULL,
    locale      TEXT COLLATE "C",
    place       TEXT,
    section_id  UUID     REFERENCES sections (id),
    shows       INTEGER  NOT NULL,
    query       JSONB,
    version     INTEGER  NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX collections_of_locales_key ON collections (slug, locale);
CREATE UNIQUE INDEX collections_of_all_key ON collections (slug) WHERE locale IS NULL;
CREATE INDEX collections_by_section ON collections (section_id);
CREATE TABLE collection_items (
    collection_id UUID     NOT NULL REFERENCES collections (id),
    place         INTEGER  NOT NULL,
    article_id    UUID     NOT NULL REFERENCES articles (id),
    position      INTEGER  NOT NULL,
    shown_from    TIMESTAMPTZ,
    shown_until   TIMESTAMPTZ,
    media_id      UUID     REFERENCES media (id),
    PRIMARY KEY (collection_id, place)
);
CREATE INDEX collection_items_by_article ON collection_items (article_id);
CREATE INDEX collection_items_by_media ON collection_items (media_id);
CREATE TABLE collection_texts (
    collection_id UUID     NOT NULL REFERENCES collections (id),
    place         INTEGER  NOT NULL,
    locale        TEXT     NOT NULL,
    text          TEXT     NOT NULL,
    PRIMARY KEY (collection_id, place, locale)
);
ALTER TABLE site ADD COLUMN unique_on_page BOOLEAN NOT NULL DEFAULT false;
-- As they were called before this was undone.
UPDATE changes SET kind = 'collection', reason = substr(reason, 13) WHERE kind = 'menu' AND reason LIKE 'collection: %';
