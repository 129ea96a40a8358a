-- One row a subsidy of a file in the national format (SCDL).
CREATE VIEW subsidies AS
SELECT
    p.uid,
    nullif(r.granted_by, '') AS granted_by,
    r.day,
    nullif(r.decision, '') AS decision,
    r.beneficiary,
    nullif(r.beneficiary_id, '') AS beneficiary_id,
    nullif(r.purpose, '') AS purpose,
    r.amount_euros,
    r.in_kind,
    s.slug AS source
FROM subsidy_records AS r
JOIN posts AS p ON p.id = r.post_id
JOIN sources AS s ON s.id = r.source_id;
