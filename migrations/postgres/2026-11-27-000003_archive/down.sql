DROP INDEX editions_by_publication;
