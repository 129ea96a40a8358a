"""Every error this program raises on purpose.

Tree::

    AggregatorError
    ├── TownError                  the town folder is wrong: stops the program, exit 2
    ├── UsageError                 the command was called wrongly: exit 2
    ├── StoreError                 the database cannot be used: exit 3
    └── SourceError                one source failed: recorded, the others go on
        ├── FetchError             the exchange with the site failed
        │   ├── HostUnreachable    DNS, refused, reset, time limit
        │   │   └── BadCertificate     TLS: the certificate is not accepted
        │   │       └── CertificateExpired
        │   ├── BadStatus          the site answered 4xx or 5xx
        │   ├── RobotsDisallowed   robots.txt forbids the page
        │   ├── PageTooLarge       more bytes than the limit
        │   ├── TooManyRedirects   more hops than the limit, or a loop
        │   └── ForbiddenAddress   private or reserved network, or not http(s)
        └── ReadError              the bytes came but cannot be read
            ├── NotAFeed           something else where a feed was expected
            │   └── FeedMoved      … and it announces another feed (crawl/visiting.py)
            ├── NothingFound       no entry where some are expected: the layout changed
            └── ScraperFailed      a Python scraper is missing or crashed

Each has one boundary: `crawl` makes a SourceError that source's result (`cli` prints the one of
`try`); a process's door, `cli` or `service/child`, ends with the sentence of any other. Besides, a
list that breaks while it is followed (TownError) leaves the last good one in force.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class AggregatorError(Exception):
    """Base of all; its text says who, where, what, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that is wrong in a town folder."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.message}"


class TownError(AggregatorError):
    """The town folder cannot be loaded; holds every complaint at once."""

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        super().__init__("\n".join(str(complaint) for complaint in complaints))
        self.complaints = tuple(complaints)


class UsageError(AggregatorError):
    """A command was called with something that cannot be."""


class StoreError(AggregatorError):
    """The database is missing, locked, damaged, or of another version."""


class SourceError(AggregatorError):
    """One source could not be read this time."""


class FetchError(SourceError):
    """The exchange with a site failed.

    Attributes:
        url: The address that failed, after redirects.
    """

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message)
        self.url = url


class HostUnreachable(FetchError):
    """No answer: name unknown, connection refused or reset, TLS, or out of time."""


class BadCertificate(HostUnreachable):
    """No secure connection comes about: the site's certificate is not accepted."""


class CertificateExpired(BadCertificate):
    """The site's certificate has expired: the commonest fault of small sites."""


class BadStatus(FetchError):
    """The site answered with a status that brings no page.

    Attributes:
        status: The HTTP status.
        retry_after_s: Seconds the site asks us to wait, when it said so.
        not_asked: It said so before, and was left alone: this page was not asked for.
    """

    def __init__(
        self,
        message: str,
        *,
        url: str,
        status: int,
        retry_after_s: int | None = None,
        not_asked: bool = False,
    ) -> None:
        super().__init__(message, url=url)
        self.status = status
        self.retry_after_s = retry_after_s
        self.not_asked = not_asked


class RobotsDisallowed(FetchError):
    """The site's robots.txt forbids this page to us (RFC 9309).

    Attributes:
        passing: It could not be had just now, and may allow the page later.
    """

    def __init__(self, message: str, *, url: str, passing: bool = False) -> None:
        super().__init__(message, url=url)
        self.passing = passing


class PageTooLarge(FetchError):
    """The answer, after decompression, is larger than we accept."""


class TooManyRedirects(FetchError):
    """More redirects than we follow, or a redirect without a target."""


class ForbiddenAddress(FetchError):
    """The address is private, reserved, or no web address; possibly after a redirect."""


class ReadError(SourceError):
    """The bytes came, but no entries can be read from them.

    Attributes:
        url: The address of the page.
    """

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message)
        self.url = url


class NotAFeed(ReadError):
    """A feed was expected; this is something else, often an HTML page."""


class NothingFound(ReadError):
    """No entry where some are expected: the commonest failure, a changed layout."""


class ScraperFailed(ReadError):
    """A scraper is missing, cannot be imported, or crashed; the cause is chained."""
