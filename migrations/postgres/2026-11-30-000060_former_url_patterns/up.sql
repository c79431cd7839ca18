-- The patterns that the addresses of articles followed before the present one, the latest first: what readers have kept leads on.
ALTER TABLE site ADD COLUMN former_url_patterns JSONB NOT NULL DEFAULT '[]';
