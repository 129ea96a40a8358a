"""The platforms that are read by their own interface: one module a key of `model.SERVICES`.

Such a module has three functions: `first_ask` says what to ask first, `read_answer` reads an
answer and says what to ask next, `recognise` tells from an address that somebody tries whether it
is one of the platform's, and how the list would name it. All are pure; what an answer holds is
reached by way of answers.py, which says what is missing when its shape has changed.
"""

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast
from urllib.parse import urlsplit

from aggregator.model import SERVICES, Ask, Extraction, Page, Service, Source


class Platform(Protocol):
    """What a module of this package offers."""

    def first_ask(self, source: Source, *, now: datetime) -> Ask:
        """See the package's function."""

    def read_answer(self, page: Page, source: Source, *, ask: Ask) -> Extraction:
        """See the package's function."""

    def recognise(self, url: str) -> tuple[tuple[str, str], ...] | None:
        """Return the options that the list would give for an address; None: not of this one."""


def first_ask(source: Source, *, now: datetime) -> Ask:
    """Return what to ask a source's platform first.

    Args:
        source: Has a `service`.
        now: The moment of the visit, for what asks for a stretch of time.

    Raises:
        SourceError: It cannot be asked: its key is missing from the environment.
    """
    return _platform(_service(source).name).first_ask(source, now=now)


def read_answer(page: Page, source: Source, *, ask: Ask) -> Extraction:
    """Read what a source's platform answered.

    Args:
        page: The answer.
        source: Has a `service`.
        ask: What was asked.

    Returns:
        Its entries and records, what could not be read of it, and what to ask next.

    Raises:
        NothingFound: The answer has another shape than the platform's, or holds nothing.
        ReadError: It cannot be read.
    """
    return _platform(_service(source).name).read_answer(page, source, ask=ask)


def recognise(url: str) -> Service | None:
    """Return the platform that an address seems to belong to, as the list would name it."""
    try:
        urlsplit(url)
    except ValueError:  # « http://[ »
        return None
    return next(_recognised(url), None)


def _recognised(url: str) -> Iterator[Service]:
    for name in SERVICES:
        options = _platform(name).recognise(url)
        if options is not None:
            yield Service(name=name, options=options)


def _service(source: Source) -> Service:
    assert source.service is not None  # noqa: S101 - the caller's promise
    return source.service


def _platform(name: str) -> Platform:
    """Return a platform's module: those of other platforms are not loaded."""
    return cast("Platform", import_module(f"{__name__}.{name}"))
