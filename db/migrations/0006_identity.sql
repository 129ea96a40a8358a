-- One post under several names: a new guid, http become https, another domain, another platform.

-- The guids that a post was met under besides the one in `posts`, within its source.
CREATE TABLE post_aliases (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    guid TEXT NOT NULL,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    since TEXT NOT NULL,
    PRIMARY KEY (source_id, guid)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_aliases_post ON post_aliases (post_id);

-- What a post can be known again by, hashed to 64 bits: its address without its host, its title, how
-- its text begins (store/keys.py). Posts that share a key are compared (store/proof.py).
CREATE TABLE post_keys (
    source_id INTEGER NOT NULL,
    key INTEGER NOT NULL,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (source_id, key, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_keys_post ON post_keys (post_id);

-- 0: the keys of a post that was there before there were any are worked out when its source brings
-- something new.
INSERT INTO post_keys (source_id, key, post_id) SELECT source_id, 0, id FROM posts ORDER BY source_id, id;
