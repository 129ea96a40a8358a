"""The words of the posts, as the table `terms` lists them: forms of a word, and how usual they are.

Only words that some post holds are ever asked of the index: a search costs what its words cost,
whatever the dictionary knows.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from itertools import islice

from aggregator.language import fold, lemma

MAX_FORMS = 16  # of a word, the most frequent: « faire » has more

# Of a word that so many posts hold, the forms that make up nearly all: each form more is a list
# more to bring together, for few posts among very many.
_MANY_POSTS = 20_000
_NEARLY_ALL = 0.97

_FORMS = """
SELECT asked.value, other.term, other.lemma, max(other.posts) AS posts
FROM json_each(?) AS asked
JOIN terms AS one ON one.term = asked.value
JOIN terms AS other ON other.lemma = one.lemma
GROUP BY asked.value, other.term, other.lemma
ORDER BY posts DESC
"""
_OF_LEMMA = "SELECT term, max(posts) AS posts FROM terms WHERE lemma = ? GROUP BY 1 ORDER BY 2 DESC"
_ENDINGS = """
SELECT term, max(posts) AS posts FROM terms WHERE term >= ? AND term < ?
GROUP BY term ORDER BY posts DESC LIMIT ?
"""
_THEMES = "SELECT 'xt' || id FROM themes WHERE slug IN (SELECT value FROM json_each(?))"
LAST = "\U0010ffff"  # comes after every letter


class Vocabulary:
    """Looks words up, many at a time, and remembers them for the time of one query."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: dict[str, dict[str, dict[str, int]]] = {}  # word → lemma → form → posts

    def learn(self, words: Iterable[str]) -> None:
        """Look up folded words, in one statement."""
        unknown = [word for word in dict.fromkeys(words) if word not in self._rows]
        if not unknown:
            return
        self._rows |= {word: {} for word in unknown}
        for word, form, stem, posts in self._connection.execute(_FORMS, (json.dumps(unknown),)):
            self._rows[word].setdefault(stem, {})[form] = posts

    def knows(self, word: str) -> bool:
        """Tell whether a word that was looked up is in any post."""
        return bool(self._rows[word])

    def lemmas(self, word: str, written: str = "") -> list[str]:
        """Return what a word looked up is a form of: what it is as written, if posts have that.

        Without its accents it may be a form of several.
        """
        stems = list(self._rows.get(word, ()))
        meant = lemma(written if written and fold(written) == word else word)
        return [meant] if meant in stems or not stems else stems

    def forms(self, word: str, written: str = "") -> Mapping[str, int]:
        """Return the forms of a word looked up and their posts, itself first."""
        rows = self._rows[word]
        stems = self.lemmas(word, written)
        if not rows:
            found = dict(self._connection.execute(_OF_LEMMA, stems).fetchall())
        else:
            found = {form: posts for stem in stems for form, posts in rows[stem].items()}
        usual = dict(sorted(found.items(), key=lambda form: -form[1]))
        kept = _without_tail(usual)
        return dict(islice(({word: self.posts(word)} | kept).items(), MAX_FORMS))

    def endings(self, beginning: str, limit: int) -> Mapping[str, int]:
        """Return the most frequent words that begin so, and their posts."""
        asked = (beginning, beginning + LAST, limit)
        return dict(self._connection.execute(_ENDINGS, asked).fetchall())

    def themes(self, slugs: Iterable[str]) -> list[str]:
        """Return the tokens of the themes that have one of these slugs."""
        rows = self._connection.execute(_THEMES, (json.dumps(list(slugs)),))
        return [token for (token,) in rows]

    def posts(self, word: str) -> int:
        """Return how many posts hold a word looked up, in this very form; a number is rare."""
        if word.isdigit():
            return 1
        return max((forms.get(word, 0) for forms in self._rows[word].values()), default=0)


def _without_tail(forms: Mapping[str, int]) -> dict[str, int]:
    """Return the forms, most usual first, that nearly all posts of a very usual word hold."""
    enough = _NEARLY_ALL * sum(forms.values())
    if enough < _MANY_POSTS:
        return dict(forms)
    kept: dict[str, int] = {}
    for form, posts in forms.items():
        if sum(kept.values()) >= enough:
            break
        kept[form] = posts
    return kept
