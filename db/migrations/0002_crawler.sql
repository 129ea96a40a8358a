-- What a thoughtful crawler remembers: rhythms, moves, reservations, pauses, hubs, days.

-- habits: JSON of model.Habits, moments in seconds since 1970. next_reason: why next_fetch is when it is,
-- in French. moved_fetches: how many fetches in a row were led to moved_to. tdm_*: what the site says
-- of text and data mining (TDMRep); NULL where it says nothing.
ALTER TABLE source_states ADD COLUMN habits TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(habits));
ALTER TABLE source_states ADD COLUMN next_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE source_states ADD COLUMN moved_since TEXT;
ALTER TABLE source_states ADD COLUMN moved_fetches INTEGER NOT NULL DEFAULT 0 CHECK (moved_fetches >= 0);
ALTER TABLE source_states ADD COLUMN tdm_reserved INTEGER CHECK (tdm_reserved IN (0, 1));
ALTER TABLE source_states ADD COLUMN tdm_policy TEXT;
ALTER TABLE source_states ADD COLUMN tdm_checked TEXT;

UPDATE source_states SET moved_since = since, moved_fetches = 1 WHERE moved_to IS NOT NULL;

-- A rhythm to begin with: the last 40 posts whose site dates them, announced ones left out.
UPDATE source_states SET habits = json_object('times', (
    SELECT json_group_array(unixepoch(published)) FROM (
        SELECT published FROM (
            SELECT id, published FROM posts
            WHERE source_id = source_states.source_id
                AND date_origin IN ('stated', 'day_only') AND published <= first_seen
            ORDER BY id DESC LIMIT 40
        ) ORDER BY id
    )
));

-- marks: of the items of the last body, 8 bytes each. used: the day the address was last asked.
ALTER TABLE http_memory ADD COLUMN marks BLOB NOT NULL DEFAULT x'' CHECK (length(marks) % 8 = 0);
ALTER TABLE http_memory ADD COLUMN read_whole TEXT;
ALTER TABLE http_memory ADD COLUMN used TEXT NOT NULL DEFAULT '';

UPDATE http_memory SET used = (
    SELECT substr(coalesce(last_fetch, since), 1, 10) FROM source_states
    WHERE source_states.source_id = http_memory.source_id
);

-- Hosts that asked to be left alone, and with which status (429, 503).
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    paused_until TEXT NOT NULL,
    paused_by INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- WebSub. Token and secret let anyone speak in a hub's name: never public.
CREATE TABLE subscriptions (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    hub TEXT NOT NULL,
    topic TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    secret TEXT NOT NULL,
    lease_until TEXT,
    asked TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'verified', 'refused'))
) STRICT;

-- What is left of fetch_log after some months: sums, by source and day (UTC).
CREATE TABLE fetch_log_days (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    day TEXT NOT NULL,
    fetches INTEGER NOT NULL,
    saved INTEGER NOT NULL,
    not_modified INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    new INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    elapsed_s REAL NOT NULL,
    PRIMARY KEY (source_id, day),
    CHECK (fetches = saved + not_modified + failed)
) STRICT, WITHOUT ROWID;

-- A crawl can go once its fetches have: without this index each one would cost a walk over all.
CREATE INDEX fetch_log_crawl ON fetch_log (crawl_id);

-- The store copies what may be shown of new posts by the transaction: a trigger costs each row a
-- savepoint, a quarter of what saving it costs. Edits and changes of `display` keep theirs.
DROP TRIGGER posts_shown_insert;
