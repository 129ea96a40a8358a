"""Words that mean the same: the program's own list, and a town's beside its sources.yaml."""

import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import REPOSITORY
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aggregator.errors import TownError
from aggregator.language import words
from aggregator.sources import load_sources, quick, reference
from aggregator.sources.synonyms import DEFAULT, FILE_NAME, load_synonyms

LIST = """version: 1
town: {name: Essai, timezone: Europe/Paris, contact: essai@example.org}
sources:
  - {slug: bon, name: Bon, url: "https://bon.example/", kind: blog}
"""
FILES = [DEFAULT, REPOSITORY / FILE_NAME, REPOSITORY / "demo" / FILE_NAME]
COMMON = load_synonyms(Path("no such file"))
BOMB = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(20))


def complaints_about(folder: Path, data: str | bytes) -> list[tuple[int | None, str]]:
    path = folder / FILE_NAME
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(TownError) as caught:
        load_synonyms(path)
    assert {found.path for found in caught.value.complaints} == {str(path)}
    return [(found.line, found.message) for found in caught.value.complaints]


def test_a_towns_own_come_after_those_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(LIST, "utf-8")
    assert load_sources(tmp_path / "sources.yaml").synonyms == COMMON

    own = "# d’ici\n- [ducasse , « fête foraine »]\n-\n  - MEL\n  - 'Métropole : la nôtre'\n"
    (tmp_path / FILE_NAME).write_text(own, "utf-8")
    assert load_sources(tmp_path / "sources.yaml").synonyms == (
        *COMMON,
        ("ducasse", "« fête foraine »"),
        ("MEL", "Métropole : la nôtre"),
    )


def test_what_is_wrong_in_both_files_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(LIST.replace("blog", "blogue"), "utf-8")
    (tmp_path / FILE_NAME).write_text("- [crue]\n", "utf-8")
    with pytest.raises(TownError) as caught:
        load_sources(tmp_path / "sources.yaml")
    named = [(Path(found.path).name, found.line) for found in caught.value.complaints]
    assert named == [("sources.yaml", 4), (FILE_NAME, 1)]

    (tmp_path / "sources.yaml").write_text(LIST, "utf-8")
    with pytest.raises(TownError, match=r"synonyms\.yaml:1: group 1: has fewer than two"):
        load_sources(tmp_path / "sources.yaml")


WRONG = {
    "a word": ("mairie\n", 1, "write groups here, « - [mairie, hôtel de ville] », not a single"),
    "keys": ("mairie: hôtel de ville\n", 1, "not keys with values"),
    "nothing": ("# rien\n", 1, "the file is empty"),
    "a group that is a text": ("- [a1, b1]\n- mairie\n", 2, "group 2: must be a list, [one, two]"),
    "a group that is nothing": ("- [a1, b1]\n-\n", 2, "group 2: must be a list"),
    "a group with keys": ("- {mairie: maire}\n", 1, "must be a list, [one, two], not keys"),
    "alone": ("- [mairie]\n", 1, "group 1: has fewer than two entries; add one, or delete"),
    "no entry": ("- []\n", 1, "has fewer than two entries"),
    "a list inside": ("- [mairie, [maire]]\n", 1, "an entry must be a text, not a list"),
    "keys inside": ("- [mairie, hôtel: ville]\n", 1, "must be a text, not keys with values"),
    "no value": ("- - mairie\n  -\n  - maire\n", 2, "an entry is empty"),
    "null": ("- [mairie, null]\n", 1, "an entry is empty"),
    "blank": ("- [mairie, ' ']\n", 1, '"" is empty; write something'),
    "a number": ("- [mairie, 2024]\n", 1, 'put it in quotes: "2024"'),
    "a yes": ("- [oui, yes]\n", 1, 'YAML may read "yes" as something else'),
    "a date": ("- [fête, 2024-07-14]\n", 1, "put it in quotes"),
    "no letter": ("- [mairie, '…']\n", 1, 'group 1: "…" holds no word; write one'),
    "two lines": ('- [mairie, "hôtel\\nde ville"]\n', 1, "must stand on one line"),
    "control": ('- [mairie, "m\\x07"]\n', 1, "holds control characters; delete them"),
    "half a pair": ('- [mairie, "m\\ud800"]\n', 1, ""),
    "long": (f"- [mairie, {'m' * 81}]\n", 1, "has more than 80 characters"),
    "many entries": (f"- [{', '.join(f'm{n}' for n in range(21))}]\n", 1, "more than 20 entries"),
    "many groups": ("- [mairie, maire]\n" * 2001, 2001, "more than 2000 groups"),
    "twice": ("- [mairie, mairie]\n", 1, '"mairie" is found like "mairie" already'),
    "accents": ("- - Élu\n  - chef\n  - élu\n", 3, '"élu" is found like "Élu" already'),
    "hyphens": ("- [compte rendu, Compte-Rendu]\n", 1, '"Compte-Rendu" is found like "compte'),
    "ligature": ("- [œuvre, oeuvre]\n", 1, "is found like"),
    "bomb": (BOMB, 1, 'anchors and aliases (here "a") are not read'),
    "alias": ("- &a [mairie, maire]\n- *a\n", 1, "anchors and aliases"),
    "tag": ("- !!python/object/apply:os.system [ls, rm]\n", 1, "tags (here"),
    "deep": ("[" * 5000, 1, "nested more than 16 deep"),
    "many values": ("- [" + "a,\n  " * 100_000, 49_999, "more than 50000 values"),
    "broken": ("- [mairie, maire\n- [a, b]\n", 2, "close the quotes, brackets or braces"),
    "not UTF-8": ("- [a1,\n  été]\n".encode("latin-1"), 2, "not in UTF-8"),
    "too large": (b"#\n" * 2**20, None, "larger than 1048576 bytes"),
}


@pytest.mark.parametrize(("data", "line", "message"), WRONG.values(), ids=WRONG)
def test_a_file_with_a_fault(
    tmp_path: Path, data: str | bytes, line: int | None, message: str
) -> None:
    told = complaints_about(tmp_path, data)
    assert [text for at, text in told if at == line and message in text], told


def test_all_faults_are_said_at_once_with_their_lines(tmp_path: Path) -> None:
    data = "- [crue]\n- [mairie, hôtel de ville]\n- texte\n- [Élu, élu, 12]\n- [bon, bien]\n"
    assert [line for line, _ in complaints_about(tmp_path, data)] == [1, 3, 4, 4]


def test_as_much_as_is_allowed_is_read(tmp_path: Path) -> None:
    group = [f"{'mot ' * 18}{n:05}" for n in range(20)]
    (tmp_path / FILE_NAME).write_text(f"- [{', '.join(group)}]\n" * 600, "utf-8")
    assert load_synonyms(tmp_path / FILE_NAME)[len(COMMON) :] == (tuple(group),) * 600
    (tmp_path / FILE_NAME).write_text("- [mairie, maire]\n" * 2000, "utf-8")
    assert len(load_synonyms(tmp_path / FILE_NAME)) == len(COMMON) + 2000


def test_a_file_that_cannot_be_read_is_no_missing_file(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(TownError, match=r"cannot be read: .*; check the path"):
        load_synonyms(tmp_path / FILE_NAME)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(TownError, match="cannot be read"):
        load_synonyms(tmp_path / "link.yaml")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.text(max_size=9) | st.sampled_from(["é", "É", "1", "~"]), max_size=4)).map(
        lambda groups: "".join(f"- [{', '.join(group)}]\n" for group in groups)
    )
    | st.text(alphabet="ab:-[]{}&*!|>%@\"'#,?~ \n\t\\xu0")
)
@example("- [a\u2028b, c]")
def test_any_text_becomes_groups_or_complaints(tmp_path: Path, text: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(text.encode("utf-8", "replace"))
    try:
        groups = load_synonyms(path)[len(COMMON) :]
    except TownError as error:
        str(error).encode()  # what cannot be encoded cannot be printed
        return
    assert all(2 <= len(group) <= 20 for group in groups)
    assert all(words(entry) for group in groups for entry in group)
    repr(groups).encode()


@pytest.mark.parametrize("path", FILES, ids=["program", "Roubaix", "sample"])
def test_the_lists_that_come_with_the_program(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert quick.parse(text) == reference.parse(text)  # read quickly
    assert not re.search(r"\w'\w| [:;!?»]|« ", text)  # typography
    own = load_synonyms(path)[len(COMMON) :]
    twice = Counter(tuple(words(entry)) for group in own for entry in set(group))
    assert path != DEFAULT or [entry for entry, count in twice.items() if count > 1] == []


def test_two_letters_name_only_what_they_always_mean() -> None:
    short = {entry for group in COMMON for entry in group if len(entry) < 3}
    assert short == {"CR", "PV", "AG", "St", "av", "bd"}


@pytest.mark.parametrize("folder", [REPOSITORY, REPOSITORY / "demo"], ids=["Roubaix", "sample"])
def test_a_town_repeats_neither_its_list_nor_the_program(folder: Path) -> None:
    town = load_sources(folder / "sources.yaml")
    known = [{tuple(words(entry)) for entry in group} for group in COMMON]
    named = [(one.name, *one.aliases) for one in town.instances]
    named += [(one.name, *one.aliases) for one in town.quartiers]
    known += [{tuple(words(name)) for name in names} for names in named]
    own = town.synonyms[len(COMMON) :]
    assert own
    for group in own:
        entries = {tuple(words(entry)) for entry in group}
        assert not [names for names in known if entries <= names], group
