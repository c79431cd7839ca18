DROP TABLE purge_targets;
