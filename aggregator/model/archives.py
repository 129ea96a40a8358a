"""What a site's archive says: more posts, where to ask next, how many there are in all."""

from dataclasses import dataclass

from aggregator.model.entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveAsk:
    """One address of an archive, and how its answer is read."""

    method: str  # a way of reading, by its name in aggregator/readers/archives
    url: str  # absolute; a fragment is for the reader, and sent to no site


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """A page of one post, to be opened."""

    url: str  # absolute
    lastmod: str | None = None  # as the sitemap writes it
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReading:
    """What one answer holds.

    Attributes:
        asks: What to ask next, in order; none: this way ends here.
        pages: Posts of which nothing but the address is known.
        expected: How many posts there are in all, as the site says.
    """

    entries: tuple[Entry, ...] = ()
    pages: tuple[ArchivedPage, ...] = ()
    asks: tuple[ArchiveAsk, ...] = ()
    expected: int | None = None
    language: str | None = None
    warnings: tuple[str, ...] = ()
