-- Menus. Their items stand in one row after another by `place`, those below another one behind it and one deeper; an item leads to a thing, to an
-- address, or nowhere, as a heading. Labels are by locale.
CREATE TABLE menus (
    id          UUID     NOT NULL PRIMARY KEY,
    slug        TEXT COLLATE "C"     NOT NULL,
    version     INTEGER  NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL,
    updated_at  TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX menus_key ON menus (slug);
CREATE TABLE menu_items (
    menu_id     UUID     NOT NULL REFERENCES menus (id),
    place       INTEGER  NOT NULL,
    depth       INTEGER  NOT NULL,
    kind        TEXT,
    target_id   UUID,
    url         TEXT,
    PRIMARY KEY (menu_id, place)
);
CREATE INDEX menu_items_by_target ON menu_items (target_id);
CREATE TABLE menu_labels (
    menu_id     UUID     NOT NULL REFERENCES menus (id),
    place       INTEGER  NOT NULL,
    locale      TEXT     NOT NULL,
    label       TEXT     NOT NULL,
    PRIMARY KEY (menu_id, place, locale)
);
