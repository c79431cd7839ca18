DROP INDEX articles_by_creation;
