"""SQL of archives.py."""

ARCHIVE = """
SELECT a.state, a.method, a.reason, a.expected, a.found, a.added, a.requests, a.failures,
    a.missing, a.next_try
FROM archives AS a JOIN sources AS s ON s.id = a.source_id WHERE s.slug = ?
"""
# Sources that were visited: their feed is known, if they have one. Platforms are asked for all they
# have at each visit.
DUE = """
SELECT s.slug
FROM sources AS s
JOIN source_states AS t ON t.source_id = s.id
LEFT JOIN archives AS a ON a.source_id = s.id
WHERE s.listed AND NOT s.paused AND t.last_fetch IS NOT NULL AND t.state <> 'gone'
    AND s.reader IN ('feed', 'discover', 'recipe', 'scraper')
    AND CASE
        WHEN :since IS NOT NULL THEN a.source_id IS NULL AND s.listed_since >= :since
        WHEN a.state IN ('waiting', 'running') THEN coalesce(a.next_try, '') <= :now
        ELSE a.source_id IS NULL OR a.next_try <= :now
    END
ORDER BY coalesce(a.updated, ''), s.position LIMIT :limit
"""
RESTART = """
UPDATE archives SET state = 'waiting', way = 0, reason = '', expected = NULL, found = 0,
    failures = 0, missing = '{}', next_try = NULL
WHERE source_id = ?
"""
RETRY_PAGES = """
UPDATE archive_pages SET state = 'waiting', reason = '', tries = 0, next_try = NULL
WHERE source_id = ? AND state IN ('failed', 'refused')
"""
START = """
INSERT INTO archives (source_id, state, way, started) VALUES (?, 'running', ?, ?)
ON CONFLICT DO UPDATE SET state = 'running', way = excluded.way, started = excluded.started
"""
RESUME = """
UPDATE archives SET state = 'running', reason = '', failures = 0, next_try = NULL
WHERE source_id = ?
"""
HURRY = tuple(
    f"UPDATE {table} SET next_try = NULL WHERE source_id = ? AND next_try IS NOT NULL"  # noqa: S608 - our own names
    for table in ("archives", "archive_asks", "archive_pages")
)
ADD_ASK = """
INSERT OR IGNORE INTO archive_asks (source_id, way, position, method, url) VALUES (?, ?, ?, ?, ?)
"""
# Lists before pages: they are few, and say how many posts there are.
NEXT_ASK = """
SELECT k.way, k.position, k.method, k.url, k.tries
FROM archives AS a JOIN archive_asks AS k ON k.source_id = a.source_id AND k.way = a.way
WHERE a.source_id = :source AND k.state = 'waiting'
    AND (k.next_try IS NULL OR k.next_try <= :now)
ORDER BY k.position LIMIT 1
"""
NEXT_PAGE = """
SELECT position, url, title, tries FROM archive_pages
WHERE source_id = :source AND state = 'waiting'
    AND (next_try IS NULL OR next_try <= :now)
ORDER BY position LIMIT 1
"""
KEEP_PAGE = """
UPDATE archive_pages SET state = ?1, reason = ?2, next_try = ?3,
    tries = tries + (?1 = 'waiting')
WHERE source_id = ?4 AND url = ?5
"""
KEEP_ASK = """
UPDATE archive_asks SET state = ?1, reason = ?2, next_try = ?3, found = ?4, digest = ?5,
    tries = tries + (?1 = 'waiting')
WHERE source_id = ?6 AND way = ?7 AND position = ?8
"""
LAST_ASK = "SELECT max(position) FROM archive_asks WHERE source_id = ? AND way = ?"
LAST_PAGE = "SELECT coalesce(max(position), -1) FROM archive_pages WHERE source_id = ?"
ADD_PAGE = """
INSERT OR IGNORE INTO archive_pages (source_id, url, position, title, lastmod, state)
VALUES (?, ?, ?, ?, ?, ?)
"""
# Where pages are opened, those that are listed are expected.
EXPECT_PAGES = """
UPDATE archives SET expected = max(coalesce(expected, 0), (
    SELECT count(*) FROM archive_pages AS g WHERE g.source_id = archives.source_id
))
WHERE source_id = ?
"""
COUNT = """
UPDATE archives SET
    expected = CASE WHEN :expected > coalesce(expected, 0) THEN :expected ELSE expected END,
    found = found + :held,
    added = added + :added,
    requests = requests + :asked,
    failures = iif(:silent, failures + 1, iif(:asked, 0, failures)),
    next_try = NULL,
    updated = :now
WHERE source_id = :source
"""
DIGESTS = """
SELECT digest FROM archive_asks
WHERE source_id = ? AND (way = ? OR method = 'feed') AND digest IS NOT NULL
"""
WAY = """
WITH here AS (
    SELECT k.* FROM archives AS a JOIN archive_asks AS k
        ON k.source_id = a.source_id AND k.way = a.way
    WHERE a.source_id = :source
), left_over AS (
    SELECT next_try FROM here WHERE state = 'waiting'
    UNION ALL
    SELECT next_try FROM archive_pages WHERE source_id = :source AND state = 'waiting'
)
SELECT
    min(method),
    EXISTS (SELECT 1 FROM left_over),
    (SELECT iif(count(*) = count(next_try), min(next_try), NULL) FROM left_over),
    sum(found), sum(state IN ('failed', 'refused')), sum(state = 'refused'), max(state = 'end'),
    coalesce((
        SELECT max(found) FROM archive_asks WHERE source_id = :source AND method = 'feed'
    ), 0),
    (
        SELECT min(k.way) FROM archives AS a JOIN archive_asks AS k
            ON k.source_id = a.source_id AND k.way > a.way AND k.state = 'waiting'
        WHERE a.source_id = :source
    )
FROM here
"""
TAKE_WAY = "UPDATE archives SET way = ? WHERE source_id = ?"
REST = "UPDATE archives SET next_try = ? WHERE source_id = ?"
REST_RUNNING = """
UPDATE archives SET next_try = max(?1, coalesce(next_try, '')) WHERE source_id = ?2
    AND state = 'running'
"""
# A way that led to its end has what the others could not give.
FORGIVE = """
UPDATE archive_asks SET state = 'end', reason = ''
WHERE source_id = :source AND state IN ('failed', 'refused')
"""
END = """
UPDATE archives SET state = :state, reason = :reason, next_try = NULL, ended = :now,
    method = (
        SELECT k.method FROM archive_asks AS k JOIN archives AS a USING (source_id)
        WHERE k.source_id = :source AND k.method NOT IN ('feed', 'home') AND k.found > 0
        ORDER BY k.way = a.way DESC, k.way LIMIT 1
    ),
    lacking = max(0, coalesce(expected, 0)
        - (SELECT count(*) FROM posts WHERE source_id = :source))
WHERE source_id = :source
"""
MISSING = """
SELECT reason, count(*) FROM (
    SELECT reason FROM archive_asks
    WHERE source_id = :source AND state IN ('failed', 'refused') AND method NOT IN ('feed', 'home')
        AND position > 0
    UNION ALL
    SELECT reason FROM archive_pages WHERE source_id = :source AND state IN ('failed', 'refused')
) GROUP BY 1
"""
KEEP_MISSING = "UPDATE archives SET missing = ? WHERE source_id = ?"
PAGES = """
SELECT url FROM archive_pages WHERE source_id = (SELECT id FROM sources WHERE slug = ?)
"""
RESERVED = "SELECT tdm_reserved FROM source_states WHERE source_id = ?"
KNOWN = """
SELECT guid, url, title FROM posts WHERE source_id = (SELECT id FROM sources WHERE slug = ?)
"""
DISCOVERED = """
SELECT t.discovered_feed FROM sources AS s JOIN source_states AS t ON t.source_id = s.id
WHERE s.slug = ?
"""
