"""What a word is a form of: élues → elu, locaux → local."""

from functools import lru_cache

from aggregator.language.folding import fold


@lru_cache(maxsize=16_384)
def lemma(word: str) -> str:
    """Return the folded lemma of one word as written: « Élues » → elu."""
    import simplemma  # noqa: PLC0415 - its dictionary is heavy, and most processes need no lemma

    return fold(simplemma.lemmatize(word.lower(), lang="fr"))
