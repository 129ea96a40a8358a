"""When a post was published, as its page says; never a guess.

Machine-readable statements come first, unless the page shows that they are wrong: some servers
write the moment of the answer as the date of publication. A date is only taken from the page's text
where one day alone is named around the article.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from aggregator.model import DateBy
from aggregator.readers.article.clues import Clue, spoken
from aggregator.readers.article.structured import Stated
from aggregator.readers.article.written import DATE, day_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_METAS = (
    *("article:published_time", "article:published", "og:article:published_time"),
    *("og:published_time", "datepublished", "parsely-pub-date", "citation_publication_date"),
    *("dcterms.issued", "dc.date.issued", "dcterms.created", "dc.date.created", "publishdate"),
    *("publish_date", "publish-date", "pubdate", "article:publicationdate", "dc.date"),
    *("dcterms.date", "citation_date", "date"),
)
_MODIFIED = (
    *("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified"),
    *("dc.date.modified", "last-modified"),
)
_PERMALINK = re.compile(r"/((?:19|20)\d\d)/(\d\d)/(\d\d)/[^/?#]")
_A_DAY = timedelta(days=1)
_LEVELS = 6  # above the text; further up are the dates of other things


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A date as written, and who says it."""

    text: str
    by: DateBy
    day: date


def stated_date(stated: Stated, *, day_first: bool) -> Dated | None:
    """Return what JSON-LD or the meta elements say, where it can be so."""
    published: list[tuple[DateBy, str | None]] = [
        *(("json-ld", text) for text in stated.texts("datePublished")),
        *(("meta", stated.metas.get(name)) for name in _METAS),
    ]
    modified = stated.texts("dateModified")
    modified += [stated.metas.get(name) for name in _MODIFIED]
    latest = max((day for text in modified if (day := _day(text, day_first))), default=None)
    for by, text in published:
        day = _day(text, day_first)
        if text and day:
            # Published after it was last changed: that is the moment of the answer.
            is_wrong = latest is not None and day > latest + _A_DAY
            return None if is_wrong else Dated(text=text, by=by, day=day)
    return None


def _day(text: str | None, day_first: bool) -> date | None:
    found = DATE.search(text) if text else None
    return day_of(found, day_first=day_first) if found else None


def shown_date(
    clues: Iterable[Clue],
    chosen: "HtmlElement",
    *,
    late: "Collection[HtmlElement]",
    titles: Iterable[str | None],
) -> Clue | None:
    """Return the one date that is shown around an article, looking from the inside out.

    Args:
        clues: All dates of the page.
        chosen: The text of the article.
        late: What stands in the text after its opening.
        titles: What the article is called.
    """
    named = {spoken(title) for title in titles if title}
    usable = [clue for clue in clues if clue.may_date(chosen, late=late, titles=named)]
    levels = list(islice((chosen, *chosen.iterancestors()), _LEVELS))
    for is_alone in (False, True):
        for level in levels:
            here = [c for c in usable if c.is_alone == is_alone and level in c.around]
            best = [clue for clue in here if clue.rank == min(one.rank for one in here)]
            if best:
                return best[0] if len({clue.day for clue in best}) == 1 else None
    return None


def choose_date(stated: Dated | None, shown: Clue | None, *, url: str) -> Dated | None:
    """Return the surest date; what visitors read as « published » counts where it is earlier."""
    if shown is not None:
        seen = Dated(text=shown.text, by=shown.by, day=shown.day)
        if stated is None or (shown.is_labelled and shown.day < stated.day - _A_DAY):
            return seen
    return stated or _permalink_date(url)


def _permalink_date(url: str) -> Dated | None:
    """Return the day in an address as WordPress makes them: /2015/09/24/name/."""
    found = _PERMALINK.search(url)
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return Dated(text=day.isoformat(), by="url", day=day)
