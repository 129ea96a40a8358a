"""Platforms, from what they answer on loopback to rows in the database."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import Answer, Site
from integration.crawling import crawl_all, source, town_of

from aggregator.clock import from_iso
from aggregator.crawl import ledger
from aggregator.model import Outcome, Service, Source
from aggregator.store import Store

pytestmark = pytest.mark.usefixtures("loopback_allowed")


def platform(site: Site, name: str, **options: str) -> Source:
    return source(
        "plateforme", site.url("/"), service=Service(name=name, options=tuple(options.items()))
    )


def as_json(value: object) -> Answer:
    return Answer(body=json.dumps(value).encode(), content_type="application/json")


RECORDS = "/api/explore/v2.1/catalog/datasets/agenda/records?limit=100&offset={}"


def records(first: int, last: int, *, total: int) -> Answer:
    found = [
        {
            "uid": str(number),
            "title_fr": f"Atelier {number}",
            "firstdate_begin": "2026-12-10T17:30:00+00:00",
            "lastdate_end": "2026-12-10T19:00:00+00:00",
            "updatedat": "2026-11-02T08:00:00+00:00",
            "location_name": "Maison des associations",
        }
        for number in range(first, last)
    ]
    return as_json({"total_count": total, "results": found})


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return store._connection.execute(sql).fetchall()


def test_all_pages_of_a_data_set_become_events(site: Site, store: Store) -> None:
    for offset in (0, 100, 200):
        site.pages[RECORDS.format(offset)] = records(offset, min(offset + 100, 250), total=250)
    town = town_of(platform(site, "opendatasoft", dataset="agenda"))
    result = crawl_all(town, store)["plateforme"]
    assert (result.count.new, result.warnings, result.error) == (250, (), None)
    assert rows(store, "SELECT DISTINCT starts, ends, all_day, place FROM post_events") == [
        ("2026-12-10T17:30:00Z", "2026-12-10T19:00:00Z", 0, "Maison des associations")
    ]
    assert rows(store, "SELECT count(*) FROM post_events") == [(250,)]
    # The time of the event is no date of publication.
    assert rows(store, "SELECT DISTINCT published FROM posts") == [("2026-11-02T08:00:00Z",)]


def test_an_unchanged_first_page_is_believed_for_a_day(site: Site, store: Store) -> None:
    for offset in (0, 100):
        site.pages[RECORDS.format(offset)] = records(offset, min(offset + 100, 150), total=150)
    town = town_of(platform(site, "opendatasoft", dataset="agenda"))
    crawl_all(town, store)
    site.pages[RECORDS.format(100)] = records(100, 160, total=160)
    assert crawl_all(town, store)["plateforme"].outcome is Outcome.NOT_MODIFIED
    next_day = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Europe/Paris"))
    assert crawl_all(town, store, now=next_day)["plateforme"].count.new == 10


def test_an_event_that_is_put_off_is_kept_as_it_is_now(site: Site, store: Store) -> None:
    answer = records(0, 1, total=1)
    site.pages[RECORDS.format(0)] = answer
    town = town_of(platform(site, "opendatasoft", dataset="agenda"))
    crawl_all(town, store)
    answer.body = answer.body.replace(b"2026-12-10T17", b"2026-12-10T16")
    crawl_all(town, store)
    assert rows(store, "SELECT starts FROM post_events") == [("2026-12-10T16:30:00Z",)]
    assert rows(store, "SELECT count(*) FROM posts") == [(1,)]


def test_a_later_page_that_fails_keeps_the_first_and_is_asked_again(
    site: Site, store: Store
) -> None:
    site.pages[RECORDS.format(0)] = records(0, 100, total=150)
    site.pages[RECORDS.format(100)] = Answer(status=503)
    town = town_of(platform(site, "opendatasoft", dataset="agenda"))
    result = crawl_all(town, store)["plateforme"]
    assert result.count.new == 100
    assert "what follows could not be read" in result.warnings[0]
    site.pages[RECORDS.format(100)] = records(100, 150, total=150)
    assert crawl_all(town, store)["plateforme"].count.new == 50


@pytest.mark.parametrize("body", [b'{"message": "gone"}', b"<html>", b"[" * 100_000, b"[]"])
def test_an_answer_of_another_shape_says_what_is_missing(
    body: bytes, site: Site, store: Store
) -> None:
    site.pages[RECORDS.format(0)] = Answer(body=body)
    town = town_of(platform(site, "opendatasoft", dataset="agenda"))
    result = crawl_all(town, store)["plateforme"]
    assert result.error_kind == "NothingFound"
    assert result.error is not None
    assert "Opendatasoft changed, or the address is none of Opendatasoft" in result.error


def test_a_visit_stops_at_its_limits_and_says_so(
    site: Site, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.crawl.asking.MAX_ASKS", 2)
    for offset in (0, 100, 200):
        site.pages[RECORDS.format(offset)] = records(offset, offset + 100, total=300)
    town = town_of(platform(site, "opendatasoft", dataset="agenda"))
    result = crawl_all(town, store)["plateforme"]
    assert result.count.new == 200
    assert result.warnings == ("only the first 200 of 300 are read, in 2 requests",)


def test_a_big_visit_is_written_in_parts_and_its_validators_last(
    site: Site, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "PART_POSTS", 30)
    site.pages[RECORDS.format(0)] = records(0, 100, total=100)
    seen: list[tuple[int, int]] = []
    really = Store.save

    def save(self: Store, *args: object, **kwargs: object) -> object:
        ((posts,),) = self._connection.execute("SELECT count(*) FROM posts").fetchall()
        ((known,),) = self._connection.execute("SELECT count(*) FROM http_memory").fetchall()
        seen.append((posts, known))
        return really(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "save", save)
    town = town_of(platform(site, "opendatasoft", dataset="agenda"))
    assert crawl_all(town, store)["plateforme"].count.new == 100
    assert seen == [(0, 0), (30, 0), (60, 0), (90, 0)]
    assert rows(store, "SELECT count(*) FROM post_events") == [(100,)]


def test_a_platform_that_is_redirected_is_no_site_that_moved(site: Site, store: Store) -> None:
    elsewhere = "/api/explore/v2.1/ailleurs"
    site.pages[RECORDS.format(0)] = Answer(status=301, headers={"Location": elsewhere})
    site.pages[elsewhere] = records(0, 3, total=3)
    town = town_of(platform(site, "opendatasoft", dataset="agenda"))
    result = crawl_all(town, store)["plateforme"]
    assert (result.count.new, result.moved_to) == (3, None)


@pytest.mark.corpus
def test_the_records_of_the_corpus_become_events_at_the_right_times(
    corpus: Path, site: Site, store: Store
) -> None:
    body = (corpus / "api/opendatasoft/evenements-a-paris_v1.json").read_bytes()
    site.pages[RECORDS.format(0)] = Answer(body=body, content_type="application/json")
    town = town_of(platform(site, "opendatasoft", dataset="agenda"))
    result = crawl_all(town, store)["plateforme"]
    assert (result.count.new, len(result.rejections)) == (100, 0)
    found = dict(
        store._connection.execute(
            "SELECT p.guid, e.starts FROM post_events AS e JOIN posts AS p ON p.id = e.post_id"
        )
    )
    assert len(found) == 100
    told = 0
    for record in json.loads(body)["records"]:
        fields = record["fields"]
        starts = from_iso(found[fields["uid"]]).astimezone(ZoneInfo("Europe/Paris"))
        assert f"{starts:%Y-%m-%d}" == fields["date_start"]
        # What the record says to people is the measure: « le samedi 16 juin à 15:00 ».
        words, _, clock = fields["space_time_info"].rpartition(" à ")
        if clock[0].isdigit():
            told += 1
            assert f"{starts:%H:%M}" == clock
            assert f" {starts.day} " in words
    assert told > 60
