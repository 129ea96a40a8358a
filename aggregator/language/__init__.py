"""French as the index reads it: letters folded, words told apart; and names as slugs."""

from aggregator.language.folding import MARKS, fold, spellings, words
from aggregator.language.slugs import slugified

__all__ = ["MARKS", "fold", "slugified", "spellings", "words"]
