-- What headlines are found by follows other rules now; the program fills it in.
UPDATE translations SET headline_key = NULL;
