"""The door: a file in, a `Town` out, or all complaints about the file."""

from pathlib import Path

from aggregator.errors import Complaint, TownError
from aggregator.model import Town
from aggregator.sources.complaints import Complaints
from aggregator.sources.nodes import BadYaml, parse
from aggregator.sources.town import read_town

LARGEST_BYTES = 2**20


def load_sources(path: Path, *, scrapers: Path | None = None) -> Town:
    """Read and check a whole sources.yaml.

    Args:
        path: The file; complaints name it as given.
        scrapers: The folder of Python scrapers, to check that those named are there.

    Returns:
        The town, with its instances, quartiers, tabs and sources in the order of the file.

    Raises:
        TownError: Something is wrong; it holds every complaint, each with its line.
    """
    try:
        root = parse(_text(path))
    except BadYaml as error:
        complaint = Complaint(path=str(path), line=error.line, message=str(error))
        raise TownError([complaint]) from error
    complaints = Complaints(path)
    town = read_town(root, scrapers=scrapers, complaints=complaints)
    complaints.close()
    return town


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise BadYaml(None, f"cannot be read: {reason}; check the path") from error
    if len(data) > LARGEST_BYTES:
        raise BadYaml(None, f"larger than {LARGEST_BYTES} bytes; is this the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadYaml(line, "not in UTF-8; save the file again as UTF-8") from error
