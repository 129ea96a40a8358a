"""Adding a source to sources.yaml: its block is appended, all that people wrote stays as it is.

No library writes the file anew: a round trip by ruamel.yaml breaks lines and quotes otherwise than
their author did, on nearly every line of the list of Roubaix.
"""

import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from aggregator.errors import TownError, UsageError
from aggregator.model import Source
from aggregator.paths import BUNDLED
from aggregator.sources.loader import load_sources

_SLUG = re.compile(r"(?<=- slug: ).*")
_ITEM = re.compile(r"[ ]*(?=- )")


def add_source(path: Path, block: str, *, slug: str, scrapers: Path | None = None) -> Source:
    """Append a source to a list that is right, so that it is right again.

    Args:
        path: The list; it is replaced at once, or not at all.
        block: The source, as an item of `sources` two spaces deep, its slug on the first line.
        slug: The slug to give it.
        scrapers: The folder of Python scrapers.

    Returns:
        The source, as it is read from the list.

    Raises:
        TownError: The list was wrong before; nothing is written.
        UsageError: The block cannot be added there; nothing is written.
    """
    if BUNDLED in path.resolve().parents:
        raise UsageError("no town folder here: name one with --town (or AGGREGATOR_TOWN)")
    before = load_sources(path, scrapers=scrapers)
    if any(source.slug == slug for source in before.sources):
        raise UsageError(f"{path}: the slug {slug} is taken; choose another")
    text = path.read_bytes().decode("utf-8")
    end = "" if text.endswith("\n") else "\n"
    line = before.sources[-1].line if before.sources else None
    added = _indented(with_slug(block, slug), text, line)
    new = text + end + added.replace("\n", "\r\n" if "\r\n" in text else "\n")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".sources-") as folder:
        draft = Path(folder) / path.name
        _write(draft, new)
        source = _checked(path, draft, before.sources, scrapers)
        draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path.resolve())
    return source


def with_slug(block: str, slug: str) -> str:
    """Return the block of a source with another slug."""
    return _SLUG.sub(lambda _: slug, block, count=1)


def _indented(block: str, text: str, line: int | None) -> str:
    """Return the block as deep as the last source of the list."""
    depth = "  "
    if line is not None and (found := _ITEM.match(text.splitlines()[line - 1])):
        depth = found[0]
    return "".join(f"{depth}{row[2:]}\n" for row in block.split("\n"))


def _write(draft: Path, text: str) -> None:
    with draft.open("wb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def _checked(path: Path, draft: Path, before: tuple[Source, ...], scrapers: Path | None) -> Source:
    """Read the draft as the program would, and see that it is the old list and one source more."""
    try:
        after = load_sources(draft, scrapers=scrapers).sources
    except TownError as error:
        said = str(error.complaints[0].message)
        raise UsageError(f"{path}: the block does not fit at its end ({said}); paste it") from error
    same = [replace(source, line=None) for source in after[:-1]]
    if same != [replace(source, line=None) for source in before]:
        raise UsageError(f"{path}: « sources » is not the last key there; paste the block into it")
    return after[-1]
