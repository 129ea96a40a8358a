"""Where things are: the town folder, and the content that comes with the program.

One rule: explicit option, else environment variable, else this folder's checkout, else the
copy bundled in the wheel (pyproject.toml, force-include).
"""

import os
from dataclasses import dataclass
from pathlib import Path

from aggregator.errors import UsageError

PACKAGE = Path(__file__).resolve().parent
BUNDLED = PACKAGE / "_bundled"


def bundled(name: str) -> Path:
    """Return the path of content that comes with the program: `db`, `demo`, `sources.yaml`.

    Raises:
        UsageError: Neither a checkout nor an installed copy holds it.
    """
    for root in (PACKAGE.parent, BUNDLED):
        # A checkout is told from site-packages by its pyproject.toml: `db` or `demo` there
        # may be some other distribution's.
        if root == PACKAGE.parent and not (root / "pyproject.toml").is_file():
            continue
        if (root / name).exists():
            return root / name
    raise UsageError(f"{name}: not found beside the program; reinstall it")


@dataclass(frozen=True, slots=True, kw_only=True)
class TownFolder:
    """All another town has to write: sources.yaml, synonyms.yaml, scrapers/, metadata.json."""

    root: Path

    @property
    def sources(self) -> Path:
        """The moderators' list."""
        return self.root / "sources.yaml"

    @property
    def scrapers(self) -> Path:
        """Python scrapers, one file a site; may be missing."""
        return self.root / "scrapers"

    @property
    def metadata(self) -> Path | None:
        """The town's own title, licence and legal notice; None when it wrote none."""
        own = self.root / "metadata.json"
        return own if own.is_file() else None

    @property
    def database(self) -> Path:
        """The database's usual place."""
        return self.root / "db" / "veille.db"


def find_town(option: Path | None) -> TownFolder:
    """Return the town folder: the option, AGGREGATOR_TOWN, here, or the bundled Roubaix.

    Raises:
        UsageError: The folder named has no sources.yaml.
    """
    named = option or _from_environment("AGGREGATOR_TOWN")
    if named is not None:
        if not (named / "sources.yaml").is_file():
            raise UsageError(f"{named}: no sources.yaml there; a town folder holds one")
        return TownFolder(root=named.resolve())
    if (Path.cwd() / "sources.yaml").is_file():
        return TownFolder(root=Path.cwd())
    return TownFolder(root=bundled("sources.yaml").parent)


def find_database(option: Path | None, town: TownFolder) -> Path:
    """Return the database file: the option, AGGREGATOR_DB, or db/veille.db of the town.

    Raises:
        UsageError: The town is the copy inside the installed program, where an upgrade would
            wipe the data away.
    """
    named = option or _from_environment("AGGREGATOR_DB")
    if named is None and BUNDLED in (town.root, *town.root.parents):
        raise UsageError(
            "no town folder here: name one with --town (or AGGREGATOR_TOWN), or a database with"
            " --db (or AGGREGATOR_DB)"
        )
    return (named or town.database).resolve()


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name, "").strip()
    return Path(value) if value else None
