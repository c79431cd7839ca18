-- Whether readers are offered a locale, the tags that it had before, and what addresses of retired ones answer.
ALTER TABLE locales ADD COLUMN state TEXT NOT NULL DEFAULT 'public' CHECK (state IN ('preparing', 'public', 'retired'));
ALTER TABLE locales ADD COLUMN former_tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE site ADD COLUMN retired_locales TEXT NOT NULL DEFAULT 'gone' CHECK (retired_locales IN ('gone', 'fallback'));
