DROP TABLE sign_in_codes;
ALTER TABLE grants DROP COLUMN by_group;
DROP INDEX users_by_identity;
ALTER TABLE users DROP COLUMN identity_subject;
ALTER TABLE users DROP COLUMN identity_issuer;
