"""The documents that a post links to, by the ends of their names."""

import re
from collections.abc import Mapping

from aggregator.model import DOCUMENTS

_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "pdf": ("pdf",),
    "texte": ("doc", "docx", "odt", "rtf"),
    "tableur": ("xls", "xlsx", "ods", "csv"),
    "presentation": ("ppt", "pptx", "odp"),
}
_KEYS = {ending: key for key in DOCUMENTS for ending in _ENDINGS[key]}

# The HTML is our own sanitiser's: links have `href` first, in double quotes, absolute, and neither
# texts nor attributes hold a `<` or a quote as such. A strict pattern is exact on that, where a
# parser would take a hundred times as long at every post of every crawl.
_LINK = re.compile(
    rf'<a href="https?://[^"?#/]+/[^"?#]*\.({"|".join(_KEYS)})(?:[?#][^"]*)?"',
    re.ASCII | re.IGNORECASE,
)


def documents(html: str) -> tuple[str, ...]:
    """Return what kinds of documents sanitised HTML links to, in the order of DOCUMENTS."""
    if "<a " not in html:
        return ()
    found = {_KEYS[ending.lower()] for ending in _LINK.findall(html)}
    return tuple(key for key in DOCUMENTS if key in found) if found else ()
