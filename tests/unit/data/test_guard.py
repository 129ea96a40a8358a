"""The guard of an analyst's connection, attacked on a real database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest
from unit.data.withheld import build

from aggregator.data.guard import (
    CLOSED_COLUMNS,
    MAX_HEAP_BYTES,
    MAX_VALUE_BYTES,
    guard,
    refuse_joins_by_name,
)
from aggregator.data.searching import search_function

REFUSED = sqlite3.DatabaseError

# Every way of naming what is withheld; each reads one closed column, or the index.
READS = (
    "SELECT * FROM posts",
    "SELECT p.* FROM posts AS p",
    "SELECT TEXT FROM POSTS",
    'SELECT "text" FROM "posts"',
    "SELECT [text] FROM [posts]",
    "SELECT `TeXt` FROM `pOsTs`",
    'SELECT posts."html" FROM posts',
    "SELECT main.posts.excerpt FROM posts",
    "SELECT (SELECT text FROM posts LIMIT 1)",
    "SELECT text FROM (SELECT * FROM posts)",
    "SELECT x.text FROM posts AS x, publications AS y WHERE x.uid = y.uid",
    "SELECT publications.text FROM posts AS publications",
    "SELECT shown_texts.text FROM posts AS shown_texts",
    "SELECT posts.text FROM posts LEFT JOIN publications ON 1",
    "SELECT posts.text FROM publications FULL JOIN posts ON posts.uid = publications.uid",
    "WITH publications AS (SELECT text FROM posts) SELECT * FROM publications",
    "WITH shown_texts AS (SELECT text FROM posts) SELECT text FROM shown_texts",
    "WITH RECURSIVE c(x) AS (SELECT text FROM posts UNION SELECT x FROM c) SELECT x FROM c",
    "SELECT sum(length(text)) FROM posts",
    "SELECT count(text) FROM posts",
    "SELECT max(html) FROM posts",
    "SELECT typeof(text) FROM posts",
    "SELECT json_group_array(text) FROM posts",
    "SELECT count(*) FILTER (WHERE text LIKE 'a%') FROM posts",
    "SELECT uid FROM posts WHERE text LIKE '%SECRET%'",
    "SELECT uid FROM posts WHERE text > 'M'",
    "SELECT uid FROM posts ORDER BY text",
    "SELECT uid FROM posts GROUP BY text",
    "SELECT uid FROM posts LIMIT (SELECT length(text) FROM posts)",
    "SELECT uid FROM posts WHERE (uid, text) IN (SELECT uid, text FROM posts)",
    "SELECT uid FROM posts AS p WHERE EXISTS (SELECT 1 FROM revisions WHERE text = p.text)",
    "SELECT lag(text) OVER () FROM posts",
    "SELECT row_number() OVER (ORDER BY text) FROM posts",
    "SELECT uid FROM posts WINDOW w AS (PARTITION BY text) ORDER BY rank() OVER w",
    "SELECT value FROM json_each((SELECT json_array(text) FROM posts))",
    "SELECT 1 UNION SELECT text FROM posts",
    "VALUES ((SELECT text FROM posts))",
    "EXPLAIN SELECT text FROM posts",
    "EXPLAIN QUERY PLAN SELECT text FROM posts",
    "SELECT text FROM post_versions",
    "SELECT * FROM post_versions",
    "SELECT text FROM document_pages",
    "SELECT * FROM document_pages",
    "SELECT page FROM document_pages WHERE text LIKE '%SECRET%'",
    "SELECT g.text FROM publication_documents AS d JOIN document_pages AS g ON g.page = d.pages",
    "WITH d AS (SELECT text FROM document_pages) SELECT d.* FROM d, publication_documents",
    "SELECT record FROM refused_records",
    "SELECT * FROM refused_records",
    "WITH refused_rows AS (SELECT record FROM refused_records) SELECT record FROM refused_rows",
    "SELECT rejections FROM fetch_log",
    "SELECT label FROM post_documents",
    "SELECT * FROM post_documents",
    "SELECT title FROM documents",
    "SELECT * FROM documents",
    "SELECT l.label FROM post_documents AS l, publication_documents AS shown_documents",
    "WITH shown_documents AS (SELECT label FROM post_documents) SELECT label FROM shown_documents",
    "SELECT count(*) FROM post_documents WHERE label LIKE '%SECRET%'",
    "SELECT documents FROM posts_indexed",
    "SELECT documents FROM posts_fts",
    "SELECT count(*) FROM posts_fts WHERE posts_fts MATCH 'documents : secret'",
    "SELECT title FROM posts_indexed",
    "SELECT count(*) FROM posts_indexed",
    "SELECT rank FROM posts_fts",
    "SELECT key FROM post_keys",
    "SELECT posts_fts FROM posts_fts",
    "SELECT rowid FROM posts_fts",
    "SELECT count(*) FROM posts_fts",
    "SELECT count(*) FROM posts_fts WHERE posts_fts MATCH 'secret'",
    "SELECT count(*) FROM posts_fts('secret')",
    "SELECT count(*) FROM POSTS_FTS('secret') AS f",
    "SELECT uid FROM posts, posts_fts('secret')",
    "SELECT EXISTS (SELECT 1 FROM main.[posts_fts]('secret'))",
    "SELECT snippet(posts_fts, 1, '', '', '', 10) FROM posts_fts('secret')",
    "SELECT block FROM posts_fts_data",
    "SELECT count(*) FROM posts_fts_data",
    "SELECT term FROM posts_fts_idx",
    "SELECT sz FROM posts_fts_docsize",
    "SELECT * FROM subscriptions",
    "SELECT secret FROM Subscriptions",
    "SELECT token FROM subscriptions AS fetches",
    "SELECT rowid FROM subscriptions",
    "SELECT count(*) FROM subscriptions",
    "SELECT count(*) FROM subscriptions WHERE secret > 'M'",
    "SELECT s.slug FROM sources AS s JOIN subscriptions AS n ON n.source_id = s.id",
    "WITH c AS (SELECT secret FROM subscriptions) SELECT * FROM c",
    "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, posts_fts, row)",
    "CREATE TEMP VIEW v AS SELECT text FROM posts",
    "CREATE TEMP TABLE t AS SELECT text FROM posts",
)

ACTS = (
    "ATTACH 'other.db' AS other",
    "ATTACH ':memory:' AS other",
    "DETACH main",
    "VACUUM INTO 'copy.db'",
    "VACUUM",
    "CREATE TABLE t (x)",
    "CREATE TEMP TRIGGER t AFTER INSERT ON posts BEGIN SELECT 1; END",
    "DROP VIEW publications",
    "ALTER TABLE posts RENAME TO p",
    "INSERT INTO posts_fts (posts_fts) VALUES ('optimize')",
    "UPDATE posts SET title = 'x'",
    "UPDATE sqlite_master SET sql = ''",
    "WITH c AS (SELECT 1) DELETE FROM posts",
    "ANALYZE",
    "REINDEX",
    "BEGIN",
    "SAVEPOINT s",
    "PRAGMA query_only = 0",
    "PRAGMA writable_schema = 1",
    "PRAGMA hard_heap_limit = 0",
    "PRAGMA database_list",
    "PRAGMA mmap_size = 1",
    "PRAGMA temp_store_directory = '/'",
    "SELECT * FROM pragma_database_list",
    "SELECT file FROM PRAGMA_DATABASE_LIST()",
    "SELECT * FROM pragma_integrity_check",
    "SELECT * FROM pragma_compile_options",
    "SELECT name FROM dbstat",
    "SELECT sql FROM sqlite_stmt",
    "SELECT load_extension('x')",
    "SELECT readfile('/etc/hostname')",
    "SELECT writefile('x', 'y')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT printf('%.900000000c', 'x')",
    "SELECT FORMAT('%d', 1)",
    "SELECT zeroblob(10)",
    "SELECT hex(zeroblob(200000000))",
    "SELECT RandomBlob(10)",
)

LONG = (
    "WITH RECURSIVE c(x) AS (SELECT 'aaaaaaaa' UNION ALL SELECT x || x FROM c"
    " WHERE length(x) < 4000000) SELECT {} FROM (SELECT max(x) AS x FROM c)"
)
BOMBS = {
    "hexes": LONG.format("hex(hex(hex(x)))"),
    "nested replace": LONG.format("replace(replace(x, 'a', x), 'a', x)"),
    "one JSON array": LONG.format(f"length(json_array({', '.join(['x'] * 100)}))"),
    "a group of JSON": LONG.format("json_group_array(x || value)").replace(
        "max(x) AS x FROM c", "max(x) AS x FROM c) JOIN json_each('[1, 2, 3, 4, 5]'"
    ),
    "huge LIKE": LONG.format("x LIKE x"),
    "doubling CTEs": "WITH x0(a) AS (SELECT 1), "
    + ", ".join(
        f"x{n} AS (SELECT count(*) AS a FROM x{n - 1}, x{n - 1} AS y)" for n in range(1, 30)
    )
    + " SELECT * FROM x29",
    "deep expression": "SELECT " + "(" * 200 + "1" + ")" * 200 + "+ 1" * 200,
    "long SQL": f"SELECT '{'a' * 30_000}'",
    "wide rows": f"SELECT {', '.join('1' * 300)}",
}


@pytest.fixture
def connection(posts_database: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{posts_database.as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as found:
        found.create_function("recherche", 1, search_function(posts_database))
        guard(found)
        yield found


def run(connection: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
    refuse_joins_by_name(sql)
    return connection.execute(sql).fetchall()


@pytest.mark.parametrize("sql", READS)
def test_withheld_texts_cannot_be_read(connection: sqlite3.Connection, sql: str) -> None:
    with pytest.raises(REFUSED, match=r"prohibited|not authorized"):
        run(connection, sql)


JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT RIGHT JOIN", "FULL OUTER JOIN")


@pytest.mark.parametrize(
    ("table", "column"),
    [*sorted(CLOSED_COLUMNS), ("posts_fts_data", "block"), ("subscriptions", "secret")],
    ids=str,
)
def test_joins_by_name_do_not_reach_them_either(
    connection: sqlite3.Connection, table: str, column: str
) -> None:
    for join, after in product(JOINS, (f"USING ({column})", f"uSiNg/**/([{column}])")):
        sql = f"WITH c({column}) AS (SELECT 1) SELECT {column} FROM c {join} {table} {after}"
        with pytest.raises(REFUSED, match=r"USING et NATURAL|prohibited"):
            run(connection, sql)
        with pytest.raises(REFUSED, match=r"USING et NATURAL"):
            run(connection, f"SELECT {column} FROM {table} natural {join} {table} AS t")


def test_sqlite_does_not_ask_about_joins_by_name(connection: sqlite3.Connection) -> None:
    # The reason for refusing them. When this fails, SQLite has learnt to ask.
    sql = "WITH c(text) AS (SELECT 1) SELECT text FROM c FULL JOIN posts USING (text)"
    assert "SECRET" in str(connection.execute(sql).fetchall())


def test_what_datasette_looks_for_in_the_schema_is_no_join(
    connection: sqlite3.Connection,
) -> None:
    run(connection, "SELECT name FROM sqlite_master WHERE sql LIKE '%VIRTUAL TABLE%USING FTS%'")
    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        run(connection, "SELECT 1 FROM posts JOIN posts USING fts(text)")


@pytest.mark.parametrize("sql", ACTS)
def test_nothing_but_reading_is_allowed(connection: sqlite3.Connection, sql: str) -> None:
    with pytest.raises(REFUSED):
        run(connection, sql)


@pytest.mark.parametrize("sql", BOMBS.values(), ids=BOMBS)
def test_bombs_are_refused(connection: sqlite3.Connection, sql: str) -> None:
    with pytest.raises((sqlite3.Error, MemoryError)):
        run(connection, sql)


def test_withheld_texts_are_nowhere_in_what_is_open(connection: sqlite3.Connection) -> None:
    names = [name for (name,) in run(connection, "SELECT name FROM sqlite_master")]
    told = []
    for name in names:
        try:
            told.append(str(run(connection, f"SELECT * FROM {name}")))
        except REFUSED:
            continue
    assert any("début" in one for one in told)
    assert "SECRET" not in str(told)


def test_open_columns_of_a_closed_table_stay_open(connection: sqlite3.Connection) -> None:
    assert len(run(connection, "SELECT id, uid, title, fac FROM posts ORDER BY rowid")) == 12
    assert run(connection, "SELECT count(*) FROM posts") == [(12,)]
    assert run(connection, "SELECT count(*) FROM post_versions") == [(12,)]


def test_documents_are_told_of_without_their_text(connection: sqlite3.Connection) -> None:
    sql = (
        "SELECT label, title, url, media, state, pages, refs FROM publication_documents ORDER BY 1"
    )
    told = ("https://blog.example/cr.pdf", "pdf", "read", 2, "[]")
    # Of a source shown by its titles the words of its post stay closed, in links as elsewhere.
    assert run(connection, sql) == [("", "", *told), ("Le compte rendu", "Conseil", *told)]
    assert run(connection, "SELECT count(*), max(page) FROM document_pages") == [(2, 2)]


def test_rows_that_were_refused_are_told_and_shown_where_they_may_be(
    connection: sqlite3.Connection,
) -> None:
    sql = "SELECT source, line, reason, record FROM refused_rows ORDER BY source"
    assert run(connection, sql) == [
        ("blog", 3, "montant est vide", "ligne ouverte"),
        ("extrait", 3, "montant est vide", None),
        ("presse", 3, "montant est vide", None),
    ]


def test_public_views_show_what_may_be_shown(connection: sqlite3.Connection) -> None:
    sql = "SELECT source, excerpt, text FROM publications WHERE title = 'Titre 1' ORDER BY source"
    assert run(connection, sql) == [
        ("blog", "début", "après 1"),
        ("extrait", "Un début…", ""),
        ("presse", "", ""),
    ]
    assert len(run(connection, "SELECT uid FROM revisions WHERE text <> ''")) == 4


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 5) SELECT x FROM c",
        "WITH c AS (SELECT 1) SELECT count(*) FROM c",
        "SELECT rank() OVER (PARTITION BY source ORDER BY published) FROM publications",
        "SELECT value FROM json_each('[1, 2]')",
        "SELECT key FROM json_tree('{\"a\": 1}')",
        "SELECT name FROM pragma_table_info('publications')",
        "SELECT name FROM sqlite_schema",
        "SELECT next_reason, proposed_feed, moved_to, tdm_reserved FROM sources_health",
        "SELECT count(*), sum(fetches) FROM fetch_days",
        "SELECT count(*) FROM topics",
        "SELECT count(*) FROM themes LEFT JOIN publication_themes ON theme = slug",
        "SELECT count(uid), max(score) FROM similar_publications",
        "SELECT strftime('%Y-%W', published), count(*) FROM publications GROUP BY 1",
        "SELECT p.title FROM publications AS p FULL JOIN revisions AS r ON r.uid = p.uid",
        "EXPLAIN QUERY PLAN SELECT title FROM publications",
    ],
)
def test_honest_sql_runs(connection: sqlite3.Connection, sql: str) -> None:
    assert run(connection, sql)


def test_tables_of_a_rebuild_are_described_while_they_last(tmp_path: Path) -> None:
    database = build(tmp_path / "veille.db")
    indexes = ("posts_fts", "posts_fts_next", "posts_fts_old")
    described: set[str] = set()
    with (
        closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection,
        closing(sqlite3.connect(database, isolation_level=None)) as writer,
    ):
        guard(connection)
        for index in indexes:
            writer.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS {index} USING fts5 (text)")
            if connection.execute(f"PRAGMA table_info({index})").fetchall():
                described.add(index)
            with pytest.raises(REFUSED):
                connection.execute(f"SELECT text FROM {index}")
    assert described == set(indexes)


def test_recherche_gives_names_of_posts_and_nothing_else(connection: sqlite3.Connection) -> None:
    sql = (
        "SELECT title, text FROM publications"
        " WHERE uid IN (SELECT value FROM json_each(recherche('secret')))"
    )
    found = run(connection, sql)
    assert len(found) == 8
    assert {text for _, text in found} == {""}


def test_a_text_as_long_as_a_page_can_be_read(connection: sqlite3.Connection) -> None:
    sql = "SELECT length(replace(?, 'a', 'b'))"
    longest = "a" * (MAX_VALUE_BYTES - 100)
    assert connection.execute(sql, [longest]).fetchone() == (len(longest),)


def test_memory_of_sqlite_has_a_bound(connection: sqlite3.Connection) -> None:
    many = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT {})"
    sql = (
        many + " SELECT length(json_group_array('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')) FROM c"
    )
    assert MAX_HEAP_BYTES < 5_000_000 * 43
    assert run(connection, sql.format(1_000))
    with pytest.raises((MemoryError, sqlite3.DataError)):
        run(connection, sql.format(5_000_000))
