-- The work in each locale of the site, as the queue of who translates is read: a row for each article and each locale, kept by every commit that touches the article
-- (`store/queue/derived.rs`). Nothing is in it that is not in other tables. The locale that is no word stands for those that an article has no row of yet.
CREATE TABLE translation_queue (
    article_id     UUID         NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    locale         TEXT         NOT NULL,
    section_id     UUID         NOT NULL,
    class          INTEGER,
    since          TIMESTAMPTZ  NOT NULL,
    outside_class  INTEGER,
    outside_since  TIMESTAMPTZ,
    PRIMARY KEY (article_id, locale)
);

-- Locales whose rows are not all written yet, or not all removed.
CREATE TABLE queue_fills (
    locale   TEXT         NOT NULL PRIMARY KEY,
    clears   BOOLEAN      NOT NULL,
    through  UUID
);

INSERT INTO translation_queue (article_id, locale, section_id, class, since, outside_class, outside_since)
SELECT r.article_id, r.locale, r.section_id,
    CASE WHEN r.waits THEN r.state + CASE WHEN r.lacked_since IS NOT NULL THEN 8 ELSE 0 END + CASE WHEN r.hides THEN 4 ELSE 0 END
        + CASE WHEN r.assigned THEN 2 ELSE 0 END + r.published END,
    COALESCE(r.lacked_since, r.saved_at, r.missing_since),
    CASE WHEN r.waits AND r.hides THEN r.published END,
    CASE WHEN r.waits AND r.hides THEN r.missing_since END
FROM (SELECT x.*, NOT x.live AND (x.state > 0 OR x.assigned) AS hides
    FROM (SELECT a.id AS article_id, l.locale, a.section_id,
        a.trashed_at IS NULL AND l.locale <> a.source_locale
            AND EXISTS (SELECT 1 FROM translations o WHERE o.article_id = a.id AND o.locale = a.source_locale) AS waits,
        CASE t.state WHEN 'draft' THEN 16 WHEN 'in_review' THEN 32 WHEN 'approved' THEN 48 ELSE 0 END AS state,
        t.updated_at AS saved_at,
        EXISTS (SELECT 1 FROM assignments g WHERE g.article_id = a.id AND g.locale = l.locale) AS assigned,
        EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id AND e.locale = l.locale AND e.ended_at IS NULL) AS live,
        CASE WHEN EXISTS (SELECT 1 FROM editions e WHERE e.article_id = a.id AND e.locale = a.source_locale AND e.ended_at IS NULL)
            THEN 1 ELSE 0 END AS published,
        (SELECT MIN(e.started_at) FROM editions e WHERE e.article_id = a.id AND e.locale = t.made_from_locale
            AND e.words_version > t.made_from_version AND e.minor = FALSE AND e.moved_only = FALSE) AS lacked_since,
        COALESCE((SELECT MIN(e.started_at) FROM editions e WHERE e.article_id = a.id AND e.locale = a.source_locale AND e.minor = FALSE),
            a.created_at) AS missing_since
        FROM articles a CROSS JOIN (SELECT '' AS locale UNION SELECT locale FROM locales) l
        LEFT JOIN translations t ON t.article_id = a.id AND t.locale = l.locale) x) r;

CREATE INDEX translation_queue_by_class ON translation_queue (locale, class, since, article_id);
CREATE INDEX translation_queue_in_section ON translation_queue (locale, section_id, class, since, article_id);
CREATE INDEX translation_queue_outside ON translation_queue (locale, section_id, outside_class, outside_since, article_id)
    WHERE outside_class IS NOT NULL;
