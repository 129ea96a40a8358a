-- A post's own page, opened once: its whole text where the feed cuts it, its date where the list has
-- none; and the posts whose source has taken them back.

-- state: waiting; better (posts.html and posts.text hold what the page says; html and text here, what the
-- feed says); kept (the feed says more: html and text here are the page's); refused (robots.txt),
-- reserved (TDMRep), gone (404, 410), failed. reason: in French. missing_since: when it was first not there any more. date, date_by: what the page
-- says of its date, and where (json-ld, meta, time, text). excerpt: the feed's, where posts.excerpt is
-- made from the page, which goes on where the feed stops.
CREATE TABLE post_pages (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'better', 'kept', 'refused', 'reserved', 'gone', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    -- again: a moderator says anew where the text is.
    wanted TEXT NOT NULL DEFAULT 'text' CHECK (wanted IN ('text', 'date', 'presence', 'again')),
    next_try TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    asked TEXT,
    missing_since TEXT,
    date TEXT,
    date_by TEXT,
    html TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    excerpt TEXT
) STRICT;
CREATE INDEX post_pages_next ON post_pages (next_try) WHERE next_try IS NOT NULL;

-- Where the list says that a page has its text (`article`), as last seen.
ALTER TABLE sources ADD COLUMN article TEXT NOT NULL DEFAULT '';

-- Taken back by their source, seen at that moment; they stay here, and say so.
CREATE TABLE withdrawn_posts (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    noticed TEXT NOT NULL
) STRICT;

-- Posts of before that a feed has cut (aggregator/enrich/wholeness.py), or a list left undated; the night
-- opens their pages, after those of new posts.
INSERT INTO post_pages (post_id, wanted, next_try)
SELECT p.id, iif(length(p.text) < 450 OR rtrim(p.text, ' ])»') LIKE '%…', 'text', 'date'), p.first_seen
FROM posts AS p JOIN sources AS s ON s.id = p.source_id
WHERE p.url <> s.url AND p.url NOT LIKE '%.pdf' AND (
    length(p.text) < 450
    OR rtrim(p.text, ' ])»') LIKE '%…'
    OR p.date_origin IN ('first_seen', 'inferred')
);
