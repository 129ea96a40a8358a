import shutil
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.errors import StoreError
from aggregator.model import Habits, Memory, Move
from aggregator.paths import bundled
from aggregator.store import Store, open_readonly, schema

LANDED = [
    *("0001_initial", "0002_crawler", "0003_merging", "0004_validators", "0005_search"),
    *("0006_identity", "0007_archives", "0008_pages", "0009_documents", "0010_platforms"),
]

# A town as the first version left it: sixty posts, one a second, the last one announced.
BEFORE = """
INSERT INTO town (id, name, timezone, digest) VALUES (1, 'R', 'Europe/Paris', '');
INSERT INTO kinds VALUES (1, 'blog', 'Blog');
INSERT INTO sources (id, slug, name, url, kind_id, reader, language, display, listed_since) VALUES
    (1, 'blog', 'B', 'u', 1, 'feed', 'fr', 'full', '2026-01-01T00:00:00Z'),
    (2, 'vide', 'V', 'u', 1, 'feed', 'fr', 'full', '2026-01-01T00:00:00Z');
INSERT INTO source_states (source_id, since, last_fetch, moved_to) VALUES
    (1, '2026-01-01T00:00:00Z', '2026-02-03T00:00:00Z', 'https://new.example/'),
    (2, '2026-01-01T00:00:00Z', NULL, NULL);
INSERT INTO http_memory (source_id, url, etag) VALUES (1, 'u', '"1"'), (1, 'v', NULL);
WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 59)
INSERT INTO posts (id, uid, source_id, guid, url, title, language, published, date_origin,
    kind_id, year, digest, first_seen, last_seen)
SELECT n, n, 1, n, 'u', 't', 'fr', format('2026-01-01T00:00:%02dZ', n),
    CASE WHEN n % 3 THEN iif(n % 2, 'stated', 'day_only')
         ELSE iif(n % 2, 'inferred', 'first_seen') END,
    1, 2026, '', '2026-01-01T00:00:58Z', ''
FROM c;
"""


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)


def dump(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
    ).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundled("db"), tmp_path / "bundled"))


def test_a_fresh_file_is_migrated_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "veille.db"
    assert Store.migrate(path) == LANDED
    assert Store.migrate(path) == []
    connection = connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_stepwise_gives_the_schema_of_a_fresh_file(tmp_path: Path, folder: Path) -> None:
    next_one = folder / "migrations" / "9999_more.sql"
    stepwise, fresh = connect(tmp_path / "a.db"), connect(tmp_path / "b.db")
    schema.migrate(stepwise, path=tmp_path / "a.db", folder=folder)
    next_one.write_text("ALTER TABLE crawls ADD COLUMN sources INTEGER;\n")
    assert schema.migrate(stepwise, path=tmp_path / "a.db", folder=folder) == ["9999_more"]
    assert schema.migrate(fresh, path=tmp_path / "b.db", folder=folder) == [*LANDED, "9999_more"]
    assert dump(stepwise) == dump(fresh)
    stepwise.close()
    fresh.close()


def test_habits_begin_with_the_posts_there_are(tmp_path: Path, folder: Path) -> None:
    for later in LANDED[1:]:
        (folder / "migrations" / f"{later}.sql").unlink()
    for view in ("fetch_days", "sources_health"):  # they read what it adds
        (folder / "views" / f"{view}.sql").unlink()
    path = tmp_path / "v.db"
    connection = connect(path)
    schema.migrate(connection, path=path, folder=folder)
    connection.executescript(BEFORE)
    schema.migrate(connection, path=path, folder=bundled("db"))
    connection.close()
    with Store.open(path) as store:
        past = store.history("blog")
        # The last 40 whose day the site states; announced, undated and inferred ones left out.
        seconds = [moment.second for moment in past.habits.times]
        assert seconds == [n for n in range(60) if n % 3][-41:-1]
        moved = datetime(2026, 1, 1, tzinfo=UTC)
        assert past.move == Move(to="https://new.example/", since=moved, fetches=1)
        assert store.history("vide").habits == Habits()
        store.roll_up(datetime(2026, 2, 4, tzinfo=UTC))  # memories age from the last fetch
        assert store.memory("blog", "u") == Memory()
        assert store.memory("blog", "v") == Memory()


@pytest.mark.parametrize("fault", ["CREATE TABLE kinds (id);\n", "INSERT INTO nowhere VALUES (1);"])
def test_a_failed_migration_leaves_no_trace(tmp_path: Path, folder: Path, fault: str) -> None:
    path = tmp_path / "v.db"
    connection = connect(path)
    schema.migrate(connection, path=path, folder=folder)
    before = dump(connection)
    text = f"CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT;\n{fault}"
    (folder / "migrations" / "9999_bad.sql").write_text(text)
    with pytest.raises(sqlite3.OperationalError):
        schema.migrate(connection, path=path, folder=folder)
    assert not connection.in_transaction
    assert dump(connection) == before
    applied = connection.execute("SELECT name FROM _sqlite_migrations").fetchall()
    assert [name for (name,) in applied] == LANDED
    connection.close()


def test_a_migration_that_breaks_references_is_undone(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "v.db"
    connection = connect(path)
    (folder / "migrations" / "9999_bad.sql").write_text(
        "INSERT INTO fetch_log (source_id, fetched, outcome) VALUES (9, '', 'saved');\n"
    )
    with pytest.raises(StoreError, match="fetch_log"):
        schema.migrate(connection, path=path, folder=folder)
    assert dump(connection) == []
    connection.close()


def test_a_view_whose_text_changed_is_made_anew(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "v.db"
    connection = connect(path)
    schema.migrate(connection, path=path, folder=folder)
    changes = connection.total_changes
    schema.migrate(connection, path=path, folder=folder)
    assert connection.total_changes == changes
    (folder / "views" / "fetches.sql").write_text(
        "-- why\nCREATE VIEW fetches AS\nSELECT 1 AS one;"
    )
    assert schema.migrate(connection, path=path, folder=folder) == []
    assert connection.execute("SELECT one FROM fetches").fetchall() == [(1,)]
    connection.close()


def test_opening_what_is_current_takes_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    Store.migrate(path)
    writer = connect(path)
    writer.execute("BEGIN IMMEDIATE")
    with Store.open(path) as store:
        assert store.statuses() == ()
    writer.close()


def test_many_may_open_a_fresh_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    applied: list[str] = []
    threads = [
        threading.Thread(target=lambda: applied.extend(Store.migrate(path))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert applied == LANDED


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    Store.migrate(path)
    connection = connect(path)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('aggregator', '0099_future', '')"
    )
    connection.close()
    for opening in (Store.open, open_readonly):
        with pytest.raises(StoreError, match=r"newer version.*0099_future"):
            opening(path)


def test_an_older_database_is_not_read(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "v.db"
    Store.migrate(path)
    (folder / "migrations" / "9999_more.sql").write_text("CREATE TABLE more (id) STRICT;\n")
    connection = connect(path)
    with pytest.raises(StoreError, match="aggregator migrate"):
        schema.require_current(connection, path=path, folder=folder)
    connection.close()


def test_another_programs_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = connect(path)
    connection.execute("CREATE TABLE places (id)")
    before = dump(connection)
    with pytest.raises(StoreError, match="another program's database"):
        Store.open(path)
    assert dump(connection) == before
    connection.close()


def test_statements_end_their_lines() -> None:
    text = "-- a; comment\nCREATE TABLE a (\n  b TEXT DEFAULT ';'\n);\nSELECT 1;\n-- the end\n"
    assert [part.splitlines()[-1] for part in schema.statements(text)] == [");", "SELECT 1;"]
    with pytest.raises(ValueError, match="does not end"):
        list(schema.statements("SELECT 1;\nSELECT 2"))


def test_posts_of_before_that_lack_something_have_their_pages_opened(
    tmp_path: Path, folder: Path
) -> None:
    path = tmp_path / "veille.db"
    later = {}
    for file in sorted((folder / "migrations").glob("*.sql"))[5:]:
        later[file] = file.read_text(encoding="utf-8")
        file.unlink()
    connection = connect(path)
    schema.migrate(connection, path=path, folder=folder)
    connection.executescript(BEFORE)
    long = "Un texte entier. " * 40
    connection.execute("DELETE FROM posts WHERE id > 4")
    for post, (url, text, origin) in enumerate(
        (
            ("https://x/1", long, "stated"),
            ("https://x/2", long + "et la suite […] ", "stated"),
            ("https://x/3", long, "first_seen"),
            ("https://x/4.pdf", "", "stated"),
            ("u", "", "stated"),  # the source's own address
        )
    ):
        connection.execute(
            "UPDATE posts SET url = ?, text = ?, date_origin = ? WHERE id = ?",
            (url, text, origin, post),
        )
    for file, text in later.items():
        file.write_text(text, encoding="utf-8")
    schema.migrate(connection, path=path, folder=folder)
    wanted = connection.execute("SELECT post_id, wanted FROM post_pages ORDER BY 1").fetchall()
    connection.close()
    assert wanted == [(1, "text"), (2, "date")]
