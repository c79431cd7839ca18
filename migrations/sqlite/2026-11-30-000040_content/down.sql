ALTER TABLE editions ADD COLUMN headline TEXT NOT NULL DEFAULT '';
ALTER TABLE editions ADD COLUMN summary TEXT NOT NULL DEFAULT '';
ALTER TABLE editions ADD COLUMN lead_alt TEXT NOT NULL DEFAULT '';
ALTER TABLE editions ADD COLUMN lead_caption TEXT NOT NULL DEFAULT '';
ALTER TABLE editions ADD COLUMN seo_title TEXT NOT NULL DEFAULT '';
ALTER TABLE editions ADD COLUMN seo_description TEXT NOT NULL DEFAULT '';
UPDATE editions SET headline = coalesce(content ->> '$.headline', ''), summary = coalesce(content ->> '$.summary', ''),
    lead_alt = coalesce(content ->> '$.lead.alt', ''), lead_caption = coalesce(content ->> '$.lead.caption', ''),
    seo_title = coalesce(content ->> '$.seo.title', ''), seo_description = coalesce(content ->> '$.seo.description', '');
ALTER TABLE editions DROP COLUMN content;
