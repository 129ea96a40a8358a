"""French as the index reads it: letters folded, words told apart."""

from aggregator.language.folding import MARKS, fold, spellings, words

__all__ = ["MARKS", "fold", "spellings", "words"]
