"""Documents as towns publish them, against the text that is in them.

Recall and precision are of words with their number (multisets), folded as the index folds them.
"""

from collections import Counter
from pathlib import Path

import pytest

from aggregator.language.folding import words
from aggregator.model import DocumentState, DocumentText
from aggregator.readers import read_document

# What must be reached; 1.0 both are.
LEAST_RECALL = 0.97
LEAST_PRECISION = 0.97
# Pages, and words as counted when this was written: a reading that loses some is seen.
PAGES_AND_WORDS = {
    "Notice-and-Agenda-001-2023-06-06.pdf": (1, 200),
    "Notice-and-Agenda-001-2023.06.01-closed.pdf": (1, 155),
    "TestPdfConverter_cas1.pdf": (2, 540),
    "TestPdfConverter_cas2.pdf": (19, 5300),
    "chi_human_relations.pdf": (1, 45),
}


def documents_of(corpus: Path) -> list[Path]:
    return sorted((corpus / "pdf").rglob("*.pdf"), key=lambda path: path.name)


def read(path: Path) -> DocumentText:
    return read_document(path.read_bytes(), content_type="application/pdf", url=path.as_uri())


def counted(text: str) -> Counter[str]:
    return Counter(words(text))


@pytest.mark.corpus
def test_the_words_of_a_document_are_read(corpus: Path) -> None:
    with_gold = [path for path in documents_of(corpus) if path.with_suffix(".txt").exists()]
    assert with_gold
    for path in with_gold:
        gold = counted(path.with_suffix(".txt").read_text(encoding="utf-8"))
        found = counted("\n".join(read(path).pages))
        shared = (gold & found).total()
        assert shared / gold.total() >= LEAST_RECALL, path.name
        assert shared / found.total() >= LEAST_PRECISION, path.name


@pytest.mark.corpus
def test_every_document_is_read_whole(corpus: Path) -> None:
    paths = documents_of(corpus)
    assert [path.name for path in paths] == list(PAGES_AND_WORDS)
    for path in paths:
        document = read(path)
        pages, least_words = PAGES_AND_WORDS[path.name]
        assert (document.state, document.reason) == (DocumentState.READ, ""), path.name
        assert len(document.pages) == document.page_count == pages
        assert counted("\n".join(document.pages)).total() >= least_words


@pytest.mark.corpus
def test_words_cut_at_line_ends_are_whole(corpus: Path) -> None:
    (path,) = (path for path in documents_of(corpus) if path.name == "TestPdfConverter_cas2.pdf")
    text = "\n".join(read(path).pages)
    for whole in (
        "Saint-Germain-Nuelles",
        "prescriptions ci-dessous",
        "e-Sezhame",
    ):
        assert whole in text
    for cut in ("SaintGermain", "cidessous"):
        assert cut not in text
