-- One row a post and theme.
CREATE VIEW publication_themes AS
SELECT
    p.uid,
    t.slug AS theme,
    t.name AS theme_name
FROM post_themes AS pt
JOIN posts AS p ON p.id = pt.post_id
JOIN themes AS t ON t.id = pt.theme_id;
