"""How well the text, title and date of a post are found on its own page, beside trafilatura alone.

    python benchmarks/extraction.py            the tables
    python benchmarks/extraction.py --pages    and every page

Token F1: words as the index has them (`aggregator.language.words`), as a multiset: twice the words
in common, divided by the words of both. The text of gold and ours is made from HTML by the same
function (`aggregator.scraping.pick`); trafilatura's is its own text, comments off, the rest as it
comes.

Pages used for tuning are those whose name's SHA-256 begins with an even byte; the others are held
out. Of the French pages no text may be kept here. `extraction/french.json` holds the first 4 hex
digits of the SHA-1 of every word of the article, sorted, and the day of publication that the page
shows; a page whose article has no words (a gallery) has none of them, and pages that are lists have
no entry. Both were made by looking at the pages, template by template.
"""

import argparse
import csv
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha1, sha256
from pathlib import Path
from statistics import mean
from textwrap import wrap

from aggregator.language import words
from aggregator.model import ArticlePage, Page
from aggregator.normalise.dates import read_date
from aggregator.readers import read_article
from aggregator.scraping import pick, soup

HERE = Path(__file__).parent / "extraction"
PAGES = Path(__file__).parents[2] / "shared" / "corpus" / "pages"
LOW = 0.5
_SEEN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One page.

    Attributes:
        ours: Token F1 of our text; none: there is no gold.
        alone: The same of trafilatura's.
        published: The day we found; `expected`: the day it is; none: unknown to us.
    """

    name: str
    ours: float | None
    alone: float | None
    published: date | None
    expected: date | None
    title: str | None
    took_ms: float

    @property
    def is_held_out(self) -> bool:
        """Whether nothing was tuned on this page."""
        return sha256(self.name.encode()).digest()[0] % 2 == 1


def readability(pages: Path) -> list[Score]:
    """Measure the pages whose text Mozilla's Readability has been agreed on."""
    return [_readability(folder) for folder in sorted((pages / "readability").iterdir())]


def french(pages: Path) -> list[Score]:
    """Measure the real French pages."""
    known = json.loads((HERE / "french.json").read_text(encoding="utf-8"))
    return [_french(pages / "fr" / name, known.get(name)) for name in _french_names(pages)]


def _french_names(pages: Path) -> list[str]:
    root = pages / "fr"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.html"))


def titles_wrong(scores: Iterable[Score], pages: Path) -> list[str]:
    """Return the French pages whose title is not how the title in the head begins."""
    with (pages / "pages_expected.csv").open(encoding="utf-8", newline="") as file:
        stated = {row["file"]: (row["title"], row["og_title"]) for row in csv.DictReader(file)}
    return [
        score.name
        for score in scores
        if not any(
            _is_inside(words(score.title or ""), words(text))
            for text in stated[f"pages/fr/{score.name}"]
        )
    ]


def _is_inside(part: Sequence[str], whole: Sequence[str]) -> bool:
    return bool(part) and f" {' '.join(part)} " in f" {' '.join(whole)} "


def _readability(folder: Path) -> Score:
    body = (folder / "source.html").read_bytes()
    expected = json.loads((folder / "expected-metadata.json").read_text(encoding="utf-8"))
    gold = words(_text((folder / "expected.html").read_text(encoding="utf-8")))
    said = expected.get("publishedTime")
    article, took_ms = _read(body)
    return Score(
        name=folder.name,
        ours=f1(words(_text(article.html)), gold),
        alone=f1(words(_alone(body)), gold),
        published=_day(article.published),
        expected=_day(said) if said else None,
        title=article.title,
        took_ms=took_ms,
    )


def _french(path: Path, known: Mapping[str, str] | None) -> Score:
    body = path.read_bytes()
    article, took_ms = _read(body)
    ours = alone = None
    if known is not None:
        gold = wrap(known["words"], 4) if known["words"] else []
        ours = f1(marks(_text(article.html)), gold)
        alone = f1(marks(_alone(body)), gold)
    return Score(
        name=f"{path.parent.name}/{path.name}",
        ours=ours,
        alone=alone,
        published=_day(article.published),
        expected=date.fromisoformat(known["published"]) if known and known["published"] else None,
        title=article.title,
        took_ms=took_ms,
    )


def _read(body: bytes) -> tuple[ArticlePage, float]:
    page = _page(body)
    start = time.perf_counter()
    article = read_article(page, None)
    return article, 1_000 * (time.perf_counter() - start)


def _page(body: bytes) -> Page:
    url = "http://fakehost/test/page.html"
    return Page(
        requested_url=url,
        url=url,
        body=body,
        status=200,
        content_type="text/html; charset=utf-8",
        fetched=_SEEN,
        elapsed_s=0.1,
    )


def _text(html: str) -> str:
    return pick(soup(_page(f"<body>{html}</body>".encode())), "body") or ""


def _alone(body: bytes) -> str:
    import trafilatura  # noqa: PLC0415 - after ours, so that its time does not count the import

    return trafilatura.extract(body.decode("utf-8", "replace"), include_comments=False) or ""


def _day(text: str | None) -> date | None:
    found = read_date(text, seen=_SEEN, timezone="Europe/Paris") if text else None
    return found.moment.date() if found else None


def marks(text: str) -> list[str]:
    """Return the words of a text as marks that do not tell the text."""
    return sorted(sha1(word.encode()).hexdigest()[:4] for word in words(text))


def f1(found: Iterable[str], gold: Iterable[str]) -> float:
    """Return the token F1 of two texts; that of two empty ones is 1."""
    ours, theirs = Counter(found), Counter(gold)
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0


def averages(scores: Sequence[Score]) -> tuple[float, float]:
    """Return the mean F1 of ours and of trafilatura alone, over the pages that have gold."""
    known = [score for score in scores if score.ours is not None]
    return mean(s.ours or 0.0 for s in known), mean(s.alone or 0.0 for s in known)


def wrong_dates(scores: Iterable[Score], *, unknown_is_none: bool) -> list[str]:
    """Return the pages whose day is not the one expected.

    Args:
        scores: Of the pages.
        unknown_is_none: Whether a page without an expected day has none that could be found.
    """
    return [
        score.name
        for score in scores
        if score.published != score.expected
        and score.published is not None
        and (unknown_is_none or score.expected is not None)
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="how well posts are read from their own pages")
    parser.add_argument("--pages", action="store_true", help="every page, the worst first")
    args = parser.parse_args()
    print("| pages | | ours | trafilatura | under 0.5 | dates right, wrong, none | ms, most |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    both = {"readability": readability(PAGES), "fr": french(PAGES)}
    for kind, scores in both.items():
        parts = {"": scores}
        if kind == "readability":
            parts[", used for tuning"] = [score for score in scores if not score.is_held_out]
            parts[", held out"] = [score for score in scores if score.is_held_out]
        for part, some in parts.items():
            _print_row(kind + part, some, unknown_is_none=kind == "fr")
    print("French titles wrong:", titles_wrong(both["fr"], PAGES) or "none")
    if args.pages:
        for score in sorted((s for scores in both.values() for s in scores), key=_order):
            print(f"{score.ours or 0:.3f} {score.alone or 0:.3f} {score.published} {score.name}")


def _order(score: Score) -> float:
    return score.ours if score.ours is not None else 2.0


def _print_row(name: str, scores: Sequence[Score], *, unknown_is_none: bool) -> None:
    ours, alone = averages(scores)
    low = sum(score.ours is not None and score.ours < LOW for score in scores)
    dated = [score for score in scores if score.expected is not None]
    right = sum(score.published == score.expected for score in dated)
    missing = sum(score.published is None for score in dated)
    wrong = len(wrong_dates(scores, unknown_is_none=unknown_is_none))
    took = [score.took_ms for score in scores]
    print(
        f"| {name} | {len(scores)} | {ours:.3f} | {alone:.3f} | {low} | {right}, {wrong}, {missing}"
        f" | {mean(took):.0f}, {max(took):.0f} |"
    )


if __name__ == "__main__":
    main()
