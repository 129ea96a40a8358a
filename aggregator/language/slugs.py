"""Names as slugs: « Chœur d’Été » → choeur-d-ete."""

import re

from aggregator.language.folding import fold

_LONGEST_NAME = 200  # characters read: names come from pages, and from files not checked yet


def slugified(name: str, *, longest: int) -> str:
    """Make a slug of a name, of at most `longest` characters; empty where no letter is left."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(name[:_LONGEST_NAME])).strip("-")
    return words[:longest].rstrip("-")
