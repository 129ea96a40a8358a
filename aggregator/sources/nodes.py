"""YAML, read into three kinds of node that know their line.

The parser is ruamel.yaml's, down to its events; the tree is built here, because the events come
one by one: nesting and size are bounded before they cost anything, and what turns YAML into code
or into a bomb (tags, anchors, aliases) never gets built.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import implicit_resolvers

from aggregator.sources.complaints import quoted

DEEPEST = 16  # ours needs five: root, sources, a source, its recipe, a list
MOST_NODES = 50_000  # 60 times the list of a city; read in about a second
LONGEST_LINE_CHARS = 10_000  # the parser is quadratic on some lines

# Every reader of YAML 1.1 and of 1.2 agrees that any other plain scalar is a text.
_NULL = "tag:yaml.org,2002:null"
_NOT_TEXT = tuple((tag, pattern, first) for _, tag, pattern, first in implicit_resolvers)


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
        return self._yaml_type() == _NULL

    @property
    def is_ambiguous(self) -> bool:
        """Tell whether some reader of YAML takes it for something else than a text."""
        return self._yaml_type() is not None

    def _yaml_type(self) -> str | None:
        if not self.plain:
            return None
        for tag, pattern, first in _NOT_TEXT:
            if self.text[:1] in first and pattern.match(self.text):
                return str(tag)
        return None


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


def parse(text: str) -> Node:
    """Read one YAML document.

    Raises:
        BadYaml: It is no YAML, or holds what a list of sources has no use for.
    """
    _check_lines(text)
    return _build(_events(text))


def _check_lines(text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE_CHARS:
            raise BadYaml(number, f"a line of more than {LONGEST_LINE_CHARS} characters; cut it")


def _events(text: str) -> Iterator[Event]:
    line = 1
    try:
        # typ="safe" with pure=True: the Python parser of YAML 1.2, without comments.
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line + 1
            yield event
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadYaml(mark.line + 1 if mark else line, _explain(error)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        bad = f"a character that YAML does not allow (code {error.character:#x}); delete it"
        raise BadYaml(line, bad) from error
    except (
        YAMLError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        TypeError,
    ) as error:
        # Outside its own errors the parser trips over absurd escapes and directives.
        bad = f"not valid YAML here or just below ({type(error).__name__}); write it anew"
        raise BadYaml(line, bad) from error


def _build(events: Iterator[Event]) -> Node:
    parents: list[_Open] = [_Open(line=1, is_map=False)]
    nodes = documents = 0
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            documents += 1
            _refuse(documents > 1, line, 'a second document; delete the line "---"')
        elif isinstance(event, NodeEvent):
            nodes += 1
            _refuse(nodes > MOST_NODES, line, f"more than {MOST_NODES} values; is this a list?")
            _check_node(event, line)
        if isinstance(event, ScalarEvent):
            parents[-1].children.append(_scalar(event, line))
        elif isinstance(event, CollectionStartEvent):
            _refuse(len(parents) > DEEPEST, line, f"nested more than {DEEPEST} deep; flatten it")
            parents.append(_Open(line=line, is_map=isinstance(event, MappingStartEvent)))
        elif isinstance(event, CollectionEndEvent):
            node = parents.pop().closed()
            parents[-1].children.append(node)
    if not parents[0].children:
        raise BadYaml(1, "the file is empty; begin it with « version: 1 »")
    return parents[0].children[0]


def _refuse(condition: bool, line: int, message: str) -> None:
    if condition:
        raise BadYaml(line, message)


def _check_node(event: NodeEvent, line: int) -> None:
    tag = getattr(event, "tag", None)
    if event.anchor is not None:  # « &a » and « *a »
        found = f"anchors and aliases (here {quoted(str(event.anchor))})"
    elif tag is not None:
        found = f"tags (here {quoted(str(tag))})"
    else:
        return
    raise BadYaml(line, f"{found} are not read; write the value out, or put the text in quotes")


def _scalar(event: ScalarEvent, line: int) -> Scalar:
    # YAML calls a scalar without quotes plain; implicit[0] says so for untagged ones.
    return Scalar(text=event.value, plain=bool(event.implicit[0]), line=line)


_ADVICE = {  # words of the parser → what a moderator can do
    "\\t": "indent with spaces, never with tabs",
    "mapping values": 'put a text that holds ": " in quotes',
    "unexpected end of stream": "close the quotes, brackets or braces",
    "expected ',' or": "close the quotes, brackets or braces, and put commas between",
}


def _explain(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "unreadable").split("\n", maxsplit=1)[0]
    advice = "check indentation and quotes here and on the line above"
    for words, better in _ADVICE.items():
        if words in problem:
            advice = better
    return f"not valid YAML: {problem}; {advice}"
