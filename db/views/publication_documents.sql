-- One row a publication and document that it links to. `label` and `title` are empty where the
-- source's `display` forbids them.
CREATE VIEW publication_documents AS
SELECT
    p.uid,
    d.url,
    coalesce(n.label, '') AS label,
    coalesce(n.title, '') AS title,
    nullif(d.kind, '') AS kind,
    nullif(d.media, '') AS media,
    d.state,
    d.reason,
    nullif(d.pages, 0) AS pages,
    d.read_pages,
    nullif(d.size_bytes, 0) AS size_bytes,
    d.refs,
    d.ocr,
    d.asked
FROM post_documents AS l
JOIN posts AS p ON p.id = l.post_id
JOIN documents AS d ON d.id = l.document_id
LEFT JOIN shown_documents AS n ON n.post_id = l.post_id AND n.document_id = l.document_id;
