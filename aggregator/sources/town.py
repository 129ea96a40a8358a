"""From nodes to a `Town`: which keys each part of the file has, and what they refer to."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from aggregator.model import Display, Instance, Quartier, Source, Tab, Town
from aggregator.sources import values
from aggregator.sources.complaints import Complaints, quoted
from aggregator.sources.fields import Fields
from aggregator.sources.nodes import MapNode, Node, Scalar
from aggregator.sources.parts import (
    INSTANCE_KEYS,
    QUARTIER_KEYS,
    SOURCE_KEYS,
    TAB_KEYS,
    Reading,
    instance,
    quartier,
    source,
    tab,
)

Part = TypeVar("Part", Instance, Quartier, Tab, Source)

FILE_KEYS = ("version", "town", "instances", "quartiers", "tabs", "defaults", "sources")
TOWN_KEYS = ("name", "timezone", "contact", "address")
DEFAULT_KEYS = ("every", "language", "display")


def read_town(root: Node, complaints: Complaints, *, scrapers: Path | None) -> Town:
    """Read the whole file; what comes back may be used only when nothing was complained of."""
    file = Fields(root, where="", keys=FILE_KEYS, complaints=complaints)
    file.read("version", _version, required=True)
    town = file.part("town", TOWN_KEYS, required=True)
    instances, quartiers, tabs = (file.each(key) for key in ("instances", "quartiers", "tabs"))
    sources = file.each("sources", required=not file.stands("sources"))
    defaults = file.part("defaults", DEFAULT_KEYS)
    reading = Reading(
        complaints=complaints,
        instances=_slugs(instances),
        quartiers=_slugs(quartiers),
        sources=_slugs(sources),
        scrapers=None if scrapers is None else scraper_names(scrapers),
        every=defaults.read("every", values.duration),
        language=defaults.read("language", values.language, text=True) or "fr",
        display=defaults.read("display", values.display) or Display.EXCERPT,
    )
    return Town(
        name=town.name(),
        timezone=town.read("timezone", values.timezone, required=True) or "",
        contact=town.read("contact", values.contact, required=True) or "",
        address=town.read("address", values.origin),
        instances=_each(instances, INSTANCE_KEYS, instance, reading),
        quartiers=_each(quartiers, QUARTIER_KEYS, quartier, reading),
        tabs=_each(tabs, TAB_KEYS, tab, reading),
        sources=_each(sources, SOURCE_KEYS, source, reading),
    )


def _version(text: str) -> int:
    if text != "1":
        raise ValueError(f"{quoted(text)} is not known; this program reads version 1")
    return 1


def _slugs(nodes: tuple[Node, ...]) -> frozenset[str]:
    """Return all slugs of a list before it is read: what stands above may refer to it."""
    return frozenset(filter(None, map(_slug, nodes)))


def _slug(node: Node) -> str:
    if isinstance(node, MapNode):
        for key, value in node.pairs:
            if key.text == "slug" and isinstance(value, Scalar) and not value.is_null:
                return value.text.strip()
    return ""


def scraper_names(folder: Path) -> frozenset[str]:
    """Return the scrapers of a folder, by the names that the list may give."""
    # A town without scrapers has no such folder; files whose name begins with _ are no scrapers.
    try:
        return frozenset(file.stem for file in folder.glob("[a-z]*.py"))
    except OSError:
        return frozenset()


def _each(
    nodes: tuple[Node, ...],
    keys: tuple[str, ...],
    read: Callable[[Fields, Reading], Part],
    reading: Reading,
) -> tuple[Part, ...]:
    parts: list[Part] = []
    first_lines: dict[str, int] = {}
    for number, node in enumerate(nodes, start=1):
        slug = _slug(node)
        where = f"{read.__name__} {quoted(slug) if slug else number}"
        fields = Fields(node, where=where, keys=keys, complaints=reading.complaints)
        parts.append(read(fields, reading))
        if slug in first_lines:
            line = first_lines[slug]
            fields.complain(
                f"the slug stands already on line {line}; choose another", fields.line_of("slug")
            )
        elif slug:
            first_lines[slug] = fields.line_of("slug")
    return tuple(parts)
