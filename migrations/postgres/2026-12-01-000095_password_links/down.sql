DROP TABLE mails;
DROP TABLE password_links;
