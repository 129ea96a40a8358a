"""Stretches without a blank, of any length: the words of a text are read in one go."""

from collections.abc import Callable

import pytest

from aggregator.language import fold, is_plain
from aggregator.store import lexicon

LONG = 2_000_000  # characters; no body is longer (readers/pruning.py)
IDEOGRAMS = [chr(code) for code in range(0x4E00, 0x8E00)]


@pytest.fixture
def fold_calls(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the words that are folded, each as often as that happens."""
    folded: list[str] = []

    def counting(word: str) -> str:
        folded.append(word)
        return fold(word)

    monkeypatch.setattr("aggregator.store.lexicon.fold", counting)
    return lambda: len(folded)


def test_a_picture_written_into_a_text_is_passed_over() -> None:
    text = f"Élu·e·s, cœur {'QUJD' * (LONG // 4)}"
    assert not is_plain(text)
    # Searched again from each of its characters, it would take hours.
    assert {"cœur", "élue"} <= {piece.lower() for piece in lexicon.pieces_of(text, plain=False)}


def test_words_parted_by_signs_that_are_not_ours_are_folded_once(
    fold_calls: Callable[[], int],
) -> None:
    text = "，".join(IDEOGRAMS[at] + IDEOGRAMS[-at] for at in range(1, 3_000))
    terms = lexicon._terms_in([text])
    assert len(terms) == 2_999
    assert fold_calls() == 2_999
