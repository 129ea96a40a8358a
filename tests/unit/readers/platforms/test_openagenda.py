"""OpenAgenda: what is asked, with whose key, and what events say."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from platforms_made import NOW, PageOf, platform_source, read_as

from aggregator.errors import NothingFound, ReadError
from aggregator.model import Ask
from aggregator.readers.platforms import first_ask, recognise

# The page of these tests is fetched on the first of May 2024.
EVENT = {
    "uid": 123,
    "slug": "atelier-velo",
    "title": {"fr": "Atelier <vélo>", "en": "Bike workshop"},
    "description": {"fr": "Réparer soi-même & ensemble"},
    "longDescription": {"fr": "<p>Apportez votre <strong>vélo</strong>.</p>"},
    "conditions": {"fr": "Gratuit"},
    "keywords": {"fr": ["vélo", "réparation"]},
    "timezone": "Europe/Paris",
    "timings": [
        {"begin": "2024-05-11T14:00:00+0200", "end": "2024-05-11T17:00:00+0200"},
        {"begin": "2024-04-13T12:00:00.000Z", "end": "2024-04-13T15:00:00.000Z"},
        {"begin": "2024-06-08T14:00:00+0200", "end": "2024-06-08T17:00:00+0200"},
    ],
    "location": {"name": "Atelier des deux roues", "address": "12 rue Longue", "city": "Exemple"},
    "registration": [
        {"type": "email", "value": "ici@exemple.fr"},
        {"type": "link", "value": "https://exemple.fr/inscription?a=1&b=2"},
    ],
    "status": 1,
    "createdAt": "2024-03-01T08:00:00.000Z",
    "updatedAt": "2024-04-02T08:00:00.000Z",
}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_OPENAGENDA_KEY", "cle-secrete")
    monkeypatch.delenv("AGGREGATOR_OPENAGENDA_API", raising=False)


def event(**changes: Any) -> dict[str, Any]:
    return {**EVENT, **changes}


def test_the_key_goes_to_the_platform_in_a_header() -> None:
    # Whatever site the list names: an agenda is often shown by a town's own.
    ask = first_ask(platform_source("openagenda", "https://ville.fr/agenda", agenda="42"), now=NOW)
    parts = urlsplit(ask.url)
    assert (parts.netloc, parts.path) == ("api.openagenda.com", "/v2/agendas/42/events")
    assert ask.headers == (("key", "cle-secrete"),)
    assert "cle-secrete" not in ask.url
    asked = parse_qs(parts.query)
    assert asked["timings[gte]"] == ["2026-10-22T00:00:00.000Z"]
    assert asked["monolingual"] == ["fr"]
    later = first_ask(platform_source("openagenda", agenda="42"), now=NOW + timedelta(hours=9))
    assert later.url == ask.url


@pytest.mark.parametrize("value", [None, " "])
def test_a_missing_key_is_told_with_its_variable(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGGREGATOR_OPENAGENDA_KEY")
    if value is not None:
        monkeypatch.setenv("AGGREGATOR_OPENAGENDA_KEY", value)
    with pytest.raises(ReadError, match="AGGREGATOR_OPENAGENDA_KEY"):
        first_ask(platform_source("openagenda", agenda="42"), now=NOW)


def test_the_next_time_is_the_events_and_all_are_told(page_of: PageOf) -> None:
    answer = {"total": 1, "events": [EVENT], "after": None}
    found = read_as(page_of, platform_source("openagenda", agenda="42"), answer)
    (entry,) = found.entries
    assert (entry.starts, entry.ends) == (
        "2024-05-11T14:00:00+02:00",
        "2024-05-11T17:00:00+02:00",
    )
    assert (entry.guid, entry.link) == ("123", "https://openagenda.com/agendas/42/events/123")
    assert entry.title == "Atelier &lt;vélo&gt;"
    assert entry.place == "Atelier des deux roues, 12 rue Longue, Exemple"
    assert entry.published == "2024-03-01T08:00:00.000Z"
    assert entry.summary == "Réparer soi-même &amp; ensemble"
    assert entry.categories == ("vélo", "réparation")
    assert entry.html.startswith("<p>Apportez votre <strong>vélo</strong>.</p>")
    # In the event's own zone, in order.
    assert (
        "<li>13/04/2024, 14:00 – 17:00</li><li>11/05/2024, 14:00 – 17:00</li>"
        "<li>08/06/2024, 14:00 – 17:00</li>"
    ) in entry.html
    assert 'href="https://exemple.fr/inscription?a=1&amp;b=2"' in entry.html
    assert "ici@exemple.fr" not in entry.html
    assert (found.next_ask, found.total, found.ages) == (None, 1, True)


def test_what_follows_is_asked_with_the_key(page_of: PageOf) -> None:
    source = platform_source("openagenda", agenda="42")
    answer = {"total": 2, "events": [EVENT], "after": ["0", 1714557600000, "a b"]}
    first = read_as(page_of, source, answer).next_ask
    assert first is not None
    assert first.headers == (("key", "cle-secrete"),)
    assert parse_qs(urlsplit(first.url).query)["after[]"] == ["0", "1714557600000", "a b"]
    answer = {"total": 2, "events": [EVENT], "after": ["9"]}
    second = read_as(page_of, source, answer, first).next_ask
    assert second is not None
    assert parse_qs(urlsplit(second.url).query)["after[]"] == ["9"]
    assert read_as(page_of, source, {"events": [], "after": ["9"]}, second).next_ask is None


@pytest.mark.parametrize(
    ("status", "title"),
    [(6, "Annulé\u00a0: Atelier"), (4, "Reporté\u00a0: Atelier"), (5, "Complet\u00a0: Atelier")],
)
def test_what_is_cancelled_says_so(status: int, title: str, page_of: PageOf) -> None:
    answer = {"events": [event(title="Atelier", status=status)]}
    (entry,) = read_as(page_of, platform_source("openagenda", agenda="42"), answer).entries
    assert entry.title == title


def test_another_language_stands_in(page_of: PageOf) -> None:
    answer = {
        "events": [event(title={"es": "Taller"}, longDescription=None, timezone="/etc/hosts")]
    }
    (entry,) = read_as(page_of, platform_source("openagenda", agenda="42"), answer).entries
    assert entry.title == "Taller"
    assert entry.html.startswith("<p>Réparer soi-même &amp; ensemble</p>")


@pytest.mark.parametrize(
    "timings", [None, [], "x", [3], [{"begin": "demain"}], [{"begin": "9" * 99}]]
)
def test_an_event_without_a_time_is_listed_as_refused(timings: object, page_of: PageOf) -> None:
    answer = {"events": [event(timings=timings), EVENT]}
    found = read_as(page_of, platform_source("openagenda", agenda="42"), answer)
    assert len(found.entries) == 1
    (refused,) = found.rejections
    assert (refused.entry, refused.line) == ("atelier-velo", 1)


def test_very_many_times_stay_bounded(page_of: PageOf) -> None:
    timings = [{"begin": "2024-05-11T14:00:00Z", "end": "2024-05-11T15:00:00Z"}] * 100_000
    answer = {"events": [event(timings=timings)]}
    (entry,) = read_as(page_of, platform_source("openagenda", agenda="42"), answer).entries
    assert entry.html.count("<li>") == 31
    assert "et 770 autres dates" in entry.html


@pytest.mark.parametrize("answer", [{"evenements": []}, {"events": {}}, [], b"<html>"])
def test_an_answer_of_another_shape_is_told(answer: object, page_of: PageOf) -> None:
    with pytest.raises(NothingFound, match="OpenAgenda changed"):
        read_as(
            page_of, platform_source("openagenda", agenda="42"), answer, Ask(url="https://a.fr")
        )


def test_an_agenda_is_recognised_by_its_number() -> None:
    found = recognise("https://openagenda.com/fr/agendas/59348405?lang=fr")
    assert found is not None
    assert (found.name, found.options) == ("openagenda", (("agenda", "59348405"),))
    assert recognise("https://openagenda.com/ville-d-exemple") is None
