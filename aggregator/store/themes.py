"""Themes: what sources file their own posts under, spellings brought together.

« Culture », « CULTURE » and « culture » are one theme, called as the first spelling that is not
all in capitals. Categories that say nothing are no themes.
"""

import re
import sqlite3

from aggregator.language import slugified

MOST = 8  # of one post: a source that names more says nothing by them
LONGEST = 60  # characters of a name, and of a slug
REMEMBERED = 10_000  # names, and lists of names; a town has some hundreds

# What platforms file a post under when nobody chose, and what holds of any post.
_SAYS_NOTHING = frozenset(
    """
    a-la-une accueil actu actualite actualites actus article articles autre autres billet billets
    blog breve breves categorie default defaut divers en-bref featured flash-info general generale
    generalites home infos info information informations la-une misc new news newsletter
    non-categorise non-classe nouveaute nouveautes nouvelles page post posts publication
    publications sans-categorie sans-rubrique sans-titre tous toutes tout uncategorised
    uncategorized une
    """.split()  # noqa: SIM905 - sixty lines as a list
)
_LETTER = re.compile(r"[a-z]")


class Themes:
    """The themes' ids by category, as far as they were asked for.

    New ones are written at once: it lives no longer than the transaction that a rollback undoes.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._by_list: dict[tuple[str, ...], tuple[int, ...]] = {(): ()}
        self._by_name: dict[str, int | None] = {}

    def of(self, categories: tuple[str, ...]) -> tuple[int, ...]:
        """Return the themes of a post in ascending order, making those that are new.

        Args:
            categories: As `Post.categories` has them.
        """
        known = self._by_list.get(categories)
        if known is None:
            found = (self._of(name) for name in categories)
            distinct = dict.fromkeys(number for number in found if number is not None)
            known = tuple(sorted(list(distinct)[:MOST]))
            self._forget_when_full()
            self._by_list[categories] = known
        return known

    def _of(self, name: str) -> int | None:
        if name not in self._by_name:
            slug = _slug(name)
            self._by_name[name] = None if slug is None else self._find_or_make(slug, name)
        return self._by_name[name]

    def _find_or_make(self, slug: str, name: str) -> int:
        row = self._connection.execute(
            "SELECT id, name FROM themes WHERE slug = ?", (slug,)
        ).fetchone()
        if row is None:
            cursor = self._connection.execute(
                "INSERT INTO themes (slug, name) VALUES (?, ?)", (slug, name)
            )
            return int(cursor.lastrowid or 0)
        if row[1].isupper() and not name.isupper():
            self._connection.execute("UPDATE themes SET name = ? WHERE id = ?", (name, row[0]))
        return int(row[0])

    def _forget_when_full(self) -> None:
        # Names come from outside: whoever invents new ones must not fill the memory.
        if max(len(self._by_list), len(self._by_name)) >= REMEMBERED:
            self._by_list = {(): ()}
            self._by_name.clear()


def _slug(name: str) -> str | None:
    """Return what a category is known by; None where it says nothing."""
    if len(name) > LONGEST:
        return None
    slug = slugified(name, longest=LONGEST)
    return slug if _LETTER.search(slug) and slug not in _SAYS_NOTHING else None
