-- What posts said before they were edited; `text` is empty where the source's `display` forbids it.
CREATE VIEW revisions AS
SELECT
    p.uid,
    v.seen_from,
    v.seen_until,
    v.title,
    CASE WHEN s.display = 'full' THEN v.text ELSE '' END AS text
FROM post_versions AS v
JOIN posts AS p ON p.id = v.post_id
JOIN sources AS s ON s.id = p.source_id;
