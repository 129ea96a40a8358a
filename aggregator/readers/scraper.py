"""Python scrapers: one file a site, for pages that no recipe can describe.

A scraper defines `scrape(page)`, which yields entries, and may define `next_page(page)`, which
gives the address of the following page. It never fetches. Files are code of the town's own
moderators: they are run, not contained.
"""

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aggregator.errors import NothingFound, ScraperFailed
from aggregator.model import Entry, Extraction, Page
from aggregator.readers.addresses import following
from aggregator.readers.reservation import is_reserved
from aggregator.scraping import base_of, pick, soup


@dataclass(frozen=True, slots=True, kw_only=True)
class Scraper:
    """One file of the folder `scrapers/`; `failure` says why it cannot be used."""

    path: Path
    digest: str  # SHA-256 of the file; empty where it cannot be opened
    scrape: Callable[[Page], Iterable[Entry]] | None = None
    next_page: Callable[[Page], str | None] | None = None
    failure: BaseException | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrapers:
    """The scrapers of a town, by the name of their file."""

    folder: Path
    by_name: Mapping[str, Scraper] = field(default_factory=dict)

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a scraper's file, which tells when its code changed.

        Empty where there is no such file now: an editor may just be replacing it.
        """
        return self.by_name[name].digest if name in self.by_name else ""

    def broken(self) -> Mapping[str, str]:
        """Return, by file name, what keeps scrapers from being loaded."""
        return {
            f"{name}.py": _sentence(scraper, "cannot be loaded", scraper.failure)
            for name, scraper in self.by_name.items()
            if scraper.scrape is None
        }

    def read(self, page: Page, name: str) -> Extraction:
        """Read a page with a scraper.

        Raises:
            NothingFound: It yielded no entry.
            ScraperFailed: It is missing, cannot be imported, or crashed; the cause is chained.
        """
        if name not in self.by_name:
            known = ", ".join(self.by_name) or "none"
            raise ScraperFailed(f"no {name}.py in {self.folder} (scrapers: {known})", url=page.url)
        scraper = self.by_name[name]
        if scraper.scrape is None:
            raise ScraperFailed(
                _sentence(scraper, "cannot be loaded", scraper.failure), url=page.url
            ) from scraper.failure
        try:
            entries = [_checked(entry) for entry in scraper.scrape(page)]
            next_link = scraper.next_page(page) if scraper.next_page else None
        except (Exception, SystemExit) as error:
            raise ScraperFailed(_sentence(scraper, "crashed", error), url=page.url) from error
        if not entries:
            raise NothingFound(
                f"{scraper.path.name} yielded no entry: the layout of the page changed",
                url=page.url,
            )
        return _extraction(page, entries, next_link)


def load_scrapers(folder: Path) -> Scrapers:
    """Load every scraper of a folder; a missing folder holds none.

    A broken file is remembered: only the sources that name it fail.
    """
    paths = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    return Scrapers(folder=folder, by_name={path.stem: _load(path) for path in paths})


def _load(path: Path) -> Scraper:
    digest = ""
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        module = _import(path)
        if not callable(getattr(module, "scrape", None)):
            raise TypeError("it defines no function scrape(page)")  # noqa: TRY301 -- one failure
    except (Exception, SystemExit) as error:  # noqa: BLE001 -- a file of moderators may raise any
        return Scraper(path=path, digest=digest, failure=error)
    return Scraper(
        path=path,
        digest=digest,
        scrape=module.scrape,
        next_page=getattr(module, "next_page", None),
    )


def _import(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"_scraper_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError("it is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def _sentence(scraper: Scraper, what: str, error: BaseException | None) -> str:
    """Say which line of the scraper's own file failed, and how."""
    frames = traceback.extract_tb(error.__traceback__ if error else None)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == scraper.path]
    lineno = error.lineno if isinstance(error, SyntaxError) else (lines or [None])[-1]
    where = f"{scraper.path.name}:{lineno}" if lineno else scraper.path.name
    return f"{where} {what}: {type(error).__name__}: {error}"


def _checked(entry: object) -> Entry:
    if not isinstance(entry, Entry):
        raise TypeError(f"scrape(page) must yield Entry, not {type(entry).__name__}")
    return entry


def _extraction(page: Page, entries: list[Entry], next_link: str | None) -> Extraction:
    document = soup(page)
    base = base_of(document, page)
    return Extraction(
        entries=tuple(
            entry if entry.base_url else replace(entry, base_url=base) for entry in entries
        ),
        tdm_reserved=is_reserved(document),
        title=pick(document, "title"),
        language=pick(document, "html@lang"),
        next_url=following(next_link, page, base),
    )
