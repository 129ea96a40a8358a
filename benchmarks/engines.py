"""What answers the judged queries: the program, and what SQLite offers without it.

The program gets the posts the way it gets any: the sample town is served and crawled, the written
posts go through `normalise` and `Store.save`, and the town knows the names and synonyms of
Roubaix beside its own.
"""

import asyncio
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TypeVar

from judged import WrittenPost
from snowballstemmer import stemmer  # type: ignore[import-untyped]  # it has none

from aggregator.crawl import crawl
from aggregator.enrich import enrich
from aggregator.fetch import Web
from aggregator.language import fold
from aggregator.model import Entry, Instance, Post, Quartier, Source, Town
from aggregator.normalise import normalise
from aggregator.paths import bundled
from aggregator.readers import load_scrapers
from aggregator.sample import SampleTown
from aggregator.search import Query, search
from aggregator.search.model import Order
from aggregator.sources import load_sources
from aggregator.store import Store, reading

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
# Paused: it is on the list, and nobody asks it.
WRITTEN = Source(
    slug="textes-du-jugement",
    name="Textes du jugement",
    url="https://textes.example/",
    kind="blog",
    paused=True,
)
LOOKED_AT = 10  # hits
TITLE_WEIGHT = 5.0  # of plain FTS5, texts weighing 1
_WORD = re.compile(r"\w+")
_Named = TypeVar("_Named", bound=Instance | Quartier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The names of the first posts found, best first, and the other spelling proposed if any."""

    found: tuple[str, ...]
    proposed: str = ""


Engine = Callable[[str], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A database that holds all posts of the set, and how they are called in it."""

    path: Path
    names: Mapping[str, str]  # by uid


def build(folder: Path, written: Iterable[WrittenPost]) -> Collection:
    """Crawl the sample town and save the written posts, in a folder of one's own."""
    database = folder / "judged.db"
    with _loopback(), SampleTown(bundled("demo")) as sample, Store.open(database) as store:
        sample.write_town(folder)
        town = _town(folder)
        asyncio.run(_crawl(town, store, folder))
        posts = {post.guid: post for post in map(_post, written)}
        with store.transaction():
            store.save(WRITTEN.slug, list(posts.values()), seen=NOW)
        store.count_terms()
        addresses = {
            post.url: f"{site.name}/{post.slug}"
            for site in sample.sites.values()
            for post in site.posts
        }
    with reading(database) as connection:
        rows = connection.execute("SELECT uid, url, guid FROM posts").fetchall()
    names = {uid: guid if guid in posts else addresses[url] for uid, url, guid in rows}
    missing = {*addresses.values(), *posts} - set(names.values())
    if missing:
        raise SystemExit(f"the crawl lost {len(missing)} posts: {', '.join(sorted(missing)[:10])}")
    return Collection(path=database, names=names)


def ours(connection: sqlite3.Connection, names: Mapping[str, str], order: Order) -> Engine:
    """Return the program's search."""

    def ask(text: str) -> Answer:
        results = search(connection, Query(text=text, order=order))
        other = results.corrected or results.suggestion
        return Answer(
            found=tuple(names[hit.uid] for hit in (*results.hits, *results.nearby)[:LOOKED_AT]),
            proposed=other.text if other else "",
        )

    return ask


@contextmanager
def plain(collection: Collection, tokenizer: str, *, stemmed: bool = False) -> Iterator[Engine]:
    """Give a full-text table as SQLite has it: all words required, ranked by bm25.

    Args:
        collection: Where the posts are.
        tokenizer: FTS5's `tokenize`.
        stemmed: Texts and queries go through the French Snowball stemmer beforehand.
    """
    prepare = _stem if stemmed else str
    with closing(sqlite3.connect(":memory:")) as table:
        table.execute(
            f"CREATE VIRTUAL TABLE posts USING fts5 (name UNINDEXED, title, text,"
            f" tokenize = '{tokenizer}')"
        )
        with reading(collection.path) as connection:
            table.executemany(
                "INSERT INTO posts VALUES (?, ?, ?)",
                [
                    (collection.names[uid], prepare(title), prepare(text))
                    for uid, title, text in connection.execute("SELECT uid, title, text FROM posts")
                ],
            )

        def ask(text: str) -> Answer:
            # What blanks part is a phrase each, as programs do that take no syntax from strangers.
            match = " ".join(f'"{chunk}"' for chunk in prepare(text).replace('"', " ").split())
            rows = table.execute(
                "SELECT name FROM posts WHERE posts MATCH ?"
                f" ORDER BY bm25(posts, 0, {TITLE_WEIGHT}, 1) LIMIT {LOOKED_AT}",
                (match,),
            )
            return Answer(found=tuple(name for (name,) in rows))

        yield ask


def _stem(text: str) -> str:
    french = stemmer("french")
    # The stemmer wants accents; the table takes them off afterwards.
    return _WORD.sub(lambda found: str(french.stemWord(found[0].lower())), text)


def _town(folder: Path) -> Town:
    town = load_sources(folder / "sources.yaml", scrapers=folder / "scrapers")
    roubaix = load_sources(bundled("sources.yaml"))
    # The judges read sites; rows of open data are in no judgement.
    sites = [source for source in town.sources if source.service is None]
    return replace(
        town,
        instances=_together(town.instances, roubaix.instances),
        quartiers=_together(town.quartiers, roubaix.quartiers),
        sources=(*sites, WRITTEN),
        synonyms=tuple(dict.fromkeys((*town.synonyms, *roubaix.synonyms))),
    )


def _together(first: Iterable[_Named], second: Iterable[_Named]) -> tuple[_Named, ...]:
    """Bring two lists together; those of one slug become one, with the aliases of both."""
    found: dict[str, _Named] = {}
    for item in (*first, *second):
        found[item.slug] = _joined(found.get(item.slug, item), item)
    return tuple(found.values())


def _joined(one: _Named, other: _Named) -> _Named:
    aliases = {fold(alias): alias for alias in (*one.aliases, *other.aliases)}
    return replace(one, aliases=tuple(aliases.values()))


async def _crawl(town: Town, store: Store, folder: Path) -> None:
    async with Web(contact=town.contact, gap_s=0, clock=lambda: NOW) as web:
        await crawl(
            town,
            store,
            scrapers=load_scrapers(folder / "scrapers"),
            web=web,
            clock=lambda: NOW,
            everything=True,
        )


def _post(written: WrittenPost) -> Post:
    paragraphs = written.text.strip().split("\n\n")
    entry = Entry(
        guid=written.id,
        link=f"{WRITTEN.url}{written.id}",
        title=escape(written.title),
        html="".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs),
        published=written.date.isoformat(),
        author=written.author,
        categories=written.categories,
    )
    post = normalise(
        entry,
        source=WRITTEN,
        page_url=WRITTEN.url,
        language="fr",
        seen=NOW,
        timezone="Europe/Paris",
    )
    if not isinstance(post, Post):
        raise SystemExit(f"{written.id}: refused: {post.reason}")
    return enrich(post, source=WRITTEN)


@contextmanager
def _loopback() -> Iterator[None]:
    """Let the crawler ask this machine, which it refuses otherwise."""
    name = "AGGREGATOR_ALLOW_NETWORKS"
    before = os.environ.get(name)
    os.environ[name] = "127.0.0.0/8"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
