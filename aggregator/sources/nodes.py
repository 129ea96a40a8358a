"""The tree of a YAML file: three kinds of node that know their line.

It is built here from a parser's events (quick.py, reference.py), because those come one by one:
nesting and size are bounded before they cost anything, and what turns YAML into code or into a
bomb (tags, anchors, aliases) never gets built.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from aggregator.sources.complaints import quoted

DEEPEST = 16  # ours needs five: root, sources, a source, its recipe, a list
MOST_NODES = 50_000  # 60 times the list of a city

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# What some reader of YAML may take for something else than a text: all others are told without
# asking the reference, whose import costs as much as reading a whole list.
_MAYBE_NO_TEXT = re.compile(r"[-+.0-9~<=!&*]|(?i:y|n|yes|no|on|off|true|false|null)?\Z")


class BadYaml(ValueError):
    """The file as a whole cannot be read.

    Attributes:
        line: Where, counted from 1.
    """

    def __init__(self, line: int | None, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A single value, as it is written."""

    text: str
    plain: bool  # without quotes: YAML may see a number, a date, a yes or no in it
    line: int

    @property
    def is_null(self) -> bool:
        """Tell whether it is YAML's nothing: `null`, `~`, or no value at all."""
        return self.plain and self.text in _NULLS

    @property
    def is_ambiguous(self) -> bool:
        """Tell whether some reader of YAML takes it for something else than a text."""
        if not self.plain or not _MAYBE_NO_TEXT.match(self.text):
            return False
        from aggregator.sources.reference import is_text  # noqa: PLC0415 - seldom needed

        return not is_text(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNode:
    """A YAML sequence."""

    items: "tuple[Node, ...]"
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """A YAML mapping; a key may stand in it twice."""

    pairs: "tuple[tuple[Scalar, Node], ...]"
    line: int


Node = Scalar | ListNode | MapNode


@dataclass(slots=True, kw_only=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    line: int
    is_map: bool
    children: list[Node] = field(default_factory=list)

    def closed(self) -> Node:
        if not self.is_map:
            return ListNode(items=tuple(self.children), line=self.line)
        keys, values = self.children[::2], self.children[1::2]
        pairs = []
        for key, value in zip(keys, values, strict=True):
            if not isinstance(key, Scalar):
                raise BadYaml(key.line, "a key must be one word, not a list or a mapping")
            pairs.append((key, value))
        return MapNode(pairs=tuple(pairs), line=self.line)


def build(events: Iterable[Any], kinds: ModuleType) -> Node:
    """Build the tree of one document.

    Args:
        events: As PyYAML's parser or ruamel.yaml's gives them; they are alike.
        kinds: The module with the classes of these events.

    Raises:
        BadYaml: The file holds what a list of sources has no use for.
    """
    parents: list[_Open] = [_Open(line=1, is_map=False)]
    nodes = documents = 0
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, kinds.NodeEvent):
            nodes += 1
            _refuse(nodes > MOST_NODES, line, f"more than {MOST_NODES} values; is this a list?")
            _check_node(event, line)
        elif isinstance(event, kinds.DocumentStartEvent):
            documents += 1
            _refuse(documents > 1, line, 'a second document; delete the line "---"')
        if isinstance(event, kinds.ScalarEvent):
            # YAML calls a scalar without quotes plain; implicit[0] says so for untagged ones.
            scalar = Scalar(text=event.value, plain=bool(event.implicit[0]), line=line)
            parents[-1].children.append(scalar)
        elif isinstance(event, kinds.CollectionStartEvent):
            _refuse(len(parents) > DEEPEST, line, f"nested more than {DEEPEST} deep; flatten it")
            is_map = isinstance(event, kinds.MappingStartEvent)
            parents.append(_Open(line=line, is_map=is_map))
        elif isinstance(event, kinds.CollectionEndEvent):
            node = parents.pop().closed()
            parents[-1].children.append(node)
    if not parents[0].children:
        raise BadYaml(1, "the file is empty; begin it as the moderators’ guide does")
    return parents[0].children[0]


def _refuse(condition: bool, line: int, message: str) -> None:
    if condition:
        raise BadYaml(line, message)


def _check_node(event: Any, line: int) -> None:
    tag = getattr(event, "tag", None)
    if event.anchor is not None:  # « &a » and « *a »
        found = f"anchors and aliases (here {quoted(str(event.anchor))})"
    elif tag is not None:
        found = f"tags (here {quoted(str(tag))})"
    else:
        return
    raise BadYaml(line, f"{found} are not read; write the value out, or put the text in quotes")
