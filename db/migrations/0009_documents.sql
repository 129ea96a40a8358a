-- Documents that posts link to (PDF, ODT, DOCX): their text, page by page, found with the post.

-- state: waiting, read, scanned (pictures only), encrypted, damaged, too_large, refused (robots.txt),
-- gone, failed. kind: compte-rendu, deliberation, ordre-du-jour, reglement, affiche; empty where nothing
-- tells. refs: JSON, numbers of délibérations. ocr: 1 when the text was read by tesseract.
-- characters: of the text kept. tries: since it was found, or read for the last time.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN (
        'waiting', 'read', 'scanned', 'encrypted', 'damaged', 'too_large', 'refused', 'gone', 'failed'
    )),
    reason TEXT NOT NULL DEFAULT '',
    media TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    pages INTEGER NOT NULL DEFAULT 0,
    read_pages INTEGER NOT NULL DEFAULT 0,
    characters INTEGER NOT NULL DEFAULT 0,
    size_bytes INTEGER NOT NULL DEFAULT 0,
    refs TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(refs)),
    ocr INTEGER NOT NULL DEFAULT 0 CHECK (ocr IN (0, 1)),
    sha256 TEXT,
    etag TEXT,
    last_modified TEXT,
    found TEXT NOT NULL,
    asked TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try TEXT
) STRICT;
CREATE INDEX documents_next ON documents (next_try) WHERE next_try IS NOT NULL;
CREATE INDEX documents_state ON documents (state);

-- indexed: 1 when the document's words stand in the index with the post's, 2 when they are to;
-- one post after the other, for a document may be long and have many.
CREATE TABLE post_documents (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    document_id INTEGER NOT NULL REFERENCES documents (id),
    position INTEGER NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    indexed INTEGER NOT NULL DEFAULT 0 CHECK (indexed IN (0, 1, 2)),
    PRIMARY KEY (post_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_documents_document ON post_documents (document_id);
CREATE INDEX post_documents_waiting ON post_documents (post_id) WHERE indexed = 2;

CREATE TABLE document_pages (
    document_id INTEGER NOT NULL REFERENCES documents (id),
    page INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (document_id, page)
) STRICT;

-- What may be shown of a link, as shown_texts (0001): its label is a piece of the post's text, the
-- title a piece of the document's. Both are closed to analysts' SQL.
CREATE TABLE shown_documents (
    post_id INTEGER NOT NULL,
    document_id INTEGER NOT NULL,
    label TEXT NOT NULL,
    title TEXT NOT NULL,
    PRIMARY KEY (post_id, document_id),
    FOREIGN KEY (post_id, document_id) REFERENCES post_documents (post_id, document_id)
        ON UPDATE CASCADE ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX shown_documents_document ON shown_documents (document_id);

CREATE TRIGGER post_documents_shown_insert AFTER INSERT ON post_documents BEGIN
    INSERT INTO shown_documents (post_id, document_id, label, title)
    SELECT new.post_id, new.document_id, new.label, d.title
    FROM posts AS p JOIN sources AS s ON s.id = p.source_id JOIN documents AS d
    WHERE p.id = new.post_id AND d.id = new.document_id AND s.display <> 'title';
END;

CREATE TRIGGER post_documents_shown_update AFTER UPDATE OF label ON post_documents
WHEN old.label <> new.label BEGIN
    UPDATE shown_documents SET label = new.label
    WHERE post_id = new.post_id AND document_id = new.document_id;
END;

CREATE TRIGGER documents_shown AFTER UPDATE OF title ON documents WHEN old.title <> new.title BEGIN
    UPDATE shown_documents SET title = new.title WHERE document_id = new.id;
END;

CREATE TRIGGER sources_shown_documents AFTER UPDATE OF display ON sources
WHEN old.display <> new.display BEGIN
    DELETE FROM shown_documents WHERE post_id IN (SELECT id FROM posts WHERE source_id = new.id);
    INSERT INTO shown_documents (post_id, document_id, label, title)
    SELECT l.post_id, l.document_id, l.label, d.title
    FROM posts AS p
    JOIN post_documents AS l ON l.post_id = p.id
    JOIN documents AS d ON d.id = l.document_id
    WHERE p.source_id = new.id AND new.display <> 'title';
END;

-- Their words stand in a column of their own, which counts for less than the post's.
DROP VIEW posts_indexed;
CREATE VIEW posts_indexed AS
SELECT
    id,
    indexed_text(title) AS title,
    indexed_text(text) AS text,
    indexed_text(coalesce((
        SELECT group_concat(said, char(10)) FROM (
            SELECT g.text AS said
            FROM post_documents AS d JOIN document_pages AS g ON g.document_id = d.document_id
            WHERE d.post_id = posts.id AND d.indexed = 1
            ORDER BY d.position, d.document_id, g.page
        )
    ), '')) AS documents,
    indexed_text(coalesce(author, '')) AS author,
    fac
FROM posts;

DROP TABLE posts_fts;
CREATE VIRTUAL TABLE posts_fts USING fts5 (
    title, text, documents, author, fac,
    content="posts_indexed", content_rowid="id",
    tokenize="unicode61 remove_diacritics 2"
);
INSERT INTO posts_fts (posts_fts, rank) VALUES ('automerge', 16);
INSERT INTO posts_fts (posts_fts, rank) VALUES ('crisismerge', 64);
UPDATE index_rules SET version = 0;
