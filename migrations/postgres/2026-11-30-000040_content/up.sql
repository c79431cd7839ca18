-- What an edition says beside its body is one document, as in revisions: a new text needs no column.
ALTER TABLE editions ADD COLUMN content JSONB;
UPDATE editions SET content = jsonb_build_object('headline', headline, 'lead', jsonb_build_object('alt', lead_alt, 'caption', lead_caption),
    'seo', jsonb_build_object('description', seo_description, 'title', seo_title), 'summary', summary);
ALTER TABLE editions ALTER COLUMN content SET NOT NULL, DROP COLUMN headline, DROP COLUMN summary, DROP COLUMN lead_alt,
    DROP COLUMN lead_caption, DROP COLUMN seo_title, DROP COLUMN seo_description;
