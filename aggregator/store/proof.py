"""Whether two posts of one source, with different guids, are one.

No single sign tells: « Compte rendu » is the title of a hundred posts, an agenda gives one address
to all of its events, an association announces its meeting each month in the same words. Address,
title, date and text are compared, and only some of them together are a proof; the same date, or
none that is told, is part of nearly all.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from functools import cached_property

from aggregator.model import DateOrigin
from aggregator.store import telling
from aggregator.store.keys import Address, address_of, folded, folded_title

CHARACTERS = 4_000  # of a text: what is compared of it

_SHORT, _LONG, _VERY_LONG = 120, 200, 400  # characters that say more or less, folded
_NOTHING = 20  # fewer characters: as good as no text
_NAME = 15  # characters of a title that a page may put its site's name to
_DISTINCT_TITLE = 25  # « Compte rendu du conseil » is not
_SAME_MOMENT = timedelta(minutes=1)
_SAME_DAY = timedelta(hours=14)  # noon stands for a day; time zones get lost
_NEAR = timedelta(hours=36)
_ALIKE = 0.85
_CUT = 0.85  # feeds cut within a sentence, and put « Lire la suite » behind
_SUMMED_UP = 1.5  # a text is so much longer than its summary


class Proof(IntEnum):
    """How sure it is that two are one."""

    NONE = 0
    LIKELY = 1  # enough while a whole site moves
    SURE = 2


class Place(Enum):
    """What two addresses have in common."""

    OTHER = 0.0
    PATH = 2.5  # all but the host
    SAME = 3.0


class When(Enum):
    """What two dates have in common."""

    FAR = 0.0
    UNKNOWN = 0.5  # one of them is not told
    NEAR = 1.0
    DAY = 1.8
    SAME = 2.0


class Words(Enum):
    """What two texts have in common."""

    OTHER = 0.0
    NONE = 0.5  # one of them says nothing
    ALIKE = 1.5
    PART = 1.7  # one is cut out of the other
    SAME = 2.0


@dataclass(kw_only=True)
class Known:
    """One of two posts to compare; what is dear is worked out once, when it is asked for."""

    guid: str
    url: str
    title: str
    text: str
    published: datetime
    date_origin: DateOrigin
    home: Address = field(default_factory=lambda: Address("", ""))  # the source's own
    shares_address: bool = False  # other posts have it too: a list, an agenda

    @cached_property
    def address(self) -> Address:
        """The address; that of the source itself, which items without one have, says nothing."""
        own = address_of(self.url)
        return Address(own.host, "") if own == self.home else own

    @property
    def is_page(self) -> bool:
        """Whether its address is its identity, as that of a sitemap's page is."""
        return bool(self.address.page) and address_of(self.guid) == self.address

    @cached_property
    def folded_title(self) -> str:
        """The title as it is compared."""
        return folded_title(self.title)

    @cached_property
    def folded_text(self) -> str:
        """The beginning of the text as it is compared."""
        return folded(self.text[:CHARACTERS])

    @cached_property
    def figures(self) -> tuple[tuple[int, str], ...]:
        """Numbers and days of the folded text, with where they stand in it."""
        return telling.figures(self.folded_text)

    @cached_property
    def names(self) -> set[str]:
        """Names in the text, as far as capitals tell."""
        return telling.names(self.text[:CHARACTERS])

    @cached_property
    def words(self) -> set[str]:
        """The words of the folded text."""
        return set(self.folded_text.split())

    def figures_within(self, characters: int) -> set[str]:
        """Return the numbers and days that stand in the beginning of the folded text."""
        return {figure for start, figure in self.figures if start < characters}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two posts have in common."""

    place: Place
    page: bool  # one of them is known by its address, which is the same
    shared: bool  # other posts have this address
    title: bool
    when: When
    words: Words
    apart: bool  # names, figures or the numbers of their addresses tell them apart
    length: int  # characters of the shorter text, folded
    title_length: int
    likeness: float  # of the texts, at most 1

    @property
    def score(self) -> float:
        """More is likelier; only to choose among several that are proved."""
        told = self.words.value * self.likeness
        return self.place.value + 2 * self.title + self.when.value + told

    @property
    def proof(self) -> Proof:
        """How sure it is that the two are one."""
        if self.place is not Place.OTHER:
            return self._of_title_there() if self.title else self._of_text_there()
        return self._of_title() if self.title else self._of_text()

    def _of_title_there(self) -> Proof:
        """Weigh the same address with the same title."""
        told = self.words in _TOLD_AGAIN
        match self.when:
            case When.SAME | When.DAY | When.UNKNOWN if self.shared:
                alike = self.words is Words.ALIKE and not self.apart
                return _either(told or alike, self.words is not Words.OTHER)
            case When.SAME | When.DAY:
                return _either(not self.apart, True)
            case When.UNKNOWN if self.words is Words.NONE:
                return Proof.SURE if self.place is Place.SAME else Proof.LIKELY
            case When.UNKNOWN:
                return _either(self.page or not (self.apart or self.words is Words.OTHER), True)
            case When.NEAR:
                sure = told and self.length >= _LONG
                return _either(sure, self.words is not Words.OTHER)
            case _:
                return _either(False, self.words is Words.SAME and self.length >= _VERY_LONG)

    def _of_text_there(self) -> Proof:
        """Weigh the same address with another title."""
        long = self.length >= _LONG
        match self.when:
            case When.SAME | When.DAY:
                likely = self.words in _TOLD_AGAIN or self.words is Words.ALIKE
                return _either(likely and self.length >= _SHORT and not self.apart, likely)
            case When.UNKNOWN:
                return _either(self.words in _TOLD_AGAIN and long, False)
            case When.NEAR:
                return _either(self.words is Words.SAME and long, False)
            case _:
                return Proof.NONE

    def _of_title(self) -> Proof:
        """Weigh the same title at another address."""
        told, alike = self.words in _TOLD_AGAIN, self.words is Words.ALIKE
        match self.when:
            case When.SAME | When.DAY:
                least = _SHORT if told else _VERY_LONG
                return _either((told or alike) and self.length >= least, True)
            case When.NEAR:
                return _either(told and self.length >= _LONG, self.words is not Words.OTHER)
            case When.UNKNOWN if self.words is Words.NONE:
                return _either(False, self.title_length >= _DISTINCT_TITLE)
            case When.UNKNOWN:
                # « /fete-2025 » and « /fete-2026 » say the same, and are not.
                sure = told and self.length >= _VERY_LONG and not self.apart
                return _either(sure, told or alike)
            case _:
                return _either(False, self.words is Words.SAME and self.length >= _VERY_LONG)

    def _of_text(self) -> Proof:
        """Weigh the same text under another title and address.

        Some sites publish three pages at once, and end each with the same long words.
        """
        said = self.words is Words.SAME and self.length >= _VERY_LONG
        return _either(False, said and self.when in {When.SAME, When.DAY})


_TOLD_AGAIN = frozenset({Words.SAME, Words.PART})


def _either(sure: bool, likely: bool) -> Proof:
    if sure:
        return Proof.SURE
    return Proof.LIKELY if likely else Proof.NONE


def compare(one: Known, other: Known, *, dated: bool = True) -> Comparison:
    """Tell what two posts have in common.

    Args:
        one: As the site has it now.
        other: As it is stored, or another item of the same page.
        dated: Whether the date of the first is worth anything: a site that moved may state the
            day of its move on all that it ever published.
    """
    place = _place(one.address, other.address)
    shared = one.shares_address or other.shares_address
    page = place is Place.SAME and (one.is_page or other.is_page) and not shared
    words, likeness = _words(one, other)
    return Comparison(
        place=place,
        page=page,
        shared=shared,
        title=_same_title(one.folded_title, other.folded_title, page=page),
        when=_when(one, other) if dated else When.UNKNOWN,
        words=words,
        apart=_are_apart(one, other, place, words, shared=shared),
        length=min(len(one.folded_text), len(other.folded_text)),
        title_length=len(one.folded_title),
        likeness=likeness,
    )


def _place(one: Address, other: Address) -> Place:
    if not one.page or one.page != other.page:
        return Place.OTHER
    return Place.SAME if one.host == other.host else Place.PATH


def _same_title(one: str, other: str, *, page: bool) -> bool:
    short, long = sorted((one, other), key=len)
    if short == long:
        return True
    # Pages put the name of the site before or behind.
    edges = (long.startswith(f"{short} "), long.endswith(f" {short}"))
    return page and len(short) >= _NAME and any(edges)


def _when(one: Known, other: Known) -> When:
    origins = {one.date_origin, other.date_origin}
    if DateOrigin.FIRST_SEEN in origins:
        return When.UNKNOWN
    apart = abs(one.published - other.published)
    if apart <= _SAME_MOMENT:
        return When.SAME
    if apart <= _SAME_DAY and origins != {DateOrigin.STATED}:
        return When.DAY
    if apart <= _NEAR:
        return When.NEAR
    # « 12 mars » may be of another year.
    return When.UNKNOWN if DateOrigin.INFERRED in origins else When.FAR


def _words(one: Known, other: Known) -> tuple[Words, float]:
    """Tell what two texts have in common, and how much of it."""
    less, more = sorted((one, other), key=lambda known: len(known.folded_text))
    short, long = less.folded_text, more.folded_text
    if len(short) < _NOTHING:
        return Words.NONE, 1.0
    if short == long:
        return Words.SAME, 1.0
    cut = int(len(short) * _CUT)
    # The last word may be cut, and what is compared of a long text ends somewhere else.
    whole = cut if len(short) > CHARACTERS * _CUT**2 else short.rfind(" ")
    if not less.figures_within(whole) <= more.figures_within(len(long)):
        return Words.OTHER, 1.0
    if len(short) < len(long) * _CUT and short[:cut] in long:
        return Words.PART, 1.0
    from rapidfuzz import fuzz  # noqa: PLC0415 - few crawls compare texts

    # Of one that is cut, only the beginning has its like.
    likeness = fuzz.ratio(short, long[: len(short)], score_cutoff=_ALIKE * 100) / 100
    return (Words.ALIKE, likeness) if likeness else (Words.OTHER, 1.0)


def _are_apart(one: Known, other: Known, place: Place, words: Words, *, shared: bool) -> bool:
    """Tell whether something speaks against two posts that have other things in common."""
    if place is Place.OTHER:
        return telling.are_numbered_apart(one.address.page, other.address.page)
    less, more = sorted((one, other), key=lambda known: len(known.folded_text))
    is_short = len(less.folded_text) < _VERY_LONG
    match words:
        case Words.OTHER:  # a summary of its own, in a feed, is short
            return not (is_short and _sums_up(less, more))
        case Words.ALIKE:  # of long ones, what pages put around them differs too
            return (is_short or shared) and telling.are_named_apart(
                less.names - more.words, more.names - less.words
            )
        case _:
            return False


def _sums_up(less: Known, more: Known) -> bool:
    if len(more.folded_text) < len(less.folded_text) * _SUMMED_UP:
        return False
    there = {*more.words, *more.folded_title.split(), *less.folded_title.split()}
    return telling.sums_up(less.text[:CHARACTERS], there)
