"""The door: a file in, a `Town` out, or all complaints about the file."""

from pathlib import Path

from aggregator.errors import Complaint, TownError
from aggregator.model import Town
from aggregator.sources import quick
from aggregator.sources.complaints import Complaints
from aggregator.sources.nodes import BadYaml, Node
from aggregator.sources.town import read_town

LARGEST_BYTES = 2**20
LONGEST_LINE_CHARS = 10_000  # the reference parser is quadratic on some lines


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
        text = _text(path)
        try:
            return _read(quick.parse(text), path, scrapers)
        except (BadYaml, TownError):
            # Read again, slowly: all that is said of a faulty list is in the reference's words.
            from aggregator.sources import reference  # noqa: PLC0415 - for faulty lists alone

            return _read(reference.parse(text), path, scrapers)
    except BadYaml as error:
        complaint = Complaint(path=str(path), line=error.line, message=str(error))
        raise TownError([complaint]) from error


def _read(root: Node, path: Path, scrapers: Path | None) -> Town:
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
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadYaml(line, "not in UTF-8; save the file again as UTF-8") from error
    _check_lines(text)
    return text


def _check_lines(text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE_CHARS:
            raise BadYaml(number, f"a line of more than {LONGEST_LINE_CHARS} characters; cut it")
