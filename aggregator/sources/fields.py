"""A mapping of the file, read key by key.

Every method gives the value, or notes what is wrong and gives a stand-in: reading goes on, so that
one pass finds everything. What was built is thrown away when anything was noted.
"""

from collections.abc import Callable, Collection
from typing import TypeVar

from aggregator.sources import values
from aggregator.sources.complaints import Complaints, proposal, quoted
from aggregator.sources.nodes import ListNode, MapNode, Node, Scalar

T = TypeVar("T")

KINDS_OF_NODE = {Scalar: "a single value", ListNode: "a list", MapNode: "keys with values"}


class Fields:
    """The keys of one mapping, and where complaints about them go.

    Without a mapping every key is missing, and that is not complained of again.

    Attributes:
        line: Where the mapping begins, counted from 1.
        readable: It is a mapping; else that was complained of, or nothing stands there.
    """

    def __init__(
        self, node: Node | None, *, where: str, keys: Collection[str], complaints: Complaints
    ) -> None:
        self.line = 1 if node is None else node.line
        self._where = f"{where}: " if where else ""
        self._complaints = complaints
        self._nodes: dict[str, Node] = {}
        self._empty: dict[str, int] = {}  # keys without a value, and their lines
        self.readable = isinstance(node, MapNode)
        if isinstance(node, MapNode):
            self._take(node, keys)
        elif node is not None:
            self.complain(f"write keys with values here, not {KINDS_OF_NODE[type(node)]}")

    def _take(self, node: MapNode, keys: Collection[str]) -> None:
        lines: dict[str, int] = {}
        for key, value in node.pairs:
            name = key.text
            if name in lines:
                first = lines[name]
                self.complain(f"key {quoted(name)} again; it stands on line {first}", key.line)
                continue
            lines[name] = key.line
            if name not in keys:
                self.complain(f"unknown key {quoted(name)}{proposal(name, keys)}", key.line)
            elif isinstance(value, Scalar) and value.is_null:
                self._empty[name] = key.line
            else:
                self._nodes[name] = value

    def complain(self, message: str, line: int | None = None) -> None:
        """Note what is wrong, on a line or where the mapping begins."""
        self._complaints.add(line or self.line, self._where + message)

    def has(self, key: str) -> bool:
        """Tell whether the key stands there with a value."""
        return key in self._nodes

    def stands(self, key: str) -> bool:
        """Tell whether the key stands there, with or without a value."""
        return key in self._nodes or key in self._empty

    def line_of(self, key: str) -> int:
        """Return the line of a key's value."""
        return self._nodes[key].line if key in self._nodes else self.line

    def node(self, key: str, *, required: bool = False, example: str = "…") -> Node | None:
        """Return what stands under a key, unread; `example`: what may stand there."""
        if required and self.readable and key not in self._nodes:
            line = self._empty.get(key)
            fault = "missing" if line is None else "empty"
            self.complain(f"{key} is {fault}; add « {key}: {example} »", line)
        return self._nodes.get(key)

    def read(
        self,
        key: str,
        meaning: Callable[[str], T],
        *,
        required: bool = False,
        text: bool = False,
        example: str = "…",
    ) -> T | None:
        """Read one value; `text`: where YAML sees a number, date, yes or no, ask for quotes."""
        node = self.node(key, required=required, example=example)
        return None if node is None else self._value(key, node, meaning, text=text)

    def name(self) -> str:
        """Read the name that everything has: a text of one line."""
        return self.read("name", values.line, required=True, text=True) or ""

    def note(self) -> str:
        """Read the note that everything may have: a text, maybe of several lines."""
        return self.read("note", values.prose, text=True) or ""

    def slug(self, key: str = "slug") -> str:
        """Read a required slug."""
        return self.read(key, values.slug, required=True, text=True) or ""

    def part(self, key: str, keys: Collection[str], *, required: bool = False) -> "Fields":
        """Return the mapping under a key; an empty one where there is none."""
        return Fields(
            self.node(key, required=required),
            where=f"{self._where}{key}",
            keys=keys,
            complaints=self._complaints,
        )

    def flag(self, key: str) -> bool:
        """Read true or false; false when it is missing."""
        return bool(self.read(key, _flag))

    def each(self, key: str, *, required: bool = False) -> tuple[Node, ...]:
        """Return the items of a list, unread."""
        node = self.node(key, required=required)
        if isinstance(node, ListNode):
            return node.items
        if node is not None:
            self.complain(f"{key} must be a list: [one, two]", node.line)
        return ()

    def names(self, key: str) -> tuple[str, ...]:
        """Read a list of texts of one line."""
        return self._all(key, values.line)

    def known(self, key: str, names: Collection[str], *, what: str) -> tuple[str, ...]:
        """Read a list of words that must be among `names`."""
        return self._all(key, one_of(names, what=what))

    def _all(self, key: str, meaning: Callable[[str], str]) -> tuple[str, ...]:
        values: list[str] = []
        for node in self.each(key):
            value = self._value(key, node, meaning, text=True)
            if value in values:
                self.complain(f"{key} holds {quoted(value)} twice; delete one", node.line)
            elif value is not None:
                values.append(value)
        return tuple(values)

    def _value(self, key: str, node: Node, meaning: Callable[[str], T], *, text: bool) -> T | None:
        if not isinstance(node, Scalar):
            found = KINDS_OF_NODE[type(node)]
            self.complain(f"{key} must be a single value, not {found}", node.line)
        elif text and node.is_ambiguous:
            self.complain(f"{key}: {unquoted(node)}", node.line)
        else:
            try:
                return meaning(node.text.strip())
            except ValueError as error:
                self.complain(f"{key}: {error}", node.line)
        return None


def one_of(names: Collection[str], *, what: str) -> Callable[[str], str]:
    """Return the check that a word is among the known ones."""

    def check(text: str) -> str:
        if text not in names:
            hint = proposal(text, names) or f"; add it to the {what}s, or correct it"
            raise ValueError(f"unknown {what} {quoted(text)}{hint}")
        return text

    return check


def unquoted(scalar: Scalar) -> str:
    """Say that a value may be no text to YAML, and what to write."""
    text = quoted(scalar.text)
    return f"YAML may read {text} as something else than a text; put it in quotes: {text}"


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"{quoted(text)} is neither true nor false; write one of them")
    return text.lower() == "true"
