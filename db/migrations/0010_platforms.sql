-- Platforms and open data: events, and the tables that civic data become.

-- reader knows more ways than the four of its CHECK by now: feed, recipe, scraper, discover, or a
-- platform (model.SERVICES).
ALTER TABLE sources ADD COLUMN read_by TEXT NOT NULL DEFAULT 'discover';
UPDATE sources SET read_by = reader;
ALTER TABLE sources DROP COLUMN reader;
ALTER TABLE sources RENAME COLUMN read_by TO reader;

-- When and where a post's event takes place; starts and ends in UTC. all_day: no hour is stated.
CREATE TABLE post_events (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    starts TEXT NOT NULL,
    ends TEXT,
    all_day INTEGER NOT NULL DEFAULT 0 CHECK (all_day IN (0, 1)),
    place TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX post_events_starts ON post_events (starts);

-- Civic data of the national formats (SCDL), a row each, with the post it became; the public views
-- deliberations, subsidies and attendances show them.
CREATE TABLE deliberation_records (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    number TEXT NOT NULL,
    day TEXT NOT NULL,
    subject TEXT NOT NULL,
    matter TEXT NOT NULL DEFAULT '',
    assembly TEXT NOT NULL DEFAULT '',
    budget_year INTEGER,
    votes_cast INTEGER,
    votes_for INTEGER,
    votes_against INTEGER,
    abstentions INTEGER,
    url TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX deliberation_records_source ON deliberation_records (source_id);

CREATE TABLE subsidy_records (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    granted_by TEXT NOT NULL DEFAULT '',
    day TEXT NOT NULL,
    decision TEXT NOT NULL DEFAULT '',
    beneficiary TEXT NOT NULL,
    beneficiary_id TEXT NOT NULL DEFAULT '',
    purpose TEXT NOT NULL DEFAULT '',
    amount_euros REAL,  -- none: help in kind whose value the file does not tell
    in_kind INTEGER NOT NULL DEFAULT 0 CHECK (in_kind IN (0, 1))
) STRICT;
CREATE INDEX subsidy_records_source ON subsidy_records (source_id);

CREATE TABLE attendance_records (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    day TEXT NOT NULL,
    assembly TEXT NOT NULL DEFAULT '',
    councillor TEXT NOT NULL,
    present INTEGER NOT NULL CHECK (present IN (0, 1)),
    proxy TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (post_id, councillor)
) STRICT, WITHOUT ROWID;
CREATE INDEX attendance_records_source ON attendance_records (source_id);

-- Rows and records of a platform that could not be read, as of its last reading. `record` is how one
-- begins, and closed to analysts' SQL; `shown` is what of it may be shown, as shown_texts (0001).
CREATE TABLE refused_records (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    line INTEGER NOT NULL,
    record TEXT NOT NULL,
    reason TEXT NOT NULL,
    seen TEXT NOT NULL,
    shown TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (source_id, line)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER refused_records_shown AFTER INSERT ON refused_records BEGIN
    UPDATE refused_records SET shown = new.record
    WHERE source_id = new.source_id AND line = new.line
        AND EXISTS (SELECT 1 FROM sources WHERE id = new.source_id AND display = 'full');
END;

CREATE TRIGGER sources_shown_refused AFTER UPDATE OF display ON sources
WHEN old.display <> new.display BEGIN
    UPDATE refused_records SET shown = iif(new.display = 'full', record, '')
    WHERE source_id = new.id;
END;
