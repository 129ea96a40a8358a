"""When and where an event takes place, from what readers found."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Entry, Event, Post, Source
from aggregator.normalise import normalise
from aggregator.normalise.events import event_of

SEEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SOURCE = Source(slug="a", name="A", url="https://exemple.fr/", kind="agenda")


def event(starts: str | None, ends: str | None = None, place: str | None = None) -> Event | None:
    entry = Entry(starts=starts, ends=ends, place=place)
    return event_of(entry, seen=SEEN, timezone="Europe/Paris")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "ends", "began", "ended", "all_day"),
    [
        ("2026-12-10T18:30:00", None, "2026-12-10T17:30", None, False),  # winter
        ("2026-07-10T18:30:00", None, "2026-07-10T16:30", None, False),  # summer
        ("2026-12-10T17:30:00+00:00", None, "2026-12-10T17:30", None, False),
        ("2026-12-10T18:30", "2026-12-10T20:00", "2026-12-10T17:30", "2026-12-10T19:00", False),
        ("2026-12-10", None, "2026-12-09T23:00", None, True),
        ("2026-12-10", "2026-12-12", "2026-12-09T23:00", "2026-12-11T23:00", True),
        ("2026-12-10", "2026-12-10", "2026-12-09T23:00", None, True),
        ("2026-12-10T00:00:00+01:00", "2026-12-12T00:00:00+01:00", "2026-12-09T23:00",
         "2026-12-11T23:00", True),
        ("2026-12-31T22:00", "2027-01-01T00:00", "2026-12-31T21:00", "2026-12-31T23:00", False),
        ("2026-12-10T18:30", "2026-12-12", "2026-12-10T17:30", None, False),
        ("2026-12-10", "2026-12-10T20:00", "2026-12-09T23:00", None, True),
        ("2026-12-10T18:30", "2026-12-09T20:00", "2026-12-10T17:30", None, False),  # before
        ("10 décembre 2026 à 18h30", None, "2026-12-10T17:30", None, False),
        ("2012-03-04T10:00Z", None, "2012-03-04T10:00", None, False),
    ],
)  # fmt: skip
def test_times_are_read_in_the_town(
    starts: str, ends: str | None, began: str, ended: str | None, all_day: bool
) -> None:
    found = event(starts, ends)
    assert found is not None
    assert (found.starts, found.ends) == (utc(began), ended and utc(ended))
    assert found.all_day is all_day


@pytest.mark.parametrize("starts", [None, "", "bientôt", "0001-01-01", "3026-12-10", "2026-13-40"])
def test_what_has_no_beginning_is_no_event(starts: str | None) -> None:
    assert event(starts) is None


def test_a_place_is_plain_and_short() -> None:
    found = event("2026-12-10", place="<b>Salle</b>\n Watremez" + "x" * 5_000)
    assert found is not None
    assert found.place.startswith("Salle Watremez")
    assert len(found.place) <= 310


def post(starts: str | None = None, place: str | None = None) -> Post:
    entry = Entry(title="Réunion", guid="1", starts=starts, place=place)
    found = normalise(
        entry,
        source=SOURCE,
        page_url=SOURCE.url,
        language=None,
        seen=SEEN,
        timezone="Europe/Paris",
    )
    assert isinstance(found, Post)
    return found


def test_the_digest_holds_the_event_and_a_post_without_one_keeps_its_digest() -> None:
    digests = {
        post().digest,
        post(starts="2026-12-10").digest,
        post(starts="2026-12-11").digest,
        post(starts="2026-12-10", place="Salle").digest,
    }
    assert len(digests) == 4
    assert post(starts="jamais").digest == post().digest


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_does_harm(starts: str, ends: str) -> None:
    found = event(starts, ends)
    assert found is None or found.ends is None or found.ends > found.starts
