-- One post under several names: a new guid, http become https, another domain, another platform.

-- The guids and addresses a post was met under besides the one in `posts`, within its source.
CREATE TABLE post_aliases (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    guid TEXT NOT NULL,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    since TEXT NOT NULL,
    PRIMARY KEY (source_id, guid)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_aliases_post ON post_aliases (post_id);

-- What a post can be known again by, hashed to 64 bits: its address without scheme, www and
-- trackers; its title; its text (aggregator/store/likenesses are asked for a proof besides).
CREATE TABLE post_keys (
    source_id INTEGER NOT NULL,
    key INTEGER NOT NULL,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (source_id, key, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_keys_post ON post_keys (post_id);
