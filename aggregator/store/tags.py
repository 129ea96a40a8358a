"""What posts are filed under: columns, and facet tokens in the index.

Instance, quartiers, source, kind, year and month, language, documents, themes. The tokens
(`xi3 xq7 xs399 xk2 xy2024 xm202403 xlfr xdpdf xt12`) make a filter part of the full-text match.
"""

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aggregator.clock import from_iso
from aggregator.errors import StoreError
from aggregator.model import DOCUMENTS
from aggregator.store.themes import Themes

UNKNOWN_MONTH = 0  # of an undated post that was there before we came
_FILED = """
SELECT
    p.id, p.source_id, p.kind_id, p.instance_id, p.year, p.published, p.language, p.categories,
    p.fac,
    (SELECT group_concat(quartier_id) FROM post_quartiers WHERE post_id = p.id),
    (SELECT group_concat(theme_id) FROM post_themes WHERE post_id = p.id),
    f.instance_id, f.source_id, f.kind_id, f.year, f.month, f.language, f.documents
FROM posts AS p LEFT JOIN post_facets AS f ON f.id = p.id
"""

_LANGUAGE = re.compile(r"[a-z]{2,3}(?![a-z])")
_BITS = {key: 1 << place for place, key in enumerate(DOCUMENTS)}
# By bits: " xdpdf xdtableur".
_DOCUMENT_TOKENS = [
    "".join(f" xd{key}" for key, bit in _BITS.items() if bits & bit)
    for bits in range(1 << len(DOCUMENTS))
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Ids by slug, and the town's time zone, as they stand in the database."""

    timezone: ZoneInfo
    instances: Mapping[str, int]
    quartiers: Mapping[str, int]
    sources: Mapping[str, tuple[int, int]]  # id, kind id
    themes: Themes

    def source(self, slug: str) -> tuple[int, int]:
        """Return id and kind id of a source.

        Raises:
            StoreError: The database has never heard of it.
        """
        found = self.sources.get(slug)
        if found is None:
            raise StoreError(f"{slug}: no such source in the database; synchronise the list first")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What one post is filed under."""

    source_id: int
    kind_id: int
    instance_id: int | None
    quartier_ids: tuple[int, ...]
    month: int  # 201606, in the town; UNKNOWN_MONTH
    language: str  # as `language_of` gives it
    documents: int  # as `bits_of` gives them
    theme_ids: tuple[int, ...]  # ascending

    @property
    def year(self) -> int:
        """The year of the month."""
        return self.month // 100

    @property
    def fac(self) -> str:
        """The tokens, always in the same order."""
        instance = "" if self.instance_id is None else f"xi{self.instance_id} "
        quartiers = "".join([f"xq{number} " for number in sorted(self.quartier_ids)])
        themes = "".join([f" xt{number}" for number in self.theme_ids])
        return (
            f"{instance}{quartiers}xs{self.source_id} xk{self.kind_id} xy{self.month // 100}"
            f" xm{self.month} xl{self.language}{_DOCUMENT_TOKENS[self.documents]}{themes}"
        )

    @property
    def facets(self) -> tuple[int | str | None, ...]:
        """The row of post_facets, without its id."""
        return (
            self.instance_id,
            self.source_id,
            self.kind_id,
            self.month // 100,
            self.month,
            self.language,
            self.documents,
        )


def load_names(connection: sqlite3.Connection) -> Names:
    """Read the names.

    Raises:
        StoreError: No town was ever synchronised.
    """
    town = connection.execute("SELECT timezone FROM town").fetchone()
    if town is None:
        raise StoreError("the database knows no town yet; synchronise the list first")
    sources = connection.execute("SELECT slug, id, kind_id FROM sources")
    return Names(
        timezone=ZoneInfo(town[0]),
        instances=dict(connection.execute("SELECT slug, id FROM instances").fetchall()),
        quartiers=dict(connection.execute("SELECT slug, id FROM quartiers").fetchall()),
        sources={slug: (number, kind) for slug, number, kind in sources},
        themes=Themes(connection),
    )


def month_of(moment: datetime, zone: ZoneInfo) -> int:
    """Return year and month in the town, 201606: the night of December 31st is not UTC's."""
    if not 1 < moment.day < 28:  # else it is the same month in any zone
        with suppress(OverflowError):  # the first or last hours of the calendar
            moment = moment.astimezone(zone)
    return moment.year * 100 + moment.month


def month_written(published: str, zone: ZoneInfo) -> int:
    """Return the same of a date as the database writes it, most often without reading it whole."""
    if "01" < published[8:10] < "28":
        return int(published[:4]) * 100 + int(published[5:7])
    return month_of(from_iso(published), zone)


@lru_cache(maxsize=256)
def language_of(tag: str) -> str:
    """Return the first part of a language tag: pt-BR → pt; fr where it is odd."""
    match = _LANGUAGE.match(tag.lower())
    return match[0] if match else "fr"


def bits_of(documents: Iterable[str]) -> int:
    """Return what a post links to as bits, in the order of DOCUMENTS."""
    return sum(_BITS[key] for key in set(documents))


def write(connection: sqlite3.Connection, tags: Iterable[tuple[int, Tags]]) -> None:
    """File posts, given by id, under their tags; the index is not touched."""
    rows = list(tags)
    connection.executemany(
        "UPDATE posts SET instance_id = ?, kind_id = ?, year = ?, fac = ? WHERE id = ?",
        [(tag.instance_id, tag.kind_id, tag.year, tag.fac, post) for post, tag in rows],
    )
    for table in ("post_quartiers", "post_themes"):
        connection.executemany(
            f"DELETE FROM {table} WHERE post_id = ?",  # noqa: S608 - our own names
            [(post,) for post, _ in rows],
        )
    insert(connection, rows)


def insert(connection: sqlite3.Connection, rows: Sequence[tuple[int, Tags]]) -> None:
    """Write the rows beside `posts`: quartiers, themes, and the narrow twin for counting."""
    connection.executemany(
        "INSERT INTO post_quartiers (post_id, quartier_id) VALUES (?, ?)",
        [(post, quartier) for post, tag in rows for quartier in sorted(set(tag.quartier_ids))],
    )
    connection.executemany(
        "INSERT INTO post_themes (post_id, theme_id) VALUES (?, ?)",
        [(post, theme) for post, tag in rows for theme in tag.theme_ids],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO post_facets"
        " (id, instance_id, source_id, kind_id, year, month, language, documents)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(post, *tag.facets) for post, tag in rows],
    )


def refile(connection: sqlite3.Connection, post_ids: Collection[int]) -> None:
    """Work out anew what posts are filed under, and write what differs; inside a transaction.

    The index is not touched: whoever calls this builds it anew. Documents stay as they are filed.

    Args:
        connection: Has a transaction open.
        post_ids: The posts.
    """
    if not post_ids:
        return
    (zone,) = connection.execute("SELECT timezone FROM town").fetchone()
    timezone, themes = ZoneInfo(zone), Themes(connection)
    filed = filed_posts(
        connection, "p.id IN (SELECT value FROM json_each(?))", (json.dumps([*post_ids]),)
    )
    wanted = [
        row.tags(
            instance=row.instance_id,
            quartiers=row.quartier_ids,
            kind=row.kind_id,
            timezone=timezone,
            themes=themes,
        )
        for row in filed
    ]
    pairs = zip(filed, wanted, strict=True)
    write(connection, [(row.id, new) for row, new in pairs if row.differs_from(new)])


class Filed(NamedTuple):
    """A post as it is filed."""

    id: int
    source_id: int
    kind_id: int
    instance_id: int | None
    year: int
    published: str
    language: str
    categories: str  # a JSON array
    fac: str
    quartier_ids: tuple[int, ...]
    theme_ids: tuple[int, ...]
    facets: tuple[int | str | None, ...]  # as `Tags.facets`

    def tags(
        self,
        *,
        instance: int | None,
        quartiers: tuple[int, ...],
        kind: int,
        timezone: ZoneInfo,
        themes: Themes,
    ) -> Tags:
        """Return what it is to be filed under; undated ones stay so, documents too."""
        categories = () if self.categories == "[]" else tuple(json.loads(self.categories))
        return Tags(
            source_id=self.source_id,
            kind_id=kind,
            instance_id=instance,
            quartier_ids=quartiers,
            month=month_written(self.published, timezone) if self.year else UNKNOWN_MONTH,
            language=language_of(self.language),
            documents=int(self.facets[-1] or 0),
            theme_ids=themes.of(categories),
        )

    def differs_from(self, tags: Tags) -> bool:
        """Tell whether any row of it would change."""
        return (self.fac, self.facets, self.theme_ids) != (tags.fac, tags.facets, tags.theme_ids)


def filed_posts(
    connection: sqlite3.Connection, where: str, parameters: tuple[int | str, ...]
) -> list[Filed]:
    """Read posts as they are filed.

    Args:
        connection: The database.
        where: Which ones, of `posts AS p`, and in which order.
        parameters: Of `where`.
    """
    rows = connection.execute(f"{_FILED} WHERE {where}", parameters)
    return [Filed._make((*row[:9], _numbers(row[9]), _numbers(row[10]), row[11:])) for row in rows]


def _numbers(joined: str | None) -> tuple[int, ...]:
    # In the order of the primary key, which is ascending.
    return tuple(map(int, joined.split(","))) if joined else ()
