-- One row a meeting and councillor.
CREATE VIEW attendances AS
SELECT
    p.uid,
    r.day,
    nullif(r.assembly, '') AS assembly,
    r.councillor,
    r.present,
    nullif(r.proxy, '') AS proxy,
    s.slug AS source
FROM attendance_records AS r
JOIN posts AS p ON p.id = r.post_id
JOIN sources AS s ON s.id = r.source_id;
