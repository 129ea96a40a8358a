"""What the page of one post says, its surroundings left out."""

from dataclasses import dataclass
from typing import Literal

# Where a page says its date, the surest first.
DateBy = Literal["selector", "json-ld", "meta", "time", "text", "url"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """Untrusted, as published; every field may be missing.

    Attributes:
        html: The text with its markup: no menu, cookie banner, share bar or comments.
        by: What found it: a moderator's selectors, or extraction.
        published: The date as written, and `date_by` where.
        tdm_reserved: As `meta name=tdm-reservation` says.
    """

    url: str  # of the page, after redirects
    canonical: str | None = None  # absolute; what the page calls its own address
    title: str | None = None
    html: str = ""
    by: Literal["selectors", "extraction"] = "extraction"
    published: str | None = None
    date_by: DateBy | None = None
    author: str | None = None
    language: str | None = None
    tdm_reserved: bool | None = None
