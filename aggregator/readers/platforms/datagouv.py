"""data.gouv.fr, and other portals of its software (udata): the data sets of an organisation.

https://guides.data.gouv.fr/guide-data.gouv.fr/api/reference
"""

import re
from datetime import datetime
from urllib.parse import quote, urljoin

from aggregator.model import Ask, Entry, Extraction, Page, Source
from aggregator.readers.markup import html_of
from aggregator.readers.platforms import answers
from aggregator.readers.platforms.answers import Fields
from aggregator.readers.platforms.following import following_ask

NAME = "data.gouv.fr"
_PAGE = 50
_NUMBER = re.compile(r"[0-9a-f]{24}")
_ORGANIZATION = re.compile(
    r"https?://(?:www\.)?data\.gouv\.fr/(?:[a-z]{2}/)?organizations/([\w-]+)"
)


def first_ask(source: Source, *, now: datetime) -> Ask:  # noqa: ARG001 - as all platforms
    """Ask for the first data sets of the organisation."""
    name = None if source.service is None else source.service.option("organization")
    assert name is not None  # noqa: S101 - required by model.SERVICES
    # The list of all data sets takes an organisation's number alone, its own list its name too.
    path = f"organizations/{quote(name, safe='')}/datasets/?"
    if _NUMBER.fullmatch(name):
        path = f"datasets/?organization={name}&"
    return Ask(url=urljoin(source.url, f"/api/1/{path}page_size={_PAGE}"))


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:  # noqa: ARG001 - as all platforms
    """Read data sets, and say what to ask for next."""
    answer = answers.read_json(page, platform=NAME)
    found = answers.objects(page, answer, "data", platform=NAME)
    return Extraction(
        entries=tuple(_dataset(one, source) for one in found),
        total=answers.number(answer, "total"),
        next_ask=following_ask(page, answers.text(answer, "next_page")),
        language="fr",
        may_be_empty=True,
    )


def recognise(url: str) -> tuple[tuple[str, str], ...] | None:
    """Tell an organisation's page."""
    match = _ORGANIZATION.match(url)
    return (("organization", match[1]),) if match else None


def _dataset(one: Fields, source: Source) -> Entry:
    slug = answers.text(one, "slug", "id")
    return Entry(
        link=answers.text(one, "page") or urljoin(source.url, f"/datasets/{quote(slug, safe='')}/"),
        guid=answers.text(one, "id", "slug") or None,
        title=html_of(answers.text(one, "title")) or None,
        html=html_of(answers.text(one, "description")),
        published=answers.text(one, "created_at", "last_modified") or None,
        updated=answers.text(one, "last_modified", "last_update") or None,
        author=answers.text(answers.part(one, "organization"), "name") or None,
        categories=answers.texts(one, "tags"),
        base_url=source.url,
    )
