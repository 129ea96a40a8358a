-- One row a pair of posts that resemble each other, both ways.
CREATE VIEW similar_publications AS
SELECT
    p.uid,
    q.uid AS similar,
    l.score
FROM similar_posts AS l
JOIN posts AS p ON p.id = l.post_id
JOIN posts AS q ON q.id = l.similar_id;
