DROP TABLE merged;
