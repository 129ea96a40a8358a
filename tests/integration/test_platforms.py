"""Platforms, from what they answer on loopback to rows in the database."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import REPOSITORY, Answer, Site
from integration.crawling import crawl_all, source, town_of

from aggregator.clock import from_iso
from aggregator.crawl import ledger
from aggregator.crawl.trying import try_source
from aggregator.model import SERVICES, Outcome, Service, Source, Town
from aggregator.paths import TownFolder
from aggregator.readers.platforms import first_ask
from aggregator.sources import load_sources
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


def test_an_address_that_somebody_tries_is_recognised_and_its_block_is_right(
    site: Site, tmp_path: Path
) -> None:
    site.pages[RECORDS.format(0)] = records(0, 3, total=3)
    path = tmp_path / "sources.yaml"
    head = "version: 1\ntown: {name: E, timezone: Europe/Paris, contact: e@example.org}\nsources:\n"
    path.write_text(f"{head}  []\n", encoding="utf-8")
    address = site.url("/explore/dataset/agenda/table/")
    trial = asyncio.run(try_source(TownFolder(root=tmp_path), address))
    assert [post.title for post in trial.posts] == ["Atelier 0", "Atelier 1", "Atelier 2"]
    assert trial.proposal is not None
    path.write_text(f"{head}{trial.proposal}\n", encoding="utf-8")
    (one,) = load_sources(path).sources
    assert one.service == Service(name="opendatasoft", options=(("dataset", "agenda"),))


# --- civic data -----------------------------------------------------------------------------

DELIBERATIONS = """\
DELIB_ID;DELIB_DATE;DELIB_OBJET;COLL_NOM;VOTE_POUR
1;2026-03-12;Réfection de l’école;Ville d’Exemple;42
2;12/03/2026;Cession d’un terrain;Ville d’Exemple;
3;2026-02-30;Impossible;Ville d’Exemple;
"""


def civic(site: Site, schema: str, text: str) -> Town:
    site.pages["/f.csv"] = Answer(body=text.encode("cp1252"), content_type="text/csv")
    return town_of(platform(site, "scdl", schema=schema, file=site.url("/f.csv")))


def test_a_file_becomes_rows_and_posts_and_its_bad_rows_are_listed(
    site: Site, store: Store
) -> None:
    result = crawl_all(civic(site, "deliberations", DELIBERATIONS), store)["plateforme"]
    assert (result.count.new, len(result.rejections)) == (2, 1)
    found = rows(store, "SELECT number, day, subject, votes_for, source FROM deliberations")
    assert sorted(found) == [
        ("1", "2026-03-12", "Réfection de l’école", 42, "plateforme"),
        ("2", "2026-03-12", "Cession d’un terrain", None, "plateforme"),
    ]
    reason = "DELIB_DATE\u00a0: «\u00a02026-02-30\u00a0» n’existe pas au calendrier"
    assert rows(store, "SELECT line, record, reason FROM refused_records") == [
        (4, "3;2026-02-30;Impossible;Ville d’Exemple;", reason)
    ]
    joined = "SELECT p.title FROM deliberations AS d JOIN publications AS p ON p.uid = d.uid"
    assert rows(store, f"{joined} WHERE d.number = '1'") == [("Réfection de l’école",)]


def test_a_corrected_file_corrects_the_table_and_keeps_the_posts(site: Site, store: Store) -> None:
    crawl_all(civic(site, "deliberations", DELIBERATIONS), store)
    lines = DELIBERATIONS.splitlines()
    corrected = "\n".join([lines[0], lines[1].replace(";42", ";43"), ""])
    result = crawl_all(civic(site, "deliberations", corrected), store)["plateforme"]
    assert (result.count.new, result.count.changed) == (0, 1)
    assert rows(store, "SELECT number, votes_for FROM deliberations") == [("1", 43)]
    assert rows(store, "SELECT count(*) FROM refused_records") == [(0,)]
    # What was published is remembered; whether it was taken back is another question.
    assert rows(store, "SELECT count(*) FROM posts") == [(2,)]


def test_a_councillor_struck_off_a_meeting_leaves_the_table(site: Site, store: Store) -> None:
    text = "date;elu;presence\n2026-03-12;Anne;oui\n2026-03-12;Karim;non\n"
    crawl_all(civic(site, "presences", text), store)
    assert rows(store, "SELECT councillor, present FROM attendances ORDER BY 1") == [
        ("Anne", 1),
        ("Karim", 0),
    ]
    crawl_all(civic(site, "presences", text.replace("2026-03-12;Karim;non\n", "")), store)
    assert rows(store, "SELECT councillor FROM attendances") == [("Anne",)]
    assert rows(store, "SELECT count(*) FROM posts") == [(1,)]


def test_subsidies_become_rows(site: Site, store: Store) -> None:
    text = (
        "dateConvention;nomBeneficiaire;montant;nature\n"
        "2026-03-12;Les Amis du parc;3 000,50;\n2026-03-12;Les Amis du parc;;aide en nature\n"
    )
    crawl_all(civic(site, "subventions", text), store)
    assert rows(store, "SELECT beneficiary, amount_euros, in_kind FROM subsidies ORDER BY 3") == [
        ("Les Amis du parc", 3000.5, 0),
        ("Les Amis du parc", None, 1),
    ]


def test_ten_thousand_rows_are_all_kept(site: Site, store: Store) -> None:
    lines = [f"{n};2026-03-{1 + n % 28};Objet numéro {n};Ville;" for n in range(10_000)]
    lines[5_000] = "x;jamais;Rien;Ville;"
    head = DELIBERATIONS.splitlines()[0]
    result = crawl_all(civic(site, "deliberations", "\n".join([head, *lines])), store)["plateforme"]
    assert (result.count.new, len(result.rejections)) == (9_999, 1)
    assert rows(store, "SELECT count(*) FROM deliberations") == [(9_999,)]
    assert result.rejections[0].line == 5_002


def test_a_calendar_that_stays_the_same_is_read_again_after_a_day(site: Site, store: Store) -> None:
    weekly = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Permanence\r\n"
        "DTSTART;TZID=Europe/Paris:20260105T180000\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    site.pages["/a.ics"] = Answer(body=weekly.encode(), content_type="text/calendar")
    town = town_of(platform(site, "icalendar", file=site.url("/a.ics")))
    first = crawl_all(town, store)["plateforme"]
    assert 56 <= first.count.new <= 58  # weeks, from a month ago to a year ahead
    assert crawl_all(town, store)["plateforme"].outcome is Outcome.NOT_MODIFIED
    later = datetime(2026, 12, 7, 9, tzinfo=ZoneInfo("Europe/Paris"))
    assert crawl_all(town, store, now=later)["plateforme"].count.new == 2
    # Announced for months ahead, and published when we saw it.
    assert rows(store, "SELECT DISTINCT date_origin FROM posts") == [("first_seen",)]


# --- the guide ------------------------------------------------------------------------------

GUIDE = (REPOSITORY / "docs" / "moderateurs.md").read_text(encoding="utf-8")

# What each platform answers in the guide's example.
ANSWERS = {
    "opendatasoft": '{"total_count": 1, "results": [{"titre": "A", "nom_du_lieu": "Salle"}]}',
    "arcgis": '{"features": [{"attributes": {"OBJECTID": 1, "NOM_CHANTIER": "Rue de Rome"}}]}',
    "datagouv": '{"data": [{"id": "1", "title": "Arbres"}], "total": 1, "next_page": null}',
    "scdl": DELIBERATIONS,
    "icalendar": "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:A\nDTSTART:20261210T180000\n"
    "END:VEVENT\nEND:VCALENDAR\n",
}


def chapter(name: str) -> str:
    found = re.search(rf"^#### {name}\n(.*?)^##", GUIDE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/moderateurs.md does not tell of {name}"
    return found[1]


@pytest.mark.parametrize("name", SERVICES)
def test_the_guide_tells_every_option_of_a_platform(name: str) -> None:
    text = chapter(name)
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == [
        option.name for option in SERVICES[name]
    ]
    for option in SERVICES[name]:
        for choice in option.choices:
            assert f"`{choice}`" in text


@pytest.mark.parametrize("name", ANSWERS)
def test_the_guides_example_of_a_platform_is_read(
    name: str, site: Site, store: Store, tmp_path: Path
) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", chapter(name), re.MULTILINE | re.DOTALL)
    path = tmp_path / "sources.yaml"
    head = "version: 1\ntown: {name: E, timezone: Europe/Paris, contact: e@example.org}\nsources:\n"
    path.write_text(head + re.sub(r"https://[\w.-]+", site.root, example), encoding="utf-8")
    town = load_sources(path)
    (one,) = town.sources
    assert one.service is not None
    assert one.service.name == name
    ask = first_ask(one, now=datetime(2026, 11, 22, tzinfo=UTC))
    site.pages[ask.url.removeprefix(site.root)] = Answer(body=ANSWERS[name].encode())
    result = crawl_all(town, store)[one.slug]
    assert (result.error, result.warnings) == (None, ())
    assert result.count.new > 0
