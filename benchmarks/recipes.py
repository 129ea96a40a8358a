"""How often the proposer finds the main list of a page (recipes/README.md says what is judged).

python benchmarks/recipes.py            the table
python benchmarks/recipes.py --failures and the pages that fail, held out ones by name only
"""

import argparse
import csv
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

from aggregator.model import Page, ProposedRecipe
from aggregator.readers import propose_recipes

FOLDER = Path(__file__).parent / "recipes"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
COVERED = PRECISE = 0.8
_UNKNOWN = "https://page.example/"
_DIGITS = 10

Reading = tuple[frozenset[str], ...]  # of each item, the fingerprints of its links


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPage:
    """What a person said of a page."""

    name: str
    list: str  # linked, unlinked, none
    readings: tuple[Reading, ...]

    @property
    def part(self) -> str:
        """The set it belongs to: used for tuning, held out, French."""
        if self.name.startswith("fr/"):
            return "French"
        digit = hashlib.sha256(self.name.encode()).hexdigest()[0]
        return "held out" if digit >= "8" else "used for tuning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the proposer made of a page; both are 0 where it proposed nothing."""

    page: JudgedPage
    covered: float
    precise: float
    proposal: ProposedRecipe | None

    @property
    def is_found(self) -> bool:
        """Whether the best proposal is the main list."""
        return self.covered >= COVERED and self.precise >= PRECISE


def judged_pages() -> list[JudgedPage]:
    """Return the judgements, in the order of the file."""
    pages = json.loads((FOLDER / "judgements.json").read_text("utf-8"))
    return [
        JudgedPage(
            name=name,
            list=said["list"],
            readings=tuple(
                tuple(frozenset(item.split()) for item in reading)
                for reading in said.get("readings", ())
            ),
        )
        for name, said in pages.items()
    ]


def run(pages: Iterable[JudgedPage], corpus: Path) -> list[Score]:
    """Propose recipes for each page."""
    with (corpus / "pages/pages_expected.csv").open(encoding="utf-8") as file:
        addresses = {row["file"]: row["canonical"] for row in csv.DictReader(file)}
    scores = []
    for page in pages:
        url = addresses.get(f"pages/{page.name}") or _UNKNOWN
        proposals = propose_recipes(_page(corpus / "pages" / page.name, url))
        scores.append(_score(page, proposals[0] if proposals else None))
    return scores


def figures(scores: Iterable[Score], part: str) -> tuple[int, int]:
    """Return how many pages of a part hold a list, and on how many of them it is found."""
    some = [s for s in scores if s.page.part == part and s.page.list == "linked"]
    return len(some), sum(score.is_found for score in some)


def fingerprint(address: str) -> str:
    """Return what stands for an address in the judgements."""
    return hashlib.sha256(address.partition("#")[0].encode()).hexdigest()[:_DIGITS]


def _page(path: Path, url: str) -> Page:
    return Page(
        requested_url=url,
        url=url,
        body=path.read_bytes(),
        status=200,
        content_type="text/html",
        fetched=datetime.now(UTC),
        elapsed_s=0.0,
    )


def _score(page: JudgedPage, proposal: ProposedRecipe | None) -> Score:
    best = (0.0, 0.0)
    if proposal is not None:
        found = [
            fingerprint(urljoin(entry.base_url or "", entry.link or ""))
            for entry in proposal.entries
        ]
        best = max((_measure(found, reading) for reading in page.readings), key=min, default=best)
    return Score(page=page, covered=best[0], precise=best[1], proposal=proposal)


def _measure(found: Sequence[str], reading: Reading) -> tuple[float, float]:
    """Return coverage and precision; an item found twice counts once for both."""
    hit = {place for place, item in enumerate(reading) if item & set(found)}
    return len(hit) / len(reading), len(hit) / len(set(found))


def table(scores: Sequence[Score]) -> str:
    """Return the figures, by part."""
    lines = ["| pages | hold a list | found | share |", "|---|---:|---:|---:|"]
    for part in ("used for tuning", "held out", "French"):
        count, found = figures(scores, part)
        lines.append(f"| {part} | {count} | {found} | {found / count:.0%} |")
    city = [s for s in scores if s.page.part != "French"]
    linked = [s for s in city if s.page.list == "linked"]
    found, lists = sum(s.is_found for s in linked), [s for s in city if s.page.list != "none"]
    lines.append(f"| city-scrapers | {len(linked)} | {found} | {found / len(linked):.0%} |")
    lines.append(
        f"| … and lists without links | {len(lists)} | {found} | {found / len(lists):.0%} |"
    )
    silent = [s for s in scores if s.page.list == "none"]
    quiet = sum(s.proposal is None for s in silent)
    lines.append(f"\nOf {len(silent)} pages without a list, {quiet} get no proposal.")
    return "\n".join(lines)


def failures(scores: Iterable[Score]) -> str:
    """Return the pages that fail; of those held out, the name alone."""
    lines = []
    for score in scores:
        if score.page.list == "linked" and not score.is_found:
            line = f"{score.page.part}: {score.page.name}"
            if score.page.part != "held out":
                recipe = score.proposal.recipe if score.proposal else None
                line += f" {score.covered:.2f} {score.precise:.2f} {recipe}"
            lines.append(line)
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--failures", action="store_true")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    options = parser.parse_args()
    scores = run(judged_pages(), options.corpus)
    print(table(scores))
    if options.failures:
        print(f"\n{failures(scores)}")


if __name__ == "__main__":
    main()
