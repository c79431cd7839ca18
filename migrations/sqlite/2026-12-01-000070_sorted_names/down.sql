DROP TABLE sorted_names;
DROP TABLE sorted_locales;
