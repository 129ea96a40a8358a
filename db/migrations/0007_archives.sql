-- How much of a source's past we hold, and how we get at the rest.

-- state: waiting (to be read, or read again), running, done, stopped (the site failed for too
-- long), none (no archive that we can read). way: which of the ways in archive_asks is being tried;
-- method: its name (aggregator/readers/archives), of the one that gave something at the end.
-- reason: why it is none or stopped, a French sentence. expected: how many posts the site says it
-- has, about; found: how many its answers held (one that slips from one answer into the next while
-- we read counts twice); added: how many of those we did not have. lacking: how many less than
-- expected we held when the reading ended. failures: requests in a row that the host did not
-- answer. missing: JSON, pages that could not be read, by reason (a key of portal/french.py).
CREATE TABLE archives (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'running', 'done', 'stopped', 'none')),
    method TEXT,
    way INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    expected INTEGER,
    found INTEGER NOT NULL DEFAULT 0,
    added INTEGER NOT NULL DEFAULT 0,
    lacking INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    missing TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(missing)),
    started TEXT,
    updated TEXT,
    ended TEXT,
    next_try TEXT
) STRICT;

-- Answers of an archive that hold many posts, to ask for or asked: the cursor. Written with the
-- posts of the answer that named them, so a kill repeats at most the request in flight. way: ways
-- are tried in order; the next one when this one gave nothing, or broke off. end: the site says
-- that there is no such page, so what came before was all. digest: of the posts it held, to know
-- an answer that comes again and again.
CREATE TABLE archive_asks (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    way INTEGER NOT NULL,
    position INTEGER NOT NULL,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'read', 'end', 'failed', 'refused')),
    reason TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    next_try TEXT,
    found INTEGER NOT NULL DEFAULT 0,
    digest TEXT,
    PRIMARY KEY (source_id, way, position),
    UNIQUE (source_id, method, url)
) STRICT, WITHOUT ROWID;

CREATE INDEX archive_asks_waiting ON archive_asks (source_id, way, position)
WHERE state = 'waiting';

-- Pages of an archive that are opened one by one (sitemaps, lists without dates). A page of a post
-- that we have is read already.
CREATE TABLE archive_pages (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    position INTEGER NOT NULL,
    title TEXT,
    lastmod TEXT,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'read', 'failed', 'refused')),
    reason TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    next_try TEXT,
    PRIMARY KEY (source_id, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_pages_waiting ON archive_pages (source_id, position) WHERE state = 'waiting';
CREATE INDEX archive_pages_missing ON archive_pages (source_id, reason)
WHERE state IN ('failed', 'refused');
