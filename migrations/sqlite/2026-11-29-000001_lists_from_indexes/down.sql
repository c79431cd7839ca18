-- On PostgreSQL this takes out of the indexes of the listings what lists are read by. Here the table is its index, and its key is in the others.
SELECT 1;
