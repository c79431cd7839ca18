-- Desk lists are sorted by when articles were begun as well.
CREATE INDEX articles_by_creation ON articles (created_at, id);
