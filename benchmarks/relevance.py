"""How good the search is: the judged queries (judged.py), and the posts that it finds for each.

    python benchmarks/relevance.py            the table
    python benchmarks/relevance.py --failures and the worst queries of the part used for tuning

recall@10: of the posts that answer a query (ten at most), how many are among the first ten found.
nDCG@10: the same with grades and places: gains 2^grade − 1, discounted by log2(place + 1).
A third of the queries is held out by a rule of its own (`JudgedQuery.is_held_out`): of them
nothing but the sums is ever shown.
"""

import argparse
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import log2
from pathlib import Path
from statistics import mean

from engines import LOOKED_AT, Answer, Engine, build, ours, plain
from judged import KINDS, JudgedQuery, complaints, judged_queries, written_posts

from aggregator.language import fold, lemma
from aggregator.store import reading

OURS, BY_DATE = "pertinence", "newest first"
BARS = {"recall": 0.95, "ndcg": 0.85, "corrected": 0.90}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one engine made of one query."""

    query: JudgedQuery
    answer: Answer

    @property
    def recall(self) -> float:
        """The share found of what could be found."""
        found = len(self.query.relevant.keys() & set(self.answer.found))
        return found / min(LOOKED_AT, len(self.query.relevant))

    @property
    def ndcg(self) -> float:
        """The gain, as a share of the best that is possible."""
        grades = [self.query.relevant.get(name, 0) for name in self.answer.found]
        best = sorted(self.query.relevant.values(), reverse=True)
        return _gain(grades) / _gain(best)

    @property
    def is_corrected(self) -> bool:
        """Whether the spelling proposed is what was meant, or another form of it."""
        proposed, meant = _as_written(self.answer.proposed), _as_written(self.query.intended)
        return _folded(proposed) == _folded(meant) or _lemmas(proposed) == _lemmas(meant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The means over some queries; `corrected` is NaN where none of them is misspelt."""

    queries: int
    recall: float
    ndcg: float
    corrected: float


def run(queries: Sequence[JudgedQuery]) -> Mapping[str, list[Score]]:
    """Ask every engine every query; return the scores by the engine's name, ours first."""
    written = written_posts()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        collection = build(folder, written)
        _refuse(complaints(queries, collection.names.values()))
        connection = stack.enter_context(reading(collection.path))
        unicode61 = "unicode61 remove_diacritics 2"
        engines: dict[str, Engine] = {
            OURS: ours(connection, collection.names, "pertinence"),
            BY_DATE: ours(connection, collection.names, "date"),
            "unicode61": stack.enter_context(plain(collection, unicode61)),
            "porter": stack.enter_context(plain(collection, f"porter {unicode61}")),
            "Snowball": stack.enter_context(plain(collection, unicode61, stemmed=True)),
        }
        print(f"{len(queries)} queries over {len(collection.names)} posts\n")
        return {
            name: [Score(query=query, answer=engine(query.query)) for query in queries]
            for name, engine in engines.items()
        }


def figures(scores: Iterable[Score]) -> Figures:
    """Return the means."""
    scores = list(scores)
    misspelt = [score.is_corrected for score in scores if score.query.intended]
    return Figures(
        queries=len(scores),
        recall=mean(score.recall for score in scores),
        ndcg=mean(score.ndcg for score in scores),
        corrected=mean(misspelt) if misspelt else float("nan"),
    )


def part(scores: Iterable[Score], *, held_out: bool) -> list[Score]:
    """Return the scores of the third that is held out, or of the rest."""
    return [score for score in scores if score.query.is_held_out == held_out]


def table(scores: Mapping[str, Sequence[Score]]) -> str:
    """Return all figures as a table: by part, and of the part used for tuning by kind."""
    lines = [
        f"| recall@10 · nDCG@10 | queries | {' | '.join(scores)} |",
        f"|---|---:|{'---:|' * len(scores)}",
        _line("all", scores),
        _line("used for tuning", _only(scores, held_out=False)),
        _line("**held out**", _only(scores, held_out=True)),
    ]
    tuning = _only(scores, held_out=False)
    for kind in KINDS:
        of_kind = {
            name: [score for score in some if score.query.kind == kind]
            for name, some in tuning.items()
        }
        lines += [_line(kind, of_kind)] if of_kind[OURS] else []
    lines.append("| *misspellings corrected* ||" + " |" * len(scores))
    for name, held_out in (("used for tuning", False), ("**held out**", True)):
        misspelt = [s for s in part(scores[OURS], held_out=held_out) if s.query.intended]
        lines.append(
            f"| {name} | {len(misspelt)} | {figures(misspelt).corrected:.0%} |"
            f"{' – |' * (len(scores) - 1)}"
        )
    bars = " · ".join(f"{name} ≥ {bar:.2f}" for name, bar in BARS.items())
    return "\n".join([*lines, "", f"Bars, for {OURS}: {bars}."])


def failures(scores: Iterable[Score], *, most: int) -> str:
    """Return the worst queries of the part used for tuning, with what was missed."""
    tuning = part(scores, held_out=False)
    wrong = [score for score in tuning if min(score.recall, score.ndcg) < 1]
    worst = sorted(wrong, key=lambda score: score.recall + score.ndcg)[:most]
    texts = [_failure(score) for score in worst]
    uncorrected = [s for s in tuning if s.query.intended and not s.is_corrected]
    texts += [
        f"« {s.query.query} » → « {s.answer.proposed} », meant « {s.query.intended} »"
        for s in uncorrected
    ]
    return "\n".join(texts)


def _failure(score: Score) -> str:
    relevant = score.query.relevant
    missed = relevant.keys() - set(score.answer.found)
    query, recall, ndcg = score.query, score.recall, score.ndcg
    lines = [f"« {query.query} » ({query.kind}): recall {recall:.2f}, nDCG {ndcg:.2f}. {query.why}"]
    lines += [f"    missed {relevant[name]}  {name}" for name in sorted(missed)]
    lines += [f"    {relevant.get(name, '–'):>8}  {name}" for name in score.answer.found]
    return "\n".join(lines)


def _line(name: str, scores: Mapping[str, Sequence[Score]]) -> str:
    each = [figures(some) for some in scores.values()]
    cells = " | ".join(f"{one.recall:.3f} · {one.ndcg:.3f}" for one in each)
    return f"| {name} | {each[0].queries} | {cells} |"


def _only(
    scores: Mapping[str, Sequence[Score]], *, held_out: bool
) -> Mapping[str, Sequence[Score]]:
    return {name: part(some, held_out=held_out) for name, some in scores.items()}


def _gain(grades: Iterable[int]) -> float:
    # Places count from 1.
    placed = enumerate(list(grades)[:LOOKED_AT], start=1)
    return sum((2.0**grade - 1) / log2(place + 1) for place, grade in placed)


def _as_written(text: str) -> list[str]:
    return _WORD.findall(text)


def _folded(words: Iterable[str]) -> list[str]:
    return [fold(word) for word in words]


def _lemmas(words: Iterable[str]) -> list[str]:
    return [lemma(word) for word in words]


def _refuse(faults: Iterable[str]) -> None:
    if texts := list(faults):
        raise SystemExit("\n".join(texts))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--failures", type=int, nargs="?", const=20, default=0, metavar="N")
    options = parser.parse_args()
    scores = run(judged_queries())
    print(table(scores))
    if options.failures:
        print()
        print(failures(scores[OURS], most=options.failures))


if __name__ == "__main__":
    main()
