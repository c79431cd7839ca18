DROP TABLE comments;
DROP TABLE assignments;
