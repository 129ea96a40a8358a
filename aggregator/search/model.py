"""What search takes and gives: the shapes that portal, JSON, Atom and command line share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregator.model import Event

PAGE_SIZE = 20
# Deeper pages would make OFFSET dear, and no one reads them: narrowing is what facets are for.
MAX_PAGES = 250
# Posts that facets are counted over where more than 10,000 were found: the newest ones.
CAPPED_FACETS = 5_000
# The facets, by the name of their URL parameter and in the order on screen.
FACETS = ("instance", "quartier", "source", "genre", "theme", "annee", "mois", "document", "langue")

Order = Literal["date", "pertinence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody looks for: values of one facet are alternatives, facets narrow each other."""

    text: str = ""  # as typed; nothing in it is an error
    instances: tuple[str, ...] = ()  # slugs, also below
    quartiers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    years: tuple[int, ...] = ()  # of publication, in the town's time zone
    months: tuple[str, ...] = ()  # 2016-06
    documents: tuple[str, ...] = ()  # keys of model.DOCUMENTS
    languages: tuple[str, ...] = ()  # fr, nl
    author: str = ""  # words of the author's name
    since: date | None = None  # from this day on, the town's
    until: date | None = None  # before this day; undated posts are neither since nor until
    order: Order = "date"  # newest first, or the most relevant
    page: int = 1  # from 1; beyond the last page there is nothing, and no error

    def selected(self, facet: str) -> tuple[str, ...]:
        """Return the values selected under a facet, as the URL writes them."""
        values: Mapping[str, tuple[str, ...]] = {
            "instance": self.instances,
            "quartier": self.quartiers,
            "source": self.sources,
            "genre": self.kinds,
            "theme": self.themes,
            "annee": tuple(str(year) for year in self.years),
            "mois": self.months,
            "document": self.documents,
            "langue": self.languages,
        }
        return values[facet]

    @property
    def is_filtered(self) -> bool:
        """Whether anything but its words narrows the search."""
        bounds = (self.author, self.since, self.until)
        return any(bounds) or any(self.selected(facet) for facet in FACETS)


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
class DocumentPlace:
    """A page of a document that a post links to."""

    label: str  # what the link says, the document's own title, or the name of its file
    url: str
    media: str  # pdf, odt, docx
    page: int | None  # none where a document has no pages: ODT, DOCX


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
    # Where what neither title nor text says was found, and where the extract is from, if shown.
    extract_from: DocumentPlace | None = None
    event: Event | None = None  # that it announces, as the town's clock tells it
    withdrawn: bool = False  # its source has taken it back


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """One line of a facet: how many posts have this value.

    Counted among the posts that answer the query without this facet's own selection: so another
    value can be chosen beside one that is, and its count says what it brings.
    """

    value: str
    label: str
    count: int
    selected: bool
    group: str = ""  # of a quartier: its sector
    exact: bool = True  # of a year or month: false where counting stopped short of its end


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What was typed like a field (`genre:x`) and is none, or has no such value.

    It was searched as plain words.
    """

    kind: Literal["field", "value"]  # which of the two is unknown
    typed: str  # genre:evenemant
    nearest: str = ""  # what may have been meant, as it is typed: genre:agenda; or nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Wider:
    """A query that asks for less, and how many posts it finds."""

    query: Query
    dropped: tuple[str, ...]  # what it asks no more: a word, « filtre », « guillemets »
    kind: Literal["word", "quotes", "facet", "filters"]
    total: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What there is to search at all."""

    posts: int
    sources: int
    oldest: str | None  # ISO 8601, UTC, Z; of the posts with a date
    newest: str | None  # not beyond the present


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """How what is being typed may go on: a word, or the name of something to filter by."""

    kind: Literal["mot", "instance", "quartier", "source"]
    label: str  # as it is read
    query: Query  # what choosing it searches


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The answer: one page of hits, and what can narrow it.

    `facets` has the keys of FACETS. Its counts are over all posts found; where there are more
    than 10,000, over the newest CAPPED_FACETS, and `facets_exact` is false. Years and months are
    counted further, as far as `total`: each says whether it was counted whole.
    """

    query: Query  # as understood: fields typed in its text have become filters
    total: Total
    hits: tuple[Hit, ...]
    # Posts that hold most of the words, best first, after fewer than ten that hold all of them;
    # in no count.
    nearby: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    facets_exact: bool
    pages: int  # how many pages of hits can be asked for; 0 when nothing was found
    # Words that are in most posts were asked for, and only posts from this day on were read.
    reach: date | None = None
    wordless: bool = False  # something was typed, and no word is in it: nothing answers that
    notes: tuple[Note, ...] = ()
    # Nothing answers what was typed, and `hits` answer this instead (`query` stays as typed).
    corrected: Query | None = None
    suggestion: Query | None = None  # another spelling that finds more
    wider: tuple[Wider, ...] = ()  # when nothing was found
    archive: Archive | None = None  # when nothing was found
