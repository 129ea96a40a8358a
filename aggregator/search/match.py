"""What is wanted, and facet tokens → the MATCH expression of FTS5.

Facet values are tokens in the column `fac` (db/migrations), so that a filter costs no more than
a word. People's words stay inside titles, texts and documents: nobody finds a facet by typing its
token.
"""

from collections.abc import Iterable, Sequence

from aggregator.search.expansion import Concept, Wanted, Wording

_SAID = "{title text documents}"
_NEAR = 3  # words that may stand inside a name: « conseil municipal de quartier »


def build_match(
    wanted: Wanted,
    facets: Sequence[Sequence[str]] = (),
    author: Sequence[str] = (),
    *,
    any_of: bool = False,
) -> str:
    """Return the expression; empty when there is nothing to match.

    Args:
        wanted: What must be found in title, text or documents, and what must not.
        facets: For each facet that filters, its tokens (`xi3`), any of which will do.
        author: Words that the author's name must hold.
        any_of: One of the things wanted is enough.
    """
    groups = [_group(concepts) for concepts in wanted.required]
    parts = [f"({' OR '.join(groups)})"] if any_of and groups else groups
    if author:
        parts.append(f"author : ({' AND '.join(map(_quoted, author))})")
    parts += [f"fac : ({_any(tokens)})" for tokens in facets]
    match = " AND ".join(parts)
    if match and wanted.excluded:
        excluded = " OR ".join(map(_wording, wanted.excluded))
        return f"({match}) NOT {_SAID} : ({excluded})"
    return match


def _group(concepts: Sequence[Concept]) -> str:
    said = f"{_SAID} : ({' OR '.join(map(_concept, concepts))})"
    tokens = [token for concept in concepts for token in concept.tokens]
    return f"({said} OR fac : ({_any(tokens)}))" if tokens else said


def _concept(concept: Concept) -> str:
    parts = " AND ".join(f"({' OR '.join(map(_wording, part))})" for part in concept.parts)
    return " OR ".join((f"({parts})", *map(_wording, concept.same)))


def _wording(wording: Wording) -> str:
    if wording.is_near:
        return f"NEAR({' '.join(map(_quoted, wording.words))}, {_NEAR})"
    return _quoted(" ".join(wording.words))


def _quoted(words: str) -> str:
    # Folded words hold letters and digits only, so there is no quote to double.
    return f'"{words}"'


def _any(tokens: Iterable[str]) -> str:
    return " OR ".join(f'"{token}"' for token in tokens)
