-- One row a post and quartier.
CREATE VIEW publication_quartiers AS
SELECT
    p.uid,
    q.slug AS quartier,
    q.name AS quartier_name,
    q.sector
FROM post_quartiers AS pq
JOIN posts AS p ON p.id = pq.post_id
JOIN quartiers AS q ON q.id = pq.quartier_id;
