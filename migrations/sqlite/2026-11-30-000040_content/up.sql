-- What an edition says beside its body is one document, as in revisions: a new text needs no column.
ALTER TABLE editions ADD COLUMN content TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(content));
UPDATE editions SET content = json_object('headline', headline, 'lead', json_object('alt', lead_alt, 'caption', lead_caption),
    'seo', json_object('description', seo_description, 'title', seo_title), 'summary', summary);
ALTER TABLE editions DROP COLUMN headline;
ALTER TABLE editions DROP COLUMN summary;
ALTER TABLE editions DROP COLUMN lead_alt;
ALTER TABLE editions DROP COLUMN lead_caption;
ALTER TABLE editions DROP COLUMN seo_title;
ALTER TABLE editions DROP COLUMN seo_description;
