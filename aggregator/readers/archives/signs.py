"""What a home page says of how its site may be read back."""

from dataclasses import dataclass

from aggregator.model import Page
from aggregator.readers.addresses import absolute
from aggregator.readers.archives.addresses import site_of

_REST = "link[rel='https://api.w.org/'][href]"
_HOSTED_REST = "public-api.wordpress.com"  # of the blogs of WordPress.com


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What was seen on a home page.

    Attributes:
        generator: Of its `meta`, lower case.
        rest: Where WordPress's REST is, as the page declares it.
        goes_on: Whether it is a list with further pages.
    """

    generator: str = ""
    rest: str | None = None
    goes_on: bool = False


def signs_of(page: Page) -> Signs:
    """Read a home page; of what is no page, nothing."""
    from aggregator.readers.archives.pagers import next_page  # noqa: PLC0415 - slow to import
    from aggregator.readers.archives.parsing import parse  # noqa: PLC0415 - slow to import
    from aggregator.scraping import base_of, pick  # noqa: PLC0415 - slow to import

    document = parse(page)
    metas = document.select("meta[name=generator i][content]", limit=9)
    rest = absolute(base_of(document, page), pick(document, f"{_REST}@href") or "") or ""
    is_own = site_of(rest) in {site_of(page.url), _HOSTED_REST}
    declared = bool(document.select(_REST, limit=1))
    return Signs(
        generator=" ".join(pick(meta, "@content") or "" for meta in metas).lower(),
        rest=rest if declared and is_own else None,
        goes_on=next_page(document, page) is not None,
    )
