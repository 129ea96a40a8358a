"""Texts of French words in their natural proportions, for the generated posts.

The words and how often each is used come from `wordfreq` (some 300,000 for French, accents kept).
A fifth of a text's words belong to its theme, so that words come together as in real ones.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

import wordfreq

TITLE_WORDS = 8
BODY_WORDS = (60, 400, 140)  # least, most, most often: 200 on average
# What a town's posts speak of: in a third of them and more.
CIVIC = ["quartier", "ville", "conseil", "habitants", "réunion", "projet", "mairie", "rue"]
# « l », « d », « qu » are words to wordfreq.
_ELIDED = re.compile(r"\b([cdjlmnst]|qu) (?=[aeiouyhàâéèêîôœ])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words to draw from, most frequent first, and their weights summed up."""

    words: list[str]
    sums: list[float]

    def draw(self, dice: Random, count: int) -> list[str]:
        """Return that many words, each as often as it is used."""
        return dice.choices(self.words, cum_weights=self.sums, k=count)


@cache
def language_words(language: str) -> Words:
    """Return the words of a language that have no digit, by their real frequencies."""
    known = wordfreq.get_frequency_dict(language, "best" if language == "fr" else "small")
    kept = {word: share for word, share in known.items() if word.isalpha() or "-" in word}
    return Words(words=list(kept), sums=list(accumulate(kept.values())))


@cache
def theme_words(theme: int) -> Words:
    """Return the words that go with a theme: what all themes share, and 300 of its own.

    These are neither grammar nor very rare.
    """
    dice = Random(f"theme {theme}")
    usual = [word for word in language_words("fr").words[300:30_000] if len(word) > 3]
    own = dice.sample(usual, 300)
    weights = (1 / (rank + 10) for rank in range(len(own) + len(CIVIC)))
    return Words(words=[*own[:10], *CIVIC, *own[10:]], sums=list(accumulate(weights)))


def theme_name(theme: int) -> str:
    """Return what a theme is called."""
    return " ".join(theme_words(theme).words[:2]).capitalize()


def write(dice: Random, language: str, theme: int) -> tuple[str, str]:
    """Return a title and a text in a language, the French ones on a theme."""
    count = TITLE_WORDS + int(dice.triangular(*BODY_WORDS))
    words = language_words(language).draw(dice, count)
    if language == "fr":
        places = range(2, count, 5)
        words[2::5] = theme_words(theme).draw(dice, len(places))
    for start in range(TITLE_WORDS, count, 13):
        words[start] = words[start].capitalize()
        words[start - 1] += "."
    title, text = " ".join(words[:TITLE_WORDS]), " ".join(words[TITLE_WORDS:])
    title = title.capitalize().rstrip(".")
    if language == "fr":
        title, text = _ELIDED.sub(r"\1’", title), _ELIDED.sub(r"\1’", text)
    return title, f"{text}."
