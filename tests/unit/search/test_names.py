import sqlite3
from pathlib import Path
from typing import Any

import pytest

from aggregator.search.names import Names, key


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Conseils de Quartiers", ("conseil", "quartier")),
        ("conseil de quartier", ("conseil", "quartier")),
        ("Le Pile", ("pile",)),
        ("L’Épeule", ("epeule",)),
        ("C.R.I.C.", ("cric",)),
        ("CRIC", ("cric",)),
        # Without its grammar it would be another word.
        ("Quartiers Est", ()),
        ("Est", ("est",)),
        ("Quartiers Nord", ("quartier", "nord")),
    ],
)
def test_what_spellings_of_a_name_share(name: str, expected: tuple[str, ...]) -> None:
    assert key(name) == expected


def names(posts: Any) -> Names:
    return Names.read(posts.connection)


def test_values_both_ways(posts: Any) -> None:
    posts.add_quartier("est", "Quartiers Est", sector="est", aliases=("L’Est",))
    read = names(posts)
    est = read.by_slug["quartier", "est"]
    assert read.by_number["quartier", est.number] == est
    assert (est.label, est.group, est.aliases) == ("Quartiers Est", "est", ("L’Est",))
    assert ("quartier", "cric") not in read.by_slug
    assert [value.slug for value in read.values("instance")] == ["conseil-citoyen", "cric", "pic"]


def test_other_names_mean_the_same(posts: Any) -> None:
    posts.add_instance("fph", "Fonds de participation des habitants", aliases=("FPH",))
    read = names(posts)
    assert read.same["fph",] == (("fonds", "de", "participation", "des", "habitants"),)
    assert read.same["fonds", "participation", "habitant"] == (("fph",),)
    assert read.longest >= 3


def test_a_name_of_several_words_is_known_without_others(posts: Any) -> None:
    read = names(posts)
    assert read.same["conseil", "citoyen"] == ()
    assert ("cric",) not in read.same


def test_what_became_another_answers_for_it(posts: Any) -> None:
    posts.add_instance("conseil-nord", "Conseil du Nord", became=("conseil-sud", "nobody"))
    posts.add_instance("conseil-sud", "Assemblée du Sud")
    read = names(posts)
    assert ("assemblee", "du", "sud") in read.same["conseil", "nord"]
    assert ("conseil", "du", "nord") in read.same[key("Assemblée du Sud")]


def test_synonyms_of_the_list(posts: Any) -> None:
    posts.add_synonyms(("vélo", "bicyclette", "deux-roues"), ("mairie", "hôtel de ville"))
    read = names(posts)
    assert set(read.same["velo",]) == {("bicyclette",), ("deux", "roues")}
    assert read.same["mairie",] == (("hotel", "de", "ville"),)


def test_a_name_in_two_groups_leads_to_both(posts: Any) -> None:
    posts.add_synonyms(("parc", "jardin"), ("parc", "square"))
    read = names(posts)
    assert set(read.same["parc",]) == {("jardin",), ("square",)}
    assert read.same["jardin",] == (("parc",),)


def test_quartiers_est_is_not_every_quartier(posts: Any) -> None:
    posts.add_quartier("est", "Quartiers Est", aliases=("Est",))
    read = names(posts)
    assert ("quartier",) not in read.same
    assert read.named(("quartier",)) == []


def test_what_is_named_by_words(posts: Any) -> None:
    posts.add_quartier("cul-de-four", "Cul de Four")
    posts.add_source("four", "Le Four")
    read = names(posts)
    quartier = read.by_slug["quartier", "cul-de-four"].number
    source = read.by_slug["source", "four"].number
    assert read.named(("four",)) == [f"xq{quartier}", f"xs{source}"]
    assert read.named(("four", "cul")) == [f"xq{quartier}"]
    assert read.named(("four", "inconnu")) == []
    assert read.named(()) == []


def test_read_once_for_each_state_of_the_list(migrated: bytes, tmp_path: Path) -> None:
    path = tmp_path / "veille.db"
    path.write_bytes(migrated)
    connection = sqlite3.connect(path, isolation_level=None)
    assert Names.read(connection) is not Names.read(connection)  # no town: no state to go by
    connection.execute("INSERT INTO town VALUES (1, 'Roubaix', 'Europe/Paris', 'one')")
    first = Names.read(connection)
    assert Names.read(connection) is first
    connection.execute("INSERT INTO instances (slug, name) VALUES ('cric', 'CRIC')")
    connection.execute("UPDATE town SET digest = 'two'")
    assert ("instance", "cric") in Names.read(connection).by_slug
    for number in range(10):
        connection.execute("UPDATE town SET digest = ?", (f"other {number}",))
        Names.read(connection)
    connection.execute("UPDATE town SET digest = 'one'")
    assert Names.read(connection) is not first  # few states are kept
    connection.close()
