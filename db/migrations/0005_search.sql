-- Search that understands French: what words mean the same, what else posts can be narrowed by,
-- which posts resemble each other, what is talked about.

-- The index is given what `indexed_text` makes of a text (aggregator/language): ligatures and
-- inclusive writing spelt out, dotted acronyms joined. Authors are searched with « auteur: » only.
DROP VIEW posts_indexed;
CREATE VIEW posts_indexed AS
SELECT
    id,
    indexed_text(title) AS title,
    indexed_text(text) AS text,
    indexed_text(coalesce(author, '')) AS author,
    fac
FROM posts;

DROP TABLE posts_fts;
CREATE VIRTUAL TABLE posts_fts USING fts5 (
    title, text, author, fac,
    content="posts_indexed", content_rowid="id",
    tokenize="unicode61 remove_diacritics 2"
);
INSERT INTO posts_fts (posts_fts, rank) VALUES ('automerge', 16);
INSERT INTO posts_fts (posts_fts, rank) VALUES ('crisismerge', 64);

-- By which rules (store/index.py) index, terms, facets and themes were made: other ones make them
-- anew when the store is opened. 0: by none of today's.
CREATE TABLE index_rules (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO index_rules (id, version) VALUES (1, 0);

-- Every word of titles and texts, without accents as the index has it, and what it is a form of:
-- forms that share a lemma answer each other. « marche » has two lines: marche, marcher.
-- spelling: as it is written, in lower case but for acronyms. sound: folded as it is heard, for misspellings.
-- posts: how many hold it, as last counted (each night); those of today count as one.
CREATE TABLE terms (
    term TEXT NOT NULL,
    lemma TEXT NOT NULL,
    spelling TEXT NOT NULL,
    sound TEXT NOT NULL,
    posts INTEGER NOT NULL,
    PRIMARY KEY (term, lemma)
) STRICT, WITHOUT ROWID;
CREATE INDEX terms_lemma ON terms (lemma);
CREATE INDEX terms_sound ON terms (sound);

-- Words and names that mean the same, as synonyms.yaml says; one line a member of a group.
CREATE TABLE synonyms (
    group_id INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (group_id, words)
) STRICT, WITHOUT ROWID;

-- What sources themselves file their posts under (categories), spellings brought together.
CREATE TABLE themes (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE post_themes (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    theme_id INTEGER NOT NULL REFERENCES themes (id),
    PRIMARY KEY (post_id, theme_id)
) STRICT, WITHOUT ROWID;

-- month: 201606; 0 as `year`. language: its first part (pt of pt-BR). documents: bits, by the
-- order of model.DOCUMENTS, of what a post links to.
ALTER TABLE post_facets ADD COLUMN month INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post_facets ADD COLUMN language TEXT NOT NULL DEFAULT 'fr';
ALTER TABLE post_facets ADD COLUMN documents INTEGER NOT NULL DEFAULT 0;

-- Posts that resemble a post, both ways; a higher score is nearer.
CREATE TABLE similar_posts (
    post_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    similar_id INTEGER NOT NULL REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE,
    score REAL NOT NULL,
    PRIMARY KEY (post_id, similar_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX similar_posts_of ON similar_posts (similar_id);

-- New and edited posts whose like is still to be looked for.
CREATE TABLE comparing (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id) ON UPDATE CASCADE ON DELETE CASCADE
) STRICT;
INSERT INTO comparing (post_id) SELECT id FROM posts;

-- What is talked about: words and names that rise this week against the year before it.
CREATE TABLE topics (
    position INTEGER PRIMARY KEY,
    words TEXT NOT NULL,
    posts INTEGER NOT NULL,
    sources INTEGER NOT NULL,
    posts_before INTEGER NOT NULL,
    score REAL NOT NULL,
    counted TEXT NOT NULL
) STRICT;
