-- One row a source and day (UTC): the sums of its fetches, once these are too old to be kept.
CREATE VIEW fetch_days AS
SELECT
    s.slug AS source,
    d.day,
    d.fetches,
    d.saved,
    d.not_modified,
    d.failed,
    d.new,
    d.changed,
    d.unchanged,
    d.rejected,
    d.size_bytes,
    d.elapsed_s
FROM fetch_log_days AS d
JOIN sources AS s ON s.id = d.source_id;
