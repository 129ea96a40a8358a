"""Sources of platforms, and what reading their answers gives."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from aggregator.model import Ask, Extraction, Page, Service, Source
from aggregator.readers.platforms import first_ask, read_answer

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
PageOf = Callable[..., Page]


def platform_source(name: str, url: str = "https://exemple.fr/", **options: str) -> Source:
    """Return a source of a platform."""
    service = Service(name=name, options=tuple(options.items()))
    return Source(slug="plateforme", name="Plateforme", url=url, kind="blog", service=service)


def read_as(page_of: PageOf, source: Source, answer: object, ask: Ask | None = None) -> Extraction:
    """Read an answer: bytes, a text, or what becomes JSON."""
    asked = ask or first_ask(source, now=NOW)
    if isinstance(answer, str):
        answer = answer.encode()
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return read_answer(page_of(body, url=asked.url), source, ask=asked)
