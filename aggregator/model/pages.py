"""What the network gave, and what we remember of it."""

from dataclasses import dataclass, field
from datetime import datetime

# Our name, as User-Agent headers and robots.txt files have it.
PRODUCT = "civic-aggregator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to a platform.

    Attributes:
        url: An http(s) address.
        body: JSON to send with POST; none: a GET.
        headers: Besides our own; they may hold a key, and are never logged nor stored.
        is_page: It is made for people, not for programs: robots.txt decides whether we may.
        state: What whoever reads the answer has to know of those before; it is not sent.
    """

    url: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    is_page: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What we remember of one URL between two fetches; validators exactly as received.

    `marks` are those of the items of the last body, 8 bytes each, in the order of the page: an
    item whose mark is known was read, cleaned and saved before, and is passed over. They are
    trusted for a day only (`read_whole`), then a changed feed is read from end to end again.
    `url` is where the validators come from, behind redirects perhaps, and where alone they are
    sent; none: the address that is asked for.
    """

    etag: str | None = None
    last_modified: str | None = None
    url: str | None = None
    body_sha256: str | None = None
    marks: bytes = b""
    read_whole: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the headers of an answer say besides the page.

    Attributes:
        fresh_s: Seconds during which there is nothing new (Cache-Control max-age, Expires).
        tdm_reserved: Whether text and data mining is reserved (TDMRep); none: nothing is said.
        tdm_policy: Address of the terms on which it is allowed.
        total: How many items there are in all (X-WP-Total).
        next_url: The page after this one (Link, rel=next; RFC 8288), absolute.
    """

    fresh_s: int | None = None
    tdm_reserved: bool | None = None
    tdm_policy: str | None = None
    total: int | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The bytes one URL gave.

    `body` is free of transfer and content encoding (gzip), not of its charset.
    """

    requested_url: str
    url: str  # after redirects
    body: bytes
    status: int
    content_type: str = ""  # as sent, parameters included; a hint, never trusted
    memory: Memory = field(default_factory=Memory)  # to be kept for the next fetch of the URL
    moved_to: str | None = None  # where permanent redirects (301, 308) from the start lead
    said: Said = field(default_factory=Said)
    fetched: datetime
    elapsed_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The URL has nothing new: a 304, or the very bytes of last time."""

    requested_url: str
    url: str
    status: int
    memory: Memory
    moved_to: str | None = None
    said: Said = field(default_factory=Said)
    size_bytes: int = 0
    fetched: datetime
    elapsed_s: float
