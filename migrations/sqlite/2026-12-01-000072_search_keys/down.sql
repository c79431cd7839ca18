UPDATE translations SET headline_key = NULL;
