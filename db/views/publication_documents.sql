-- One row a publication and document that it links to.
CREATE VIEW publication_documents AS
SELECT
    p.uid,
    d.url,
    l.label,
    d.title,
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
JOIN documents AS d ON d.id = l.document_id;
