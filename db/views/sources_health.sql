-- One row a source: its state, since when, and why, in French.
CREATE VIEW sources_health AS
SELECT
    s.slug AS source,
    s.name,
    t.state,
    t.reason,
    t.since,
    t.last_success,
    -- Undated posts carry the day we first saw them: they say nothing of the source's rhythm.
    (
        SELECT p.published FROM posts AS p
        WHERE p.source_id = s.id AND p.date_origin <> 'first_seen'
        ORDER BY p.id DESC LIMIT 1
    ) AS last_post,
    t.failures,
    t.next_fetch,
    t.next_reason,
    t.proposed_feed,
    t.moved_to,
    t.tdm_reserved
FROM sources AS s
JOIN source_states AS t ON t.source_id = s.id;
