-- The program of before knows no posters: what is listed, and in use, as one alone is so no more.
DELETE FROM live_listings WHERE (facet, edition_id) IN (
    SELECT unhex(replace(json_extract(facts, '$.lead.poster_id'), '-', '')), id FROM editions e
    WHERE json_extract(facts, '$.lead.poster_id') IS NOT NULL
    AND json_extract(facts, '$.lead.poster_id') NOT IN (SELECT m.value FROM json_each(e.media) m));
DELETE FROM article_media WHERE (media_id, article_id) IN (
    SELECT unhex(replace(json_extract(lead, '$.poster_id'), '-', '')), id FROM articles WHERE json_extract(lead, '$.poster_id') IS NOT NULL);
ALTER TABLE media DROP COLUMN captions;
DROP TABLE media_captions;
