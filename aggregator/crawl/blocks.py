"""A source as a block of sources.yaml, ready to be pasted."""

import json
import re
from dataclasses import fields

from aggregator.language import slugified
from aggregator.model import Recipe, Source

_LONGEST_NAME, _LONGEST_SLUG = 80, 40
# What is surely a text to every reader of YAML; the rest is put in quotes.
_PLAIN = re.compile(r"[A-Za-z.][A-Za-z0-9_.@-]*(?: [A-Za-z0-9_.@-]+)*\Z")
_NOT_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "."}


def block_of(
    source: Source, title: str | None, *, feed: str | None = None, recipe: Recipe | None = None
) -> str:
    """Write a source as YAML, as deep as an item of `sources`; it has no line end.

    Args:
        source: Its address, and the name and kind to write where nothing better is known.
        title: What the site calls itself.
        feed: The feed to read it by.
        recipe: Or the recipe.
    """
    line = " ".join((title or "").split())[:_LONGEST_NAME]
    name = "".join(letter for letter in line if letter.isprintable()) or source.name
    lines = [
        f"  - slug: {slugified(name, longest=_LONGEST_SLUG) or 'nouvelle-source'}",
        # JSON strings are YAML strings: whatever the site calls itself, the block stays valid.
        f"    name: {json.dumps(name, ensure_ascii=False)}",
        f"    url: {source.url}",
        f"    kind: {source.kind}",
    ]
    if source.service is not None:
        options = [f"{key}: {json.dumps(value)}" for key, value in source.service.options]
        lines.append(f"    {source.service.name}: {{{', '.join(options)}}}")
    elif feed:
        lines.append(f"    feed: {feed}")
    elif recipe:
        lines += ["    recipe:", *(f"      {key}: {_text(value)}" for key, value in _said(recipe))]
    return "\n".join(lines)


def _said(recipe: Recipe) -> list[tuple[str, str]]:
    pairs = [(field.name, getattr(recipe, field.name)) for field in fields(recipe)]
    return [(key, value) for key, value in pairs if value]


def _text(value: str) -> str:
    is_plain = _PLAIN.match(value) and value.lower() not in _NOT_TEXT
    return value if is_plain else json.dumps(value, ensure_ascii=False)
