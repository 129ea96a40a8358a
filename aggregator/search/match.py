"""Terms and facet tokens → the MATCH expression of FTS5.

Facet values are tokens in the column `fac` (db/migrations), so that a filter costs no more than
a word. People's words stay inside `{title text}`: nobody finds a facet by typing its token.
"""

from collections.abc import Iterable, Sequence

from aggregator.search.terms import Term


def build_match(terms: Sequence[Term], facets: Sequence[Sequence[str]]) -> str:
    """Return the expression; empty when there is nothing to match.

    Args:
        terms: All must be found, in title or text.
        facets: For each facet that filters, its tokens (`xi3`), any of which will do.
    """
    parts = [f"fac : ({_any(tokens)})" for tokens in facets]
    if terms:
        parts.insert(0, f"{{title text}} : ({' AND '.join(_quote(term) for term in terms)})")
    return " AND ".join(parts)


def _quote(term: Term) -> str:
    # Folded words hold letters and digits only, so there is no quote to double.
    return f'"{" ".join(term.words)}"' + (" *" if term.is_prefix else "")


def _any(tokens: Iterable[str]) -> str:
    return " OR ".join(f'"{token}"' for token in tokens)
