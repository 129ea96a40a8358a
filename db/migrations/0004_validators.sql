-- validators_of: the address whose answer gave etag and last_modified, behind redirects perhaps: they are
-- sent to it alone. NULL: the address that was asked for (url).
ALTER TABLE http_memory ADD COLUMN validators_of TEXT;
