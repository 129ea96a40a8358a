"""The page of the data set that a file belongs to: what people can read of it, unlike the file."""

import re

_PAGES = (
    # Opendatasoft: a file is an export of its data set.
    (
        re.compile(
            r"(?P<site>https?://[^/?#]+)/(?:explore/dataset|api/(?:explore/)?v2[.\d]*/catalog/datasets)"
            r"/(?P<name>[\w.@-]+)/(?:download|exports)\b"
        ),
        "{site}/explore/dataset/{name}/",
    ),
    # data.gouv.fr keeps files apart from their pages.
    (
        re.compile(r"https?://static\.data\.gouv\.fr/resources/(?P<name>[\w-]+)/"),
        "https://www.data.gouv.fr/fr/datasets/{name}/",
    ),
)


def page_of(file: str) -> str | None:
    """Return the page of the data set that a file belongs to, where its address tells it."""
    for pattern, page in _PAGES:
        if match := pattern.match(file):
            return page.format(**match.groupdict())
    return None
