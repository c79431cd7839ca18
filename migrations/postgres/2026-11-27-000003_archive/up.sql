-- What was public at an instant is looked for by publication.
CREATE INDEX editions_by_publication ON editions (locale, published_at, article_id);
