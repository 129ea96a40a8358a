-- One row a line of open data that could not be read, as of the last reading of its file.
CREATE VIEW refused_rows AS
SELECT
    s.slug AS source,
    r.line,
    r.reason,
    nullif(r.shown, '') AS record,
    r.seen
FROM refused_records AS r
JOIN sources AS s ON s.id = r.source_id;
