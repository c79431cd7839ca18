-- Texts are compared by their bytes here anyway.
SELECT 1;
