DROP TABLE most_read;
DROP TABLE view_counts;
DELETE FROM jobs WHERE kind = 'ranking';
