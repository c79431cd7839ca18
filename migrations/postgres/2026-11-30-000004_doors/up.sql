-- From which network each session was begun: who signs in from there again is known.
ALTER TABLE sessions ADD COLUMN network TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_by_network ON sessions (user_id, network, created_at);
