"""A small town, its store, and a maker of posts."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from aggregator.model import DateOrigin, Display, Instance, Post, Quartier, Source, Town
from aggregator.store import Store

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

MakePost = Callable[..., Post]


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def town() -> Town:
    blog = Source(
        slug="blog",
        name="Le blog",
        url="https://blog.example/",
        kind="blog",
        instance="conseil",
        quartiers=("hommelet",),
        feed="https://blog.example/feed",
        display=Display.FULL,
    )
    return Town(
        name="Roubaix",
        timezone="Europe/Paris",
        contact="veille@example.org",
        instances=(
            Instance(slug="conseil", name="Conseil citoyen"),
            Instance(slug="pic", name="PIC"),
        ),
        quartiers=(
            Quartier(slug="hommelet", name="Hommelet", sector="nord"),
            Quartier(slug="epeule", name="Épeule", sector="ouest"),
        ),
        sources=(
            blog,
            replace(blog, slug="presse", name="La presse", kind="presse", display=Display.TITLE),
            replace(blog, slug="extrait", name="Extraits", instance=None, display=Display.EXCERPT),
        ),
    )


@pytest.fixture
def make_post() -> MakePost:
    def make(guid: str = "1", **changes: Any) -> Post:
        values: dict[str, Any] = {
            "source": "blog",
            "guid": guid,
            "url": f"https://blog.example/{guid}",
            "title": f"Titre {guid}",
            "excerpt": "Un début…",
            "html": "<p>Un début, une fin.</p>",
            "text": f"Un début, une fin, numéro {guid}.",
            "published": datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
            "date_origin": DateOrigin.STATED,
            "instance": "conseil",
            "quartiers": ("hommelet",),
        } | changes
        shown = repr([values[name] for name in ("url", "title", "html", "text")])
        return Post(**{"digest": sha256(shown.encode()).hexdigest()} | values)

    return make


@pytest.fixture
def store(tmp_path: Path, town: Town) -> Iterator[Store]:
    with Store.open(tmp_path / "db" / "veille.db") as opened:
        opened.sync_town(town, definitions={}, now=NOON)
        yield opened


Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def rows(store: Store) -> Rows:
    """Run a query on the store's own connection."""

    def run(sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in store._connection.execute(sql, parameters)]

    return run


Save = Callable[..., Any]


@pytest.fixture
def save(store: Store) -> Save:
    def run(*posts: Post, slug: str = "blog", seen: datetime = NOON) -> Any:
        with store.transaction():
            return store.save(slug, posts, seen=seen).count

    return run
