DROP TABLE sign_in_counts;
