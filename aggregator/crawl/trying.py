"""The moderators' workbench: what would be read from an address, without writing anything."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aggregator import clock
from aggregator.clock import to_iso
from aggregator.crawl.visiting import Past, visit
from aggregator.errors import UsageError
from aggregator.fetch import Web
from aggregator.language import slugified
from aggregator.model import Post, Rejection, Source
from aggregator.paths import TownFolder
from aggregator.readers import load_scrapers
from aggregator.sources import load_sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What an address would give."""

    url: str  # the address that was read in the end
    feed: str | None  # found by discovery
    posts: tuple[Post, ...]
    rejections: tuple[Rejection, ...]
    warnings: tuple[str, ...]
    proposal: str | None  # a block for sources.yaml, when the address is not on the list

    def to_json(self) -> dict[str, Any]:
        """Return the trial as `try --json` prints it."""
        return {
            "url": self.url,
            "feed": self.feed,
            "posts": [
                {
                    "title": post.title,
                    "url": post.url,
                    "published": to_iso(post.published),
                    "date_origin": post.date_origin.value,
                    "excerpt": post.excerpt,
                }
                for post in self.posts
            ],
            "rejected": [{"entry": r.entry, "reason": r.reason} for r in self.rejections],
            "warnings": list(self.warnings),
            "proposal": self.proposal,
        }


async def try_source(folder: TownFolder, target: str) -> Trial:
    """Visit a source of the list, or any address, and tell what would be read.

    Args:
        folder: The town folder.
        target: The slug of a source, or an http(s) address.

    Raises:
        TownError: The list cannot be read.
        UsageError: The target is neither a slug nor an address.
        SourceError: It cannot be fetched or read.
    """
    town = load_sources(folder.sources, scrapers=folder.scrapers)
    source = next((source for source in town.sources if source.slug == target), None)
    listed = source is not None
    if source is None:
        source = _unlisted(target)
    async with Web(contact=town.contact) as web:
        found = await visit(
            source,
            web=web,
            past=Past(),
            scrapers=load_scrapers(folder.scrapers),
            timezone=town.timezone,
            seen=clock.now(),
            turn=asyncio.Lock(),
        )
    title = next((e.title for _, e in found.extractions if e.title), None)
    return Trial(
        url=found.answer.url,
        feed=found.discovered_feed,
        posts=found.posts,
        rejections=found.rejections,
        warnings=found.warnings,
        proposal=None if listed else _proposal(source, title, found.discovered_feed),
    )


def _unlisted(target: str) -> Source:
    try:
        parts = urlsplit(target)
    except ValueError:  # « http://[ »
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{target}: neither a source of the list nor an http(s) address")
    return Source(slug="essai", name=parts.hostname, url=target, kind="blog")


def _proposal(source: Source, title: str | None, feed: str | None) -> str:
    line = " ".join((title or "").split())[:80]
    name = "".join(letter for letter in line if letter.isprintable()) or source.name
    lines = [
        f"  - slug: {slugified(name, longest=40) or 'nouvelle-source'}",
        # JSON strings are YAML strings: whatever the site calls itself, the block stays valid.
        f"    name: {json.dumps(name, ensure_ascii=False)}",
        f"    url: {source.url}",
        "    kind: blog",
    ]
    return "\n".join([*lines, *([f"    feed: {feed}"] if feed else [])])
