"""The door: a folder's files in, a `Town` out, or all complaints about them."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from aggregator.errors import Complaint, TownError
from aggregator.model import Town
from aggregator.sources.files import read_file
from aggregator.sources.synonyms import load_synonyms, synonyms_beside
from aggregator.sources.town import read_town


def load_sources(path: Path, *, scrapers: Path | None = None) -> Town:
    """Read and check a whole sources.yaml, and the synonyms.yaml beside it where there is one.

    Args:
        path: The list; complaints name the files as given.
        scrapers: The folder of Python scrapers, to check that those named are there.

    Returns:
        The town, with its instances, quartiers, tabs and sources in the order of the file; of its
        synonyms, those that the program brings come first.

    Raises:
        TownError: Something is wrong; it holds every complaint, each with its line.
    """
    complaints: tuple[Complaint, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()
    try:
        synonyms = load_synonyms(synonyms_beside(path))
    except TownError as error:
        complaints = error.complaints
    try:
        town = read_file(path, partial(read_town, scrapers=scrapers))
    except TownError as error:
        raise TownError([*error.complaints, *complaints]) from error
    if complaints:
        raise TownError(complaints)
    return replace(town, synonyms=synonyms)
