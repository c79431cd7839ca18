-- On PostgreSQL this puts into the indexes of the listings what lists are read by. Here the table is its index, and its key is in the others.
-- Lists rely on it that nothing is updated before it is published; what was brought in may have said so.
UPDATE editions SET updated_at = published_at WHERE updated_at < published_at;
UPDATE live_listings SET updated_at = published_at WHERE updated_at < published_at;
