"""Valmont, a small invented town with posts, for the portal's tests: a folder and its database."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ruamel.yaml import YAML

from aggregator.clock import from_iso, now, to_iso
from aggregator.model import KINDS, Source
from aggregator.paths import TownFolder
from aggregator.sources import load_sources
from aggregator.store import Store
from aggregator.store.ids import first_id

VALMONT = Path(__file__).parent / "valmont"
SCHOOL = "Réunion publique sur le budget de l’école des Tisserands"
SCHOOL_PAGE = "/publication/ecole0000001"
STATES = {
    "atelier-velo": ("failing", "le site ne répond pas"),
    "memoire": ("silent", "répond, mais n’a rien publié depuis le 4 mai 2019"),
    "conseil-des-jeunes": ("moved", "a déménagé à l’adresse https://cdj.example/feed"),
    "jardins": ("new", ""),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One post; `day` counts back from now, `published` is a fixed moment."""

    source: str
    title: str
    text: str
    day: float = 0.0
    published: str = ""
    origin: str = "stated"
    uid: str = ""
    language: str = "fr"
    instance: str | None = None
    quartiers: tuple[str, ...] = ()
    author: str | None = None

    @property
    def moment(self) -> datetime:
        """When it was published."""
        return from_iso(self.published) if self.published else now() - timedelta(days=self.day)


def build_town(folder: Path, *, many: int = 0) -> tuple[TownFolder, Path]:
    """Write a town folder and its database.

    Args:
        folder: Where; made if missing.
        many: How many further posts of 2012 the Gazette has.
    """
    shutil.copytree(VALMONT, folder, dirs_exist_ok=True)
    town = TownFolder(root=folder)
    town.database.parent.mkdir(exist_ok=True)
    Store.migrate(town.database)
    connection = sqlite3.connect(town.database)
    with connection:
        _describe(connection, town.sources)
        for told in _all_told(folder, many):
            _tell(connection, told)
    connection.close()
    # Whatever the rules are by which posts are filed, found and spelt.
    store = Store.open(town.database)
    store.reindex()
    store.close()
    return town, town.database


def _all_told(folder: Path, many: int) -> Iterator[Told]:
    posts = YAML(typ="safe").load(folder / "posts.yaml")["posts"]
    yield from (Told(**post) for post in posts)
    for number in range(many):
        moment = datetime(2012, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)
        yield Told(
            source="gazette",
            title=f"Chronique numéro {number} du conseil municipal",
            text="Rien.",
            uid=f"chronique{number:06d}",
            published=to_iso(moment),
        )


def _describe(connection: sqlite3.Connection, path: Path) -> None:
    town = load_sources(path)
    _insert(connection, "town", id=1, name=town.name, timezone=town.timezone, digest="")
    named = [("kinds", *item) for item in KINDS.items()]
    named += [("instances", one.slug, one.name) for one in town.instances]
    for table, slug, name in named:
        connection.execute(f"INSERT INTO {table} (slug, name) VALUES (?, ?)", (slug, name))
    for quartier in town.quartiers:
        connection.execute(
            "INSERT INTO quartiers (slug, name, sector) VALUES (?, ?, ?)",
            (quartier.slug, quartier.name, quartier.sector),
        )
    for source in town.sources:
        _list(connection, source)


def _list(connection: sqlite3.Connection, source: Source) -> None:
    since = to_iso(now() - timedelta(days=20))
    found = _insert(
        connection,
        "sources",
        slug=source.slug,
        name=source.name,
        url=source.url,
        kind_id=_id(connection, "kinds", source.kind),
        instance_id=source.instance and _id(connection, "instances", source.instance),
        quartiers=json.dumps(source.quartiers),
        reader="feed",
        feed=source.feed,
        feed_unverified=source.feed_unverified,
        language=source.language,
        display=source.display,
        position=source.line,
        listed_since=since,
    )
    state, reason = STATES.get(source.slug, ("ok", "dernière publication récente"))
    fetched = None if state == "new" else to_iso(now() - timedelta(hours=1))
    _insert(
        connection,
        "source_states",
        source_id=found,
        state=state,
        reason=reason,
        since=since,
        next_fetch=to_iso(now() + timedelta(hours=1)),
        last_fetch=fetched,
        last_success=since if state == "failing" else fetched,
    )
    if fetched:
        outcome = "failed" if state == "failing" else "saved"
        _insert(
            connection, "fetch_log", source_id=found, fetched=fetched, outcome=outcome, new=1
        )  # fmt: skip


def _tell(connection: sqlite3.Connection, told: Told) -> None:
    number = first_id(told.moment)
    while connection.execute("SELECT 1 FROM posts WHERE id = ?", (number,)).fetchone():
        number += 1
    source, kind, url = connection.execute(
        "SELECT id, kind_id, url FROM sources WHERE slug = ?", (told.source,)
    ).fetchone()
    instance = told.instance and _id(connection, "instances", told.instance)
    quartiers = [_id(connection, "quartiers", slug) for slug in told.quartiers]
    tokens = [f"xs{source}", f"xk{kind}", f"xy{told.moment.year}"]
    tokens += [f"xi{instance}"] * bool(instance) + [f"xq{one}" for one in quartiers]
    uid = told.uid or f"p{number:x}"
    facets = {"instance_id": instance, "kind_id": kind, "year": told.moment.year}
    _insert(
        connection,
        "posts",
        id=number,
        uid=uid,
        source_id=source,
        guid=uid,
        url=f"{url}{uid}",
        title=told.title,
        excerpt=told.text,
        html=f"<h1>Le récit</h1><p>{told.text}</p>",
        text=told.text,
        author=told.author,
        language=told.language,
        published=to_iso(told.moment),
        date_origin=told.origin,
        fac=" ".join(tokens),
        digest=uid,
        first_seen=to_iso(min(told.moment, now())),
        last_seen=to_iso(now()),
        **facets,
    )
    _insert(connection, "post_facets", id=number, source_id=source, **facets)
    for quartier in quartiers:
        _insert(connection, "post_quartiers", post_id=number, quartier_id=quartier)


def _id(connection: sqlite3.Connection, table: str, slug: str) -> int:
    (found,) = connection.execute(f"SELECT id FROM {table} WHERE slug = ?", (slug,)).fetchone()
    assert isinstance(found, int)
    return found


def _insert(connection: sqlite3.Connection, table: str, **values: object) -> int:
    marks = ", ".join("?" * len(values))
    done = connection.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values())
    )
    return done.lastrowid or 0
