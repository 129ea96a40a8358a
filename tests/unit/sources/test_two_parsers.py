"""The quick parser of YAML reads a list as the reference does, or leaves it to that."""

from dataclasses import replace

import pytest
from conftest import REPOSITORY
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml.resolver import implicit_resolvers

from aggregator.sources import load_sources, quick, reference
from aggregator.sources.nodes import BadYaml, ListNode, Node, Scalar

LISTS = ["sources.yaml", "demo/sources.yaml", "tests/e2e/valmont/sources.yaml"]
PIECES = [
    *("\n", "\n  ", "\n- ", " - ", ": ", ":", ", ", ",", "[", "]", "{", "}", "#", " #", "'", '"'),
    *("|", "|-\n  a", ">\n  b\n", ">-", "? ", "?", "-", "%", "@", "`", "&a ", "*a", "!x ", "\t"),
    *("  ", "a", "b", "1", "null", "~", "\\", "\\/", "\\x41", "\\N", "\\e", "---\n", "...\n"),
    *("\r\n", "\r", "é", "’", "\u00a0", "\u0085", "\u2028", "\ufeff", "\U0001f600", "<<", ": >"),
    *("::", "http://a.b/c?d=e", "a:b", "- - ", "\n\n", "\\\n", "\x07", "key: |2\n", "\n \n"),
]


def without_lines_of_nothing(node: Node) -> Node:
    """The line of a value that is not there is any of the two it stands between."""
    if isinstance(node, Scalar):
        return replace(node, line=0) if node.plain and not node.text else node
    if isinstance(node, ListNode):
        return replace(node, items=tuple(map(without_lines_of_nothing, node.items)))
    pairs = ((replace(key, line=0), without_lines_of_nothing(value)) for key, value in node.pairs)
    return replace(node, pairs=tuple(pairs))


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("a: >#\n b")
@example("a: |\n \n  b\n c")
@example(">-\n#")
@example("|\r\r\n#")
@example("%YAML 1.1\n---\na: yes")
@example("name: Centre social\td’Ici")
@example("a: b\u2028c")
def test_what_the_quick_parser_reads_the_reference_reads_alike(text: str) -> None:
    try:
        found = quick.parse(text)
    except BadYaml:
        return
    assert without_lines_of_nothing(found) == without_lines_of_nothing(reference.parse(text))


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_that_come_with_the_program_are_read_quickly(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    found, expected = quick.parse(text), reference.parse(text)
    assert without_lines_of_nothing(found) == without_lines_of_nothing(expected)


def test_without_libyaml_the_reference_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load_sources(REPOSITORY / "demo" / "sources.yaml")
    monkeypatch.delattr("yaml.CSafeLoader")
    with pytest.raises(BadYaml):
        quick.parse("a: b")
    assert load_sources(REPOSITORY / "demo" / "sources.yaml") == expected


WORDS = [
    *("y", "Yes", "NO", "on", "OFF", "true", "False", "TRUE", "null", "Null", "NULL", "~", ""),
    *("tRUE", "yES", "nul", "nulle", "oui", "non", "12", "-3", "+4", "0x1F", "0o17", "1_000"),
    *("1.5", ".5", ".inf", "-.INF", ".nan", "1e3", "2015-06-25", "2015-06-25 10:00:00", "12:30"),
    *("3quarts", "2e rue", "-", "--", "<<", "<", "=", "==", "!", "&", "*", "n o"),
]


@settings(max_examples=300)
@given(
    st.sampled_from(WORDS) | st.text(max_size=6) | st.text("yestrufalnoNUL~0123-+.:eE_", max_size=8)
)
def test_what_no_reader_takes_for_a_text_is_known(text: str) -> None:
    assume(text == text.strip())  # as every scalar without quotes
    types = {
        tag.rpartition(":")[2]
        for _, tag, pattern, first in implicit_resolvers
        if text[:1] in first and pattern.match(text)
    }
    scalar = Scalar(text=text, plain=True, line=1)
    assert scalar.is_ambiguous == bool(types)
    assert scalar.is_null == ("null" in types)
    assert not replace(scalar, plain=False).is_ambiguous
