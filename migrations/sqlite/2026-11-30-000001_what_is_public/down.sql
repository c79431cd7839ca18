ALTER TABLE site DROP COLUMN authors_public;

ALTER TABLE addresses ADD COLUMN public INTEGER NOT NULL DEFAULT 1;
-- Every slug of words is in the registry again. Of those that hope for the same, or for what is public, all but one go by their id.
UPDATE translations SET slug = substr(lower(hex(article_id)), 1, 8) || '-' || substr(lower(hex(article_id)), 9, 4) || '-' || substr(lower(hex(article_id)), 13, 4) || '-' || substr(lower(hex(article_id)), 17, 4) || '-' || substr(lower(hex(article_id)), 21)
    WHERE EXISTS (SELECT 1 FROM addresses a WHERE a.locale = translations.locale AND a.slug = translations.slug AND a.target_id <> translations.article_id)
        OR (NOT EXISTS (SELECT 1 FROM addresses a WHERE a.locale = translations.locale AND a.slug = translations.slug)
            AND EXISTS (SELECT 1 FROM translations o WHERE o.locale = translations.locale AND o.slug = translations.slug AND o.article_id < translations.article_id));
INSERT INTO addresses (locale, slug, kind, target_id, public)
    SELECT t.locale, t.slug, 'article', t.article_id, 0 FROM translations t
    WHERE NOT EXISTS (SELECT 1 FROM addresses a WHERE a.locale = t.locale AND a.slug = t.slug);
DROP INDEX translations_by_slug;
