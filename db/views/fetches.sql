-- One row a fetch (« relevé ») of a source.
CREATE VIEW fetches AS
SELECT
    s.slug AS source,
    f.fetched,
    f.outcome,
    f.url,
    f.status,
    f.new,
    f.changed,
    f.unchanged,
    f.rejected,
    f.error,
    f.error_kind,
    f.size_bytes,
    f.elapsed_s
FROM fetch_log AS f
JOIN sources AS s ON s.id = f.source_id;
