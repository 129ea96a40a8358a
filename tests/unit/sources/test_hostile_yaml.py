"""A file that is no list, or wants to harm, is refused in a sentence."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aggregator.errors import TownError
from aggregator.model import Town
from aggregator.sources import load_sources
from aggregator.sources.parts import RECIPE_KEYS, SOURCE_KEYS
from aggregator.sources.town import FILE_KEYS

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20)
)

HOSTILE = {
    "nothing": (b"", 1, "the file is empty"),
    "comments": (b"# version: 1\n", 1, "the file is empty"),
    "a word": (b"bonjour\n", 1, "write keys with values here, not a single value"),
    "a list": (b"- version: 1\n", 1, "write keys with values here, not a list"),
    "syntax": (b"version: 1\nname: a: b\n", 2, "put a text that holds"),
    "tab": (b"town:\n\tname: a\n", 2, "indent with spaces, never with tabs"),
    "open quotes": (b'town: "abc\n', 2, "close the quotes"),
    "open bracket": (b"town: [a, b\nc: d\n", 2, "close the quotes, brackets or braces"),
    "two documents": (b"version: 1\n---\nversion: 1\n", 2, "a second document"),
    "alias bomb": (BOMB.encode(), 1, 'anchors and aliases (here "a") are not read'),
    "a list in itself": (b"town: &t [*t]\n", 1, "anchors and aliases"),
    "an unknown alias": (b"version: 1\ntown: *t\n", 2, "anchors and aliases"),
    "merge key": (b"town:\n  <<: {name: a}\n", 2, 'unknown key "<<"'),
    "python tag": (b"version: !!python/object/apply:os.system [ls]\n", 1, "tags (here"),
    "own tag": (b"version: !evil 1\n", 1, 'tags (here "!evil") are not read'),
    "core tag": (b"version: 1\ntown: !!map {}\n", 2, "tags (here"),
    "a key that is a list": (b"version: 1\n? [a, b]\n: 1\n", 2, "a key must be one word"),
    "duplicate key": (b"version: 1\nversion: 1\n", 2, 'key "version" again; it stands on line 1'),
    "deep lists": (b"[\n" * 100_000, 17, "nested more than 16 deep"),
    "deep on one line": (b"version: " + b"[" * 5000, 1, "nested more than 16 deep"),
    "deep blocks": (b"- " * 4000, 1, "nested more than 16 deep"),
    "not UTF-8": ("version: 1\n# é\n".encode("latin-1"), 2, "not in UTF-8"),
    "UTF-16": ("version: 1\n".encode("utf-16"), 1, "not in UTF-8"),
    "NUL": (b"version: 1\ntown: \x00\n", 2, "a character that YAML does not allow (code 0x0)"),
    "absurd escape": (b'version: "\\UFFFFFFFF"\n', 1, "not valid YAML here or just below"),
    "absurd version": (b"%YAML 1." + b"9" * 5000 + b"\n---\n", 1, "not valid YAML"),
    "YAML 3": (b"%YAML 3.0\n---\nversion: 1\n", 1, "not valid YAML"),
    "long line": (b"version: 1\n# " + b"x" * 10_000, 2, "a line of more than 10000 characters"),
    "exclamations": (b"!" * 2**20, 1, "a line of more than 10000 characters"),
    "many values": (b"- a\n" * 100_000, 50_000, "more than 50000 values"),
    "too large": (b"#\n" * 2**20, None, "larger than 1048576 bytes"),
}


@pytest.mark.parametrize(("data", "line", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_no_list(
    tmp_path: Path, data: bytes, line: int | None, message: str
) -> None:
    path = tmp_path / "sources.yaml"
    path.write_bytes(data)
    with pytest.raises(TownError) as caught:
        load_sources(path)
    told = [(found.line, found.message) for found in caught.value.complaints]
    assert [text for at, text in told if at == line and message in text], told


@pytest.mark.parametrize("name", [".", "missing.yaml", "nul\0.yaml"])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(TownError, match=r"cannot be read: .*; check the path"):
        load_sources(tmp_path / name)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.dates(),
    st.text(max_size=12),
    st.sampled_from(["a", "blog", "presse", "1h", "https://a.fr/", "a@b.fr", "UTC", "li a@href"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*FILE_KEYS, *SOURCE_KEYS, *RECIPE_KEYS]) | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def written(value: object) -> str:
    """Write a value in flow style, carelessly: texts are not quoted."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return str(value)


def becomes_town_or_complaints(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    result: Town | TownError
    try:
        result = load_sources(path, scrapers=path.parent)
    except TownError as error:
        result = error
    assert isinstance(result, Town) or result.complaints
    str(result).encode()  # what cannot be encoded cannot be kept or printed


@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text() | VALUES.map(written) | st.text(alphabet="ab:-[]{}&*!|>%@\"'#,?~ \n\t\\xu0"))
@example("? \n? - a")
@example("a: |9\n b")
def test_any_text_becomes_a_town_or_complaints(tmp_path: Path, text: str) -> None:
    becomes_town_or_complaints(tmp_path / "any.yaml", text.encode("utf-8", "replace"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
def test_any_bytes_become_a_town_or_complaints(tmp_path: Path, data: bytes) -> None:
    becomes_town_or_complaints(tmp_path / "any.yaml", data)


@settings(
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.dictionaries(st.sampled_from(FILE_KEYS), VALUES, max_size=7),
    st.lists(st.dictionaries(st.sampled_from(SOURCE_KEYS), SCALARS | VALUES), max_size=3),
)
def test_any_list_becomes_a_town_or_complaints(
    tmp_path: Path, file: dict[str, object], sources: list[dict[str, object]]
) -> None:
    text = written({"version": 1, **file, "sources": sources})
    becomes_town_or_complaints(tmp_path / "any.yaml", text.encode("utf-8", "replace"))
