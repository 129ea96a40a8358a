"""YAML by ruamel.yaml's parser of YAML 1.2, in Python: it explains best what is wrong in a file.

It takes a second for a large list, where the one in quick.py takes a fiftieth of that.
"""

from collections.abc import Iterator

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import implicit_resolvers

from aggregator.sources.nodes import BadYaml, Node, build

# Every reader of YAML 1.1 and of 1.2 agrees that any other plain scalar is a text.
_NOT_TEXT = tuple((pattern, first) for _, _, pattern, first in implicit_resolvers)


def is_text(plain: str) -> bool:
    """Tell whether every reader of YAML takes this scalar, written without quotes, for a text."""
    return not any(plain[:1] in first and pattern.match(plain) for pattern, first in _NOT_TEXT)


def parse(text: str) -> Node:
    """Read one YAML document.

    Raises:
        BadYaml: It is no YAML, or holds what a list of sources has no use for.
    """
    return build(_events(text), events)


def _events(text: str) -> Iterator[events.Event]:
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
