"""A small town, and posts filed, indexed and counted as the store does it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from datetime import UTC, date, datetime, time
from itertools import count
from pathlib import Path

import pytest

from aggregator.clock import to_iso
from aggregator.model import KINDS, first_id
from aggregator.paths import bundled
from aggregator.search import Query, Results, search
from aggregator.store import counting, index, prepare, schema
from aggregator.store.lexicon import Lexicon
from aggregator.store.tags import UNKNOWN_MONTH, Tags, bits_of, insert
from aggregator.store.themes import Themes

INSTANCES = {"conseil-citoyen": "Conseil citoyen", "cric": "CRIC", "pic": "PIC"}
QUARTIERS = {"hommelet": "Hommelet", "epeule": "Épeule", "pile": "Le Pile", "alma": "Alma"}
SOURCES = {"cq-hommelet": "Journal du comité", "nord-eclair": "Nord Éclair", "blog": "Un blog"}
_STATES = count()
SEEN = "2025-06-01T00:00:00Z"


class Posts:
    """Adds posts; of the same day, each is a second newer than the one before."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._added = 0
        self._themes = Themes(connection)
        self._lexicon = Lexicon(connection, "terms")
        connection.execute("INSERT INTO town VALUES (1, 'Roubaix', 'Europe/Paris', '')")
        self._change_list()
        connection.executemany("INSERT INTO kinds (slug, name) VALUES (?, ?)", KINDS.items())
        for slug, name in INSTANCES.items():
            self.add_instance(slug, name)
        for slug, name in QUARTIERS.items():
            self.add_quartier(slug, name)
        for slug, name in SOURCES.items():
            self.add_source(slug, name)

    def add_instance(
        self,
        slug: str,
        name: str,
        *,
        aliases: tuple[str, ...] = (),
        became: tuple[str, ...] = (),
    ) -> None:
        self.connection.execute(
            "INSERT INTO instances (slug, name, aliases, became) VALUES (?, ?, ?, ?)",
            (slug, name, json.dumps(aliases), json.dumps(became)),
        )
        self._change_list()

    def add_quartier(
        self, slug: str, name: str, *, sector: str = "nord", aliases: tuple[str, ...] = ()
    ) -> None:
        self.connection.execute(
            "INSERT INTO quartiers (slug, name, sector, aliases) VALUES (?, ?, ?, ?)",
            (slug, name, sector, json.dumps(aliases)),
        )
        self._change_list()

    def add_source(self, slug: str, name: str = "Une source", display: str = "excerpt") -> None:
        self.connection.execute(
            "INSERT INTO sources (slug, name, url, kind_id, reader, language, display,"
            " listed_since) VALUES (?, ?, 'https://example.org/', 1, 'feed', 'fr', ?, '2020')",
            (slug, name, display),
        )
        self._change_list()

    def add_synonyms(self, *groups: tuple[str, ...]) -> None:
        self.connection.executemany(
            "INSERT INTO synonyms (group_id, words) VALUES (?, ?)",
            [(number, words) for number, group in enumerate(groups) for words in group],
        )
        self._change_list()

    def add(
        self,
        title: str = "Un titre",
        text: str = "",
        *,
        source: str = "cq-hommelet",
        instance: str | None = None,
        quartiers: tuple[str, ...] = (),
        kind: str = "blog",
        day: date = date(2024, 1, 15),
        is_dated: bool = True,
        author: str | None = None,
        themes: tuple[str, ...] = (),
        documents: tuple[str, ...] = (),
        language: str = "fr",
        excerpt: str | None = None,
    ) -> str:
        """Add a post and return its uid."""
        self._added += 1
        # Undated ones are filed in year 1 (store/planning.py).
        moment = datetime.combine(day if is_dated else date(1, 1, 2), time(10), UTC)
        number = first_id(moment) + self._added
        uid = f"p{self._added}"
        tags = Tags(
            source_id=self._id("sources", source),
            kind_id=self._id("kinds", kind),
            instance_id=None if instance is None else self._id("instances", instance),
            quartier_ids=tuple(self._id("quartiers", slug) for slug in quartiers),
            month=day.year * 100 + day.month if is_dated else UNKNOWN_MONTH,
            language=language,
            documents=bits_of(documents),
            theme_ids=self._themes.of(themes),
        )
        self.connection.execute(
            "INSERT INTO posts (id, uid, source_id, guid, url, title, excerpt, text, author,"
            " language, published, date_origin, categories, instance_id, kind_id, year, fac,"
            " digest, first_seen, last_seen)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'stated', ?, ?, ?, ?, ?, '', ?, ?)",
            (
                *(number, uid, tags.source_id, uid, f"https://example.org/{uid}", title),
                *(text[:60] if excerpt is None else excerpt, text, author, language),
                *(to_iso(moment) if is_dated else SEEN, json.dumps(themes)),
                *(tags.instance_id, tags.kind_id, tags.year, tags.fac, SEEN, SEEN),
            ),
        )
        insert(self.connection, [(number, tags)])
        index.add(self.connection, [number])
        pieces: set[str] = set()
        index.read(pieces, title, text, author)
        self._lexicon.add(pieces)
        return uid

    def _change_list(self) -> None:
        # Names are remembered by the state of the list, also from one test to the next.
        digest = f"state {next(_STATES)}"
        self.connection.execute("UPDATE town SET digest = ?", (digest,))

    def count(self) -> None:
        """Count how many posts hold each word, as the store does each night."""
        counting.count(self.connection, nullcontext)

    def _id(self, table: str, slug: str) -> int:
        (number,) = self.connection.execute(
            f"SELECT id FROM {table} WHERE slug = ?", (slug,)
        ).fetchone()
        return int(number)


@pytest.fixture(scope="session")
def migrated() -> Iterator[bytes]:
    """An empty database of the real schema."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        prepare(connection)
        schema.migrate(connection, path=Path("memory"), folder=bundled("db"))
        connection.execute("UPDATE index_rules SET version = 1")  # as the store says of its own
        yield connection.serialize()


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else writes: counting need not wait for anybody."""
    monkeypatch.setattr(counting, "let_others_write", lambda: None)


@pytest.fixture
def connection(migrated: bytes) -> Iterator[sqlite3.Connection]:
    """The database of a test, in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.deserialize(migrated)
        prepare(opened)
        yield opened


@pytest.fixture
def posts(connection: sqlite3.Connection) -> Posts:
    """Adds posts to the database of the test."""
    return Posts(connection)


Ask = Callable[..., Results]


@pytest.fixture
def ask(connection: sqlite3.Connection) -> Ask:
    """Search a text, with other fields of Query by name."""

    def run(text: str = "", **more: object) -> Results:
        return search(connection, Query(text=text, **more))  # type: ignore[arg-type]

    return run


@pytest.fixture
def found(ask: Ask) -> Callable[..., list[str]]:
    """Return the uids of the posts that answer, in order."""

    def run(text: str = "", **more: object) -> list[str]:
        return [hit.uid for hit in ask(text, **more).hits]

    return run
