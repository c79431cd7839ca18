-- The program of before knows no posters: what is listed, and in use, as one alone is so no more.
DELETE FROM live_listings WHERE (facet, edition_id) IN (
    SELECT (facts -> 'lead' ->> 'poster_id')::uuid, id FROM editions e
    WHERE facts -> 'lead' ->> 'poster_id' IS NOT NULL
    AND NOT e.media ? (facts -> 'lead' ->> 'poster_id'));
DELETE FROM article_media WHERE (media_id, article_id) IN (
    SELECT (lead ->> 'poster_id')::uuid, id FROM articles WHERE lead ->> 'poster_id' IS NOT NULL);
ALTER TABLE media DROP COLUMN captions;
DROP TABLE media_captions;
