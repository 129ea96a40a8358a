-- One row a post. `text` and `excerpt` are empty where the source's `display` forbids them.
CREATE VIEW publications AS
SELECT
    p.uid,
    p.url,
    p.title,
    coalesce(t.excerpt, '') AS excerpt,
    coalesce(t.text, '') AS text,
    p.author,
    p.language,
    p.published,
    p.date_origin,
    s.slug AS source,
    s.name AS source_name,
    i.slug AS instance,
    k.slug AS kind,
    p.first_seen,
    p.changed,
    w.noticed AS withdrawn,
    iif(g.state = 'better', 'page', 'feed') AS text_from,
    iif(g.date = p.published, g.date_by, NULL) AS date_by
FROM posts AS p
JOIN sources AS s ON s.id = p.source_id
JOIN kinds AS k ON k.id = p.kind_id
LEFT JOIN shown_texts AS t ON t.id = p.id
LEFT JOIN instances AS i ON i.id = p.instance_id
LEFT JOIN withdrawn_posts AS w ON w.post_id = p.id
LEFT JOIN post_pages AS g ON g.post_id = p.id;
