-- What posts said before they were edited; `text` is empty where the source's `display` forbids it.
CREATE VIEW revisions AS
SELECT
    p.uid,
    v.seen_from,
    v.seen_until,
    v.title,
    coalesce(t.text, '') AS text
FROM post_versions AS v
JOIN posts AS p ON p.id = v.post_id
LEFT JOIN shown_versions AS t ON t.id = v.id;
