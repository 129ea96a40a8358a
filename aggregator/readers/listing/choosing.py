"""Selectors inside a block: where its link, title, date and summary stand."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator.model import Recipe
from aggregator.readers.addresses import absolute
from aggregator.readers.listing.days import weight
from aggregator.readers.listing.grouping import Group
from aggregator.readers.listing.names import classes_of, is_human, words_of
from aggregator.scraping import parse_selector, pick

if TYPE_CHECKING:
    from bs4 import Tag

_LOOKED_AT = 40  # blocks of a list on which its selectors are tried
_MOST_INSIDE = 400  # elements of a block
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TITLES = {"title", "titre", "name", "nom", "headline", "intitule", "objet", "heading", "subject"}
_DATES = {
    "date",
    "dates",
    "time",
    "datetime",
    "day",
    "jour",
    "published",
    "posted",
    "publie",
    "meta",
}
_SUMMARIES = {
    *("summary", "chapo", "resume", "excerpt", "intro", "introduction", "teaser", "description"),
    *("desc", "body", "content", "contenu", "text", "texte", "extrait", "abstract"),
}
_CELLS = ("td", "td + td", "td + td + td")  # the first of a row, the second, the third
_DOCUMENT_LINKS = ('a[href$=".pdf"]', 'a[href*=".pdf"]')
_LONGEST_TITLE, _SHORTEST_SUMMARY = 200, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """One block, and what is tried on it."""

    tag: "Tag"
    base: str

    def text(self, selector: str) -> str:
        return pick(self.tag, selector) or ""

    def address(self, selector: str) -> str:
        parsed = parse_selector(selector)
        found = pick(self.tag, selector if parsed.attribute else f"{selector}@href")
        url = (absolute(self.base, found) or "") if found else ""
        return url if url.startswith(("http://", "https://")) else ""


def recipe_of(group: Group, *, base: str, next_page: str | None) -> Recipe | None:
    """Describe the blocks of a group; None where no selector finds their links."""
    tags = [element.tag for element in group.blocks]
    step = max(1, len(tags) // _LOOKED_AT)
    blocks = [_Block(tag=tag, base=base) for tag in tags[::step]]
    inside = _names_inside(blocks)
    link = _link(blocks, tags[0].name, inside)
    if link is None:
        return None
    title = _title(blocks, link, inside)
    date = _date(blocks, inside, title)
    return Recipe(
        items=group.selector,
        link=link,
        title=title,
        date=date,
        summary=_summary(blocks, inside, {title, date}),
        next=next_page,
    )


def _names_inside(blocks: Sequence[_Block]) -> list[str]:
    """Return the selectors of classes that most blocks have inside, in the order of the page."""
    found: Counter[str] = Counter()
    for block in blocks:
        mine: dict[str, None] = {}
        for tag in block.tag.find_all(True, limit=_MOST_INSIDE):
            for class_ in classes_of(tag):
                if is_human(class_):
                    mine[f".{class_}"] = None
        found.update(mine.keys())
    least = max(2, len(blocks) * 0.3)
    return [name for name, count in found.items() if count >= least][:40]


def _best(options: Iterable[str], worth: Callable[[str], float], *, least: float) -> str | None:
    """Return the option worth most, the first of equals; None where none is worth enough."""
    values = [(worth(option), -place, option) for place, option in enumerate(options)]
    value, _, option = max(values, default=(0.0, 0, ""))
    return option if value >= least and option else None


# --- link -----------------------------------------------------------------------------------------


def _link(blocks: Sequence[_Block], name: str, inside: Sequence[str]) -> str | None:
    if name == "a":
        return "@href"
    titled = [selector for selector in inside if words_of(selector[1:]) & _TITLES]
    options = (
        *(f"{heading} a" for heading in _HEADINGS if name not in _HEADINGS),
        *(f"{selector} a" for selector in titled),
        "a",
        *(f"a{selector}" for selector in inside),
        *_DOCUMENT_LINKS,
    )

    def worth(option: str) -> float:
        urls = [url for block in blocks if (url := block.address(option))]
        texts = sum(bool(block.text(option)) for block in blocks)
        kept = len(set(urls)) / len(blocks)
        bonus = 0.08 if option.split(maxsplit=1)[0] in (*_HEADINGS, *titled) else 0.0
        return kept + 0.1 * texts / len(blocks) + bonus if urls else 0.0

    return _best(options, worth, least=0.2)


# --- title ----------------------------------------------------------------------------------------


def _title(blocks: Sequence[_Block], link: str, inside: Sequence[str]) -> str:
    own = "." if link == "@href" else link
    named = [selector for selector in inside if words_of(selector[1:]) & _TITLES]
    options = (*_HEADINGS, own, *named, "strong", "b", "th", *_CELLS, "p", ".")

    def worth(option: str) -> float:
        texts = [text for block in blocks if (text := block.text(option))]
        if not texts:
            return 0.0
        distinct = len(set(texts)) / len(blocks)
        fit = sum(3 <= len(text) <= _LONGEST_TITLE for text in texts) / len(blocks)
        days = sum(weight(text) > 0.8 for text in texts) / len(blocks)
        bonus = _title_bonus(option, own, named)
        return fit * (0.3 + distinct) * (1 - 0.25 * days) + bonus * fit

    return _best(options, worth, least=0.1) or own


def _title_bonus(option: str, own: str, named: Sequence[str]) -> float:
    if option in _HEADINGS:
        return 0.35
    if option == own:
        return 0.25
    return 0.2 if option in named else 0.0


# --- date -----------------------------------------------------------------------------------------


def _date(blocks: Sequence[_Block], inside: Sequence[str], title: str) -> str | None:
    named = [selector for selector in inside if words_of(selector[1:]) & _DATES]
    others = [selector for selector in inside if selector not in named]
    plain = title if parse_selector(title).attribute is None else "."
    usual = ("time@datetime", "time", *named, *_CELLS, plain)
    options = (*usual, *others, "small", "em", "strong", ".")

    def worth(option: str) -> float:
        texts = [block.text(option) for block in blocks]
        if option == "time@datetime":
            return 1.2 * sum(map(bool, texts)) / len(blocks)
        likely = sum(weight(text[:200]) for text in texts if len(text) <= _LONGEST_TITLE)
        return likely / len(blocks) + (0.1 if option in named or option == "time" else 0.0)

    return _best(options, worth, least=0.3)


# --- summary --------------------------------------------------------------------------------------


def _summary(blocks: Sequence[_Block], inside: Sequence[str], taken: set[str | None]) -> str | None:
    named = [selector for selector in inside if words_of(selector[1:]) & _SUMMARIES]
    options = [option for option in (*named, "p") if option not in taken]

    def worth(option: str) -> float:
        texts = [block.text(option) for block in blocks]
        long = [text for text in texts if len(text) >= _SHORTEST_SUMMARY]
        return len(long) / len(blocks) * (0.5 + 0.5 * len(set(texts)) / len(texts))

    plain = [option for option in options if not _hold_titles(blocks, option)]
    return _best(plain, worth, least=0.3)


def _hold_titles(blocks: Sequence[_Block], option: str) -> bool:
    """Tell whether a part is the whole block again, heading and all."""
    found = [part for block in blocks if (part := block.tag.select_one(option))]
    return 2 * sum(part.find(_HEADINGS) is not None for part in found) > len(found)
