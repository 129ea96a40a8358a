-- One row a deliberation of a file in the national format (SCDL).
CREATE VIEW deliberations AS
SELECT
    p.uid,
    r.number,
    r.day,
    r.subject,
    nullif(r.matter, '') AS matter,
    nullif(r.assembly, '') AS assembly,
    r.budget_year,
    r.votes_cast,
    r.votes_for,
    r.votes_against,
    r.abstentions,
    nullif(r.url, '') AS url,
    s.slug AS source
FROM deliberation_records AS r
JOIN posts AS p ON p.id = r.post_id
JOIN sources AS s ON s.id = r.source_id;
