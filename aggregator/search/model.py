"""What search takes and gives: the shapes that portal, JSON, Atom and command line share."""

from collections.abc import Mapping
from dataclasses import dataclass

PAGE_SIZE = 20
# Deeper pages would make OFFSET dear, and no one reads them: narrowing is what facets are for.
MAX_PAGES = 250
# The facets, by the name of their URL parameter and in the order on screen.
FACETS = ("instance", "quartier", "source", "genre", "annee")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody looks for: values of one facet are alternatives, facets narrow each other."""

    text: str = ""  # as typed; nothing in it is an error
    instances: tuple[str, ...] = ()  # slugs, also below
    quartiers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    years: tuple[int, ...] = ()  # of publication, in the town's time zone
    page: int = 1  # from 1; beyond the last page there is nothing, and no error

    def selected(self, facet: str) -> tuple[str, ...]:
        """Return the values selected under a facet, as the URL writes them."""
        values: Mapping[str, tuple[str, ...]] = {
            "instance": self.instances,
            "quartier": self.quartiers,
            "source": self.sources,
            "genre": self.kinds,
            "annee": tuple(str(year) for year in self.years),
        }
        return values[facet]

    @property
    def is_filtered(self) -> bool:
        """Whether any facet narrows the search."""
        return any(self.selected(facet) for facet in FACETS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many posts were found; a floor (« more than ») where not exact."""

    value: int
    exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a title or extract; the pieces joined are the text."""

    text: str
    lit: bool  # one of the searched words


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One post found, with all that its line on the page says."""

    uid: str
    title: str
    title_segments: tuple[Segment, ...]
    url: str
    source: str  # slug, as `instance` and `kind`
    source_name: str
    instance: str | None
    instance_name: str | None
    published: str  # ISO 8601, UTC, Z
    date_origin: str
    extract: str  # empty where the source's `display` allows the title only
    extract_segments: tuple[Segment, ...]
    kind: str
    kind_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One line of a facet: how many of the posts found have this value too."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The answer: one page of hits, newest first, and what can narrow it.

    `facets` has the keys of FACETS. Its counts are over all posts found; where there are more
    than 10,000, over the newest 10,000, and `facets_exact` is false.
    """

    query: Query
    total: Total
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    facets_exact: bool
    pages: int  # how many pages of hits can be asked for; 0 when nothing was found
    suggestion: str | None = None
    wordless: bool = False  # something was typed, and no word is in it: nothing answers that
