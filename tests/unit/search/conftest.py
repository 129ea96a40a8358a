"""A small database of the real schema, filled by SQL."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

MIGRATIONS = Path(__file__).resolve().parents[3] / "db" / "migrations"
KINDS = {"blog": "Blog", "comite-de-quartier": "Comité de quartier", "presse": "Presse et médias"}
INSTANCES = {"conseil-citoyen": "Conseil citoyen", "cric": "CRIC", "pic": "PIC"}
QUARTIERS = {"hommelet": "Hommelet", "epeule": "Épeule", "pile": "Le Pile", "alma": "Alma"}


class Posts:
    """Adds posts; each is newer than the one before, a day apart unless a year is given."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._next_id = 1_000
        tables = (("kinds", KINDS), ("instances", INSTANCES), ("quartiers", QUARTIERS))
        for table, rows in tables:
            for slug, name in rows.items():
                more = ", sector" if table == "quartiers" else ""
                value = ", 'nord'" if table == "quartiers" else ""
                connection.execute(
                    f"INSERT INTO {table} (slug, name{more}) VALUES (?, ?{value})", (slug, name)
                )
        for slug in ("cq-hommelet", "nord-eclair", "blog-alma"):
            self.add_source(slug)

    def add_source(self, slug: str, display: str = "excerpt", name: str | None = None) -> None:
        """Add a source; it is a blog."""
        self.connection.execute(
            "INSERT INTO sources (slug, name, url, kind_id, reader, language, display,"
            " listed_since) VALUES (?, ?, 'https://example.org/', 1, 'feed', 'fr', ?, '2020')",
            (slug, name or f"Source {slug}", display),
        )

    def add(
        self,
        title: str = "Un titre",
        text: str = "",
        *,
        source: str = "cq-hommelet",
        instance: str | None = None,
        quartiers: tuple[str, ...] = (),
        kind: str = "blog",
        year: int = 2024,
        excerpt: str | None = None,
    ) -> str:
        """Add a post and return its uid."""
        self._next_id += 1
        number = self._next_id
        source_id = self._id("sources", source)
        kind_id = self._id("kinds", kind)
        instance_id = None if instance is None else self._id("instances", instance)
        quartier_ids = [self._id("quartiers", quartier) for quartier in quartiers]
        tokens = [f"xs{source_id}", f"xk{kind_id}", f"xy{year}"]
        tokens += [] if instance_id is None else [f"xi{instance_id}"]
        tokens += [f"xq{quartier_id}" for quartier_id in quartier_ids]
        uid = f"p{number}"
        execute = self.connection.execute
        execute(
            "INSERT INTO posts (id, uid, source_id, guid, url, title, excerpt, text, language,"
            " published, date_origin, categories, instance_id, kind_id, year, fac, digest,"
            " first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'fr', ?, 'stated', ?, ?, ?,"
            " ?, ?, '', '2025-01-01T00:00:00Z', '2025-01-01T00:00:00Z')",
            (
                number,
                uid,
                source_id,
                uid,
                f"https://example.org/{uid}",
                title,
                text[:60] if excerpt is None else excerpt,
                text,
                f"{year}-01-02T03:04:05Z",
                json.dumps([]),
                instance_id,
                kind_id,
                year,
                " ".join(tokens),
            ),
        )
        execute(
            "INSERT INTO post_facets VALUES (?, ?, ?, ?, ?)",
            (number, instance_id, source_id, kind_id, year),
        )
        for quartier_id in quartier_ids:
            execute("INSERT INTO post_quartiers VALUES (?, ?)", (number, quartier_id))
        execute(
            "INSERT INTO posts_fts (rowid, title, text, fac)"
            " SELECT id, title, text, fac FROM posts_indexed WHERE id = ?",
            (number,),
        )
        return uid

    def _id(self, table: str, slug: str) -> int:
        query = f"SELECT id FROM {table} WHERE slug = ?"
        (number,) = self.connection.execute(query, (slug,)).fetchone()
        return int(number)


@pytest.fixture(scope="module")
def migrated() -> Iterator[sqlite3.Connection]:
    """An empty database of the real schema, shared by a module's tests."""
    connection = sqlite3.connect(":memory:")
    for path in sorted(MIGRATIONS.glob("*.sql")):
        connection.executescript(path.read_text("utf-8"))
    yield connection
    connection.close()


@pytest.fixture
def connection(migrated: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The shared database, put back after each test."""
    migrated.execute("BEGIN")
    yield migrated
    migrated.rollback()


@pytest.fixture
def posts(connection: sqlite3.Connection) -> Posts:
    """Adds posts to the database of the test."""
    return Posts(connection)
