-- One row a publication that announces an event.
CREATE VIEW publication_events AS
SELECT p.uid, e.starts, e.ends, e.all_day, e.place
FROM post_events AS e
JOIN posts AS p ON p.id = e.post_id;
