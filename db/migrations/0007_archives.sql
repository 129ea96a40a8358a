-- How much of a source's past we hold, and how we get at the rest.

-- method: a module of aggregator/readers/archives. state: waiting, running, done, stopped, none (the
-- site keeps no archive we can read). expected: how many posts the site says it has, about; found:
-- how many distinct posts the archive gave. cursor: where to go on, JSON, written with the posts it stands for.
-- missing: JSON, by reason in French, how many. oldest/newest come from posts.
CREATE TABLE archives (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    method TEXT,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'running', 'done', 'stopped', 'none')),
    reason TEXT NOT NULL DEFAULT '',
    expected INTEGER,
    found INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    cursor TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(cursor)),
    missing TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(missing)),
    started TEXT,
    updated TEXT,
    ended TEXT,
    next_try TEXT
) STRICT;

-- Pages of an archive that are opened one by one (sitemaps, lists without dates).
CREATE TABLE archive_pages (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    position INTEGER NOT NULL,
    lastmod TEXT,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'read', 'failed', 'refused')),
    reason TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source_id, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_pages_waiting ON archive_pages (source_id, position) WHERE state = 'waiting';
