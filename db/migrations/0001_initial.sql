-- The schema of the civic watch. Append-only: never edit a migration that has landed, add one.
-- Times are ISO 8601 text in UTC ending in Z; lists are JSON arrays; slugs never change.
-- Each statement ends its own line (the runner splits on that).

-- The town, as sources.yaml describes it -----------------------------------------------------

-- digest: hash of the whole list as last synchronised, so that an unchanged one costs one read.
CREATE TABLE town (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;

CREATE TABLE kinds (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE instances (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    aliases TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(aliases)),
    since TEXT,
    until TEXT,
    became TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(became)),
    note TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL DEFAULT 0,
    listed INTEGER NOT NULL DEFAULT 1 CHECK (listed IN (0, 1))
) STRICT;

CREATE TABLE quartiers (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    sector TEXT NOT NULL,
    aliases TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(aliases)),
    places TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(places)),
    inferred INTEGER NOT NULL DEFAULT 0 CHECK (inferred IN (0, 1)),
    note TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL DEFAULT 0,
    listed INTEGER NOT NULL DEFAULT 1 CHECK (listed IN (0, 1))
) STRICT;

CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    kind_id INTEGER NOT NULL REFERENCES kinds (id),
    instance_id INTEGER REFERENCES instances (id),
    quartiers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(quartiers)),
    reader TEXT NOT NULL CHECK (reader IN ('feed', 'recipe', 'scraper', 'discover')),
    feed TEXT,
    feed_unverified INTEGER NOT NULL DEFAULT 0 CHECK (feed_unverified IN (0, 1)),
    language TEXT NOT NULL,
    display TEXT NOT NULL CHECK (display IN ('title', 'excerpt', 'full')),
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    note TEXT NOT NULL DEFAULT '',
    -- Hash of how the source is read; when it changes, what we remember of its URLs is forgotten,
    -- or a corrected recipe would wait for the site's next change.
    definition TEXT NOT NULL DEFAULT '',
    -- While its posts are being re-tagged: the tags it had before, {"instance": id, "quartiers": [slugs]}.
    retagging TEXT CHECK (retagging IS NULL OR json_valid(retagging)),
    position INTEGER NOT NULL DEFAULT 0,
    listed INTEGER NOT NULL DEFAULT 1 CHECK (listed IN (0, 1)),
    listed_since TEXT NOT NULL,
    unlisted_since TEXT
) STRICT;

-- What the crawler remembers -----------------------------------------------------------------

CREATE TABLE source_states (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    state TEXT NOT NULL DEFAULT 'new',
    reason TEXT NOT NULL DEFAULT '',
    since TEXT NOT NULL,
    next_fetch TEXT,
    last_fetch TEXT,
    last_success TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    moved_to TEXT,
    discovered_feed TEXT,
    proposed_feed TEXT
) STRICT;

-- Keyed by source too: two sources may share a URL, and each must see its own first answer.
CREATE TABLE http_memory (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    body_sha256 TEXT,
    PRIMARY KEY (source_id, url)
) STRICT, WITHOUT ROWID;

CREATE TABLE crawls (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    ended TEXT
) STRICT;

CREATE TABLE fetch_log (
    id INTEGER PRIMARY KEY,
    crawl_id INTEGER REFERENCES crawls (id),
    source_id INTEGER NOT NULL REFERENCES sources (id),
    fetched TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('saved', 'not_modified', 'failed')),
    url TEXT,
    status INTEGER,
    new INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
    rejections TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(rejections)),
    error TEXT,
    error_kind TEXT,
    size_bytes INTEGER NOT NULL DEFAULT 0,
    elapsed_s REAL NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX fetch_log_source ON fetch_log (source_id, fetched);

-- Posts --------------------------------------------------------------------------------------

-- id encodes the publication time (store/ids.py), so that rowid order is date order and « newest
-- first » streams out of the full-text index. It changes when the date does; the permanent public
-- name is uid.
CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    guid TEXT NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    title_derived INTEGER NOT NULL DEFAULT 0 CHECK (title_derived IN (0, 1)),
    excerpt TEXT NOT NULL DEFAULT '',
    author TEXT,
    language TEXT NOT NULL,
    published TEXT NOT NULL,
    date_origin TEXT NOT NULL CHECK (date_origin IN ('stated', 'day_only', 'inferred', 'first_seen')),
    categories TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(categories)),
    instance_id INTEGER REFERENCES instances (id),
    kind_id INTEGER NOT NULL REFERENCES kinds (id),
    -- 0: undated, and there before we came, so of any age; filed after all others.
    year INTEGER NOT NULL,
    fac TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    changed TEXT,
    -- The long columns come last: SQLite walks a row from its start, over overflow pages too.
    html TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL DEFAULT '',
    UNIQUE (source_id, guid)
) STRICT;
CREATE INDEX posts_source_date ON posts (source_id, id);

CREATE TABLE post_quartiers (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    quartier_id INTEGER NOT NULL REFERENCES quartiers (id),
    PRIMARY KEY (post_id, quartier_id)
) STRICT, WITHOUT ROWID;

-- Narrow twin of posts: facets are counted without touching the texts.
CREATE TABLE post_facets (
    id INTEGER PRIMARY KEY REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    instance_id INTEGER,
    source_id INTEGER NOT NULL,
    kind_id INTEGER NOT NULL,
    year INTEGER NOT NULL
) STRICT;

-- What a post said before it was edited.
CREATE TABLE post_versions (
    id INTEGER PRIMARY KEY,
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    seen_from TEXT NOT NULL,
    seen_until TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;
CREATE INDEX post_versions_post ON post_versions (post_id);

-- What may be shown -------------------------------------------------------------------------

-- Copies of what a source's `display` lets us show, for the public views. Analysts' SQL may not
-- read posts.excerpt, posts.html, posts.text nor post_versions.text at all: a rule that looks at
-- the view a column is read through is defeated by a common table expression of the same name.
CREATE TABLE shown_texts (
    id INTEGER PRIMARY KEY REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    excerpt TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE shown_versions (
    id INTEGER PRIMARY KEY REFERENCES post_versions (id) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;

CREATE TRIGGER posts_shown_insert AFTER INSERT ON posts BEGIN
    INSERT INTO shown_texts (id, excerpt, text)
    SELECT new.id, new.excerpt, CASE WHEN display = 'full' THEN new.text ELSE '' END
    FROM sources WHERE id = new.source_id AND display <> 'title';
END;

CREATE TRIGGER posts_shown_update AFTER UPDATE OF excerpt, text ON posts BEGIN
    UPDATE shown_texts SET
        excerpt = new.excerpt,
        text = CASE WHEN s.display = 'full' THEN new.text ELSE '' END
    FROM sources AS s
    WHERE shown_texts.id = new.id AND s.id = new.source_id;
END;

CREATE TRIGGER post_versions_shown AFTER INSERT ON post_versions BEGIN
    INSERT INTO shown_versions (id, text)
    SELECT new.id, new.text
    FROM posts AS p JOIN sources AS s ON s.id = p.source_id
    WHERE p.id = new.post_id AND s.display = 'full';
END;

CREATE TRIGGER sources_shown AFTER UPDATE OF display ON sources WHEN old.display <> new.display BEGIN
    DELETE FROM shown_texts WHERE id IN (SELECT id FROM posts WHERE source_id = new.id);
    INSERT INTO shown_texts (id, excerpt, text)
    SELECT id, excerpt, CASE WHEN new.display = 'full' THEN text ELSE '' END
    FROM posts WHERE source_id = new.id AND new.display <> 'title';
    DELETE FROM shown_versions WHERE id IN (
        SELECT v.id FROM post_versions AS v JOIN posts AS p ON p.id = v.post_id
        WHERE p.source_id = new.id
    );
    INSERT INTO shown_versions (id, text)
    SELECT v.id, v.text
    FROM post_versions AS v JOIN posts AS p ON p.id = v.post_id
    WHERE p.source_id = new.id AND new.display = 'full';
END;

-- Full-text search ---------------------------------------------------------------------------

-- unicode61 folds accents and splits at apostrophes, but keeps œ and æ: folded here.
CREATE VIEW posts_indexed AS
SELECT
    id,
    replace(replace(replace(replace(title, 'œ', 'oe'), 'Œ', 'Oe'), 'æ', 'ae'), 'Æ', 'Ae') AS title,
    replace(replace(replace(replace(text, 'œ', 'oe'), 'Œ', 'Oe'), 'æ', 'ae'), 'Æ', 'Ae') AS text,
    fac
FROM posts;

-- fac holds facet tokens (xi3 xq7 xs399 xk2 xy2024), so that filters are part of MATCH.
CREATE VIRTUAL TABLE posts_fts USING fts5 (
    title, text, fac,
    content="posts_indexed", content_rowid="id",
    tokenize="unicode61 remove_diacritics 2"
);

-- At most one row, while `aggregator reindex` fills posts_fts_next: posts up to this id are in it.
CREATE TABLE reindexing (
    copied INTEGER NOT NULL
) STRICT;
