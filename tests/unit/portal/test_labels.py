import pytest

from aggregator.model import State
from aggregator.portal.labels import STATES, host_of, language_mark, state_count, third_party


def test_every_state_has_a_word() -> None:
    assert set(STATES) == set(State)


@pytest.mark.parametrize(
    ("state", "count", "text"),
    [
        (State.SILENT, 1, "1 silencieuse"),
        (State.SILENT, 2, "2 silencieuses"),
        (State.OK, 2, "2 à jour"),
        (State.UNLISTED, 3, "3 retirées de la liste"),
    ],
)
def test_states_agree_in_number(state: State, count: int, text: str) -> None:
    assert state_count(state, count) == text


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.exemple.fr/a", "exemple.fr"),
        ("http://blog.exemple.fr:8080/", "blog.exemple.fr"),
        ("rien", "rien"),
    ],
)
def test_hosts_are_named_as_people_do(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("language", "mark"),
    [("fr", ""), ("en", ' lang="en"'), ("pt-BR", ' lang="pt-BR"'), ('"><script>', ""), ("", "")],
)
def test_other_languages_are_marked(language: str, mark: str) -> None:
    assert language_mark(language) == mark


def test_headings_of_others_stand_below_ours() -> None:
    found = third_party('<h1 lang="en">a</h1><h5>b</h5><hr><p>c</p>')
    assert found == '<h2 lang="en">a</h2><h2>b</h2><hr><p>c</p>'
