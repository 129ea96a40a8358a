"""Words and names that mean the same: the list of the program, and the town's own.

Both are synonyms.yaml files: a list of groups, and each group a list of texts.
"""

from pathlib import Path

from aggregator.language import words
from aggregator.sources import values
from aggregator.sources.complaints import Complaints, quoted
from aggregator.sources.fields import KINDS_OF_NODE, unquoted
from aggregator.sources.files import read_file
from aggregator.sources.nodes import ListNode, Node, Scalar

Groups = tuple[tuple[str, ...], ...]

FILE_NAME = "synonyms.yaml"
DEFAULT = Path(__file__).with_name(FILE_NAME)  # true of any French town
MOST_GROUPS = 2_000
MOST_ENTRIES = 20
LONGEST_ENTRY_CHARS = 80


def synonyms_beside(sources: Path) -> Path:
    """Return where a town's own synonyms stand, if it has any: beside its sources.yaml."""
    return sources.parent / FILE_NAME


def load_synonyms(own: Path) -> Groups:
    """Return the groups of the program, then the town's own.

    Args:
        own: The town's file; it may be missing.

    Raises:
        TownError: Something is wrong in it; it holds every complaint, each with its line.
    """
    common = read_file(DEFAULT, read_groups)
    return common + read_file(own, read_groups) if _stands(own) else common


def _stands(path: Path) -> bool:
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):  # reading it says what is the matter
        return True
    return True


def read_groups(root: Node, complaints: Complaints) -> Groups:
    """Read the whole file; what comes back may be used only when nothing was complained of."""
    if not isinstance(root, ListNode):
        found = KINDS_OF_NODE[type(root)]
        complaints.add(root.line, f"write groups here, « - [mairie, hôtel de ville] », not {found}")
        return ()
    if len(root.items) > MOST_GROUPS:
        line = root.items[MOST_GROUPS].line
        complaints.add(line, f"more than {MOST_GROUPS} groups; delete some")
    numbered = enumerate(root.items[:MOST_GROUPS], start=1)
    return tuple(_group(node, f"group {number}: ", complaints) for number, node in numbered)


def _group(node: Node, where: str, complaints: Complaints) -> tuple[str, ...]:
    if not isinstance(node, ListNode):
        found = KINDS_OF_NODE[type(node)]
        complaints.add(node.line, f"{where}must be a list, [one, two], not {found}")
        return ()
    if len(node.items) < 2:
        complaints.add(node.line, f"{where}has fewer than two entries; add one, or delete the line")
    if len(node.items) > MOST_ENTRIES:
        line = node.items[MOST_ENTRIES].line
        complaints.add(line, f"{where}has more than {MOST_ENTRIES} entries; delete some")
    entries: dict[tuple[str, ...], str] = {}  # by its words as the index has them
    for item in node.items[:MOST_ENTRIES]:
        try:
            entry = _entry(item)
        except ValueError as error:
            complaints.add(item.line, f"{where}{error}")
            continue
        indexed = tuple(words(entry))
        if indexed in entries:
            again = f"{quoted(entry)} is found like {quoted(entries[indexed])} already; delete one"
            complaints.add(item.line, f"{where}{again}")
        entries[indexed] = entry
    return tuple(entries.values())


def _entry(node: Node) -> str:
    """Read one word or name.

    Raises:
        ValueError: It is none.
    """
    if not isinstance(node, Scalar):
        raise ValueError(f"an entry must be a text, not {KINDS_OF_NODE[type(node)]}")  # noqa: TRY004 - told as what else is wrong with it
    if node.is_null:
        raise ValueError("an entry is empty; write something, or delete it")
    if node.is_ambiguous:
        raise ValueError(unquoted(node))
    text = node.text.strip()
    if len(text) > LONGEST_ENTRY_CHARS:
        raise ValueError(f"{quoted(text)} has more than {LONGEST_ENTRY_CHARS} characters; shorten")
    if text and not words(text):
        raise ValueError(f"{quoted(text)} holds no word; write one, or delete it")
    try:
        return values.line(text)
    except ValueError as error:
        raise ValueError(f"{quoted(text)} {error}") from error
