"""`aggregator status`: what a person reads."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from aggregator.cli.tables import (
    WORST_FIRST,
    Clock,
    Fetch,
    Refusal,
    health_of_all,
    health_of_one,
    summary,
)
from aggregator.model import State
from aggregator.store import SourceStatus

TIMES = Clock(now=datetime(2026, 11, 22, 8, tzinfo=UTC), zone=ZoneInfo("Europe/Paris"))
OK = SourceStatus(
    source="cq-hommelet",
    name="Comité de quartier",
    state="ok",
    reason="Répond, et on sait la lire.",
    since="2026-03-01T10:00:00Z",
    last_success="2026-11-22T07:00:00Z",
    last_post="2026-11-20T18:30:00Z",
    failures=0,
    next_fetch="2026-11-22T23:30:00Z",
    next_reason="publie en moyenne tous les 6 jours, en général le matin",
    proposed_feed=None,
    moved_to=None,
    tdm_reserved=None,
)
FAILING = replace(
    OK,
    source="conseil-municipal-des-jeunes-de-la-ville",
    state="failing",
    reason="En panne : le serveur répond « 503 » depuis trois jours, et demande qu’on l’attende.",
    since="2026-11-19T10:00:00Z",
    last_post=None,
    failures=12,
    proposed_feed="https://jeunes.example/nouveau.xml",
    moved_to="https://ailleurs.example/",
    tdm_reserved=True,
)
LATE = replace(OK, source="blog", state="late", reason="En retard.", next_fetch=None)


def test_the_worst_come_first_under_a_summary() -> None:
    title, _, *lines = health_of_all([OK, LATE, FAILING, OK], times=TIMES, width=None).split("\n")
    assert title == "4 sources: 2 ok, 1 failing, 1 late (times: Europe/Paris)"
    assert [line.split()[:2] for line in lines] == [
        ["conseil-municipal-des-jeunes-de-la-ville", "failing"],
        ["blog", "late"],
        ["cq-hommelet", "ok"],
        ["cq-hommelet", "ok"],
    ]
    assert FAILING.reason in lines[0]


def test_every_state_has_its_rank() -> None:
    assert sorted(WORST_FIRST) == sorted(State)


def test_one_source_and_none() -> None:
    assert summary([OK]) == "1 source: 1 ok"
    assert health_of_all([], times=TIMES, width=80).startswith("0 sources: the list is empty")


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    text = health_of_all([OK, FAILING, LATE], times=TIMES, width=width)
    assert max(map(len, text.split("\n"))) <= width
    assert "conseil-municipal-des" in text
    assert "En panne : le serveur" in text


def test_in_a_narrow_terminal_the_reason_stands_below_what_is_not_well() -> None:
    lines = health_of_all([OK, FAILING], times=TIMES, width=80).split("\n")
    assert lines[2].startswith("conseil-municipal-des-j…")
    assert lines[3].startswith("    En panne : le serveur")
    assert lines[3].endswith("…")
    assert lines[4].startswith("cq-hommelet")
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, "-"),
        ("2026-11-22T22:59:00Z", "23:59"),
        ("2026-11-22T23:30:00Z", "Mon 00:30"),
        ("2026-11-16T08:00:00Z", "Mon 09:00"),
        ("2026-11-15T08:00:00Z", "2026-11-15"),
        ("2027-01-01T00:00:00Z", "2027-01-01"),
    ],
)
def test_moments_are_the_towns_and_the_nearer_the_finer(moment: str | None, text: str) -> None:
    assert TIMES.short(moment) == text


def test_all_about_one_source() -> None:
    fetch = Fetch("2026-11-22T07:00:00Z", "failed", 503, 0, 0, 12, 0.25, "\x1b[2J503 at\nhttps")
    text = health_of_one(FAILING, [fetch], times=TIMES)
    for words in (
        "conseil-municipal-des-jeunes-de-la-ville - Comité de quartier",
        "failing, since 2026-11-19 11:00",
        "12 in a row",
        "2026-11-23 00:30",
        "publie en moyenne tous les 6 jours, en général le matin",
        "https://jeunes.example/nouveau.xml",
        "https://ailleurs.example/",
        "text mining:   reserved",
        "last fetches (times: Europe/Paris)",
    ):
        assert words in text
    assert text.split("\n")[-1].split(maxsplit=8) == [
        *("2026-11-22", "08:00", "failed", "503", "0", "0", "12", "0.2", "?[2J503 at https"),
    ]
    assert "proposed feed" not in health_of_one(OK, [], times=TIMES)


@pytest.mark.parametrize("width", [None, 80, 120])
def test_rows_that_were_refused_have_a_column_where_there_are_any(width: int | None) -> None:
    data = replace(OK, source="deliberations", rejected=12)
    _, head, *lines = health_of_all([data, FAILING], times=TIMES, width=width).split("\n")
    assert "REJECTED" in head
    assert width is None or max(map(len, (head, *lines))) <= width
    (line,) = [one for one in lines if one.startswith("delib")]
    assert line[head.index("REJECTED") :].split()[0] == "12"
    assert "REJECTED" not in health_of_all([OK, FAILING], times=TIMES, width=width)


def test_rows_that_were_refused_are_told_of_their_source() -> None:
    refused = [Refusal(6, "montant est vide")]
    text = health_of_one(replace(OK, rejected=1), [], times=TIMES, refused=refused)
    assert (
        "rejected:      1 row of its open data cannot be read\n  line 6: montant est vide" in text
    )
    assert "rejected" not in health_of_one(OK, [], times=TIMES)
