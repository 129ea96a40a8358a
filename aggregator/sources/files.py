"""A file of a town folder, from its bytes to what it means, or all complaints about it."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from aggregator.errors import Complaint, TownError
from aggregator.sources import quick
from aggregator.sources.complaints import Complaints
from aggregator.sources.nodes import BadYaml, Node

T = TypeVar("T")

LARGEST_BYTES = 2**20
LONGEST_LINE_CHARS = 10_000  # the reference parser is quadratic on some lines


def read_file(path: Path, meaning: Callable[[Node, Complaints], T]) -> T:
    """Read and check a whole file.

    Args:
        path: The file; complaints name it as given.
        meaning: Makes something of the tree; may be called twice.

    Raises:
        TownError: Something is wrong; it holds every complaint, each with its line.
    """
    try:
        text = _text(path)
        try:
            return _read(quick.parse(text), path, meaning)
        except (BadYaml, TownError):
            # Read again, slowly: all that is said of a faulty list is in the reference's words.
            from aggregator.sources import reference  # noqa: PLC0415 - for faulty lists alone

            return _read(reference.parse(text), path, meaning)
    except BadYaml as error:
        complaint = Complaint(path=str(path), line=error.line, message=str(error))
        raise TownError([complaint]) from error


def _read(root: Node, path: Path, meaning: Callable[[Node, Complaints], T]) -> T:
    complaints = Complaints(path)
    found = meaning(root, complaints)
    complaints.close()
    return found


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
