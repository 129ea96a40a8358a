"""French as the index reads it: letters folded, words told apart; and names as slugs."""

from aggregator.language.folding import MARKS, fold, words
from aggregator.language.indexing import Token, indexed_text, is_plain, tokens
from aggregator.language.lemmas import is_french, lemma, lemmas
from aggregator.language.slugs import slugified
from aggregator.language.sounds import sound
from aggregator.language.stop_words import STOP_WORDS

__all__ = [
    "MARKS",
    "STOP_WORDS",
    "Token",
    "fold",
    "indexed_text",
    "is_french",
    "is_plain",
    "lemma",
    "lemmas",
    "slugified",
    "sound",
    "tokens",
    "words",
]
