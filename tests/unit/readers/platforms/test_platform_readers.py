"""What each platform answers, and answers of another shape."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module

import pytest

from aggregator.errors import NothingFound, ReadError
from aggregator.model import SERVICES, Ask, Extraction, Page, Service, Source
from aggregator.readers.platforms import first_ask, read_answer, recognise

NOW = datetime(2024, 5, 1, tzinfo=UTC)
LAYER = "https://carto.exemple.fr/server/rest/services/Agenda/FeatureServer/6"
PageOf = Callable[..., Page]


def source_of(name: str, *, url: str = "https://exemple.fr/", **options: str) -> Source:
    service = Service(name=name, options=tuple(options.items()))
    return Source(slug="a", name="A", url=url, kind="donnees", service=service)


def read(page_of: PageOf, source: Source, answer: object, ask: Ask | None = None) -> Extraction:
    asked = ask or first_ask(source, now=NOW)
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return read_answer(page_of(body, url=asked.url), source, ask=asked)


# --- Opendatasoft ---------------------------------------------------------------------------


def test_records_are_asked_for_a_hundred_at_a_time(page_of: PageOf) -> None:
    source = source_of("opendatasoft", dataset="agenda ville")
    ask = first_ask(source, now=NOW)
    assert ask.url == (
        "https://exemple.fr/api/explore/v2.1/catalog/datasets/agenda%20ville/records"
        "?limit=100&offset=0"
    )
    rows = [{"uid": str(number), "titre": "A"} for number in range(100)]
    found = read(page_of, source, {"total_count": 250, "results": rows})
    assert found.total == 250
    assert found.next_ask == Ask(url=ask.url.replace("offset=0", "offset=100"))
    last = read(page_of, source, {"total_count": 200, "results": rows}, found.next_ask)
    assert last.next_ask is None


def test_no_more_is_asked_for_than_the_interface_gives(page_of: PageOf) -> None:
    source = source_of("opendatasoft", dataset="agenda")
    ask = Ask(url=first_ask(source, now=NOW).url.replace("offset=0", "offset=9900"))
    rows = [{"uid": str(number)} for number in range(100)]
    assert read(page_of, source, {"total_count": 50_000, "results": rows}, ask).next_ask is None


def test_fields_are_found_by_the_names_that_towns_use(page_of: PageOf) -> None:
    row = {
        "Identifiant": 12,
        "Nom de l'événement": "Fête <du> parc",
        "Date de début": "2024-06-01T14:00:00+02:00",
        "Date de fin": "2024-06-01T18:00:00+02:00",
        "Descriptif": "Jeux & musique",
        "Lieu": "Parc Barbieux",
        "Adresse": "avenue Jean-Jaurès",
        "Lien": "https://exemple.fr/fete",
        "Mots clés": "fête, parc",
    }
    (entry,) = read(page_of, source_of("opendatasoft", dataset="a"), {"results": [row]}).entries
    assert (entry.guid, entry.link) == ("12", "https://exemple.fr/fete")
    assert entry.title == "Fête &lt;du&gt; parc"
    assert (entry.starts, entry.ends) == (row["Date de début"], row["Date de fin"])
    assert entry.place == "Parc Barbieux, avenue Jean-Jaurès"
    assert entry.published is None  # the time of the event is no date of publication
    assert entry.categories == ("fête", "parc")
    assert "Jeux &amp; musique" in entry.html
    assert "avenue Jean-Jaurès" in entry.html  # found by search


def test_fields_may_be_named_by_the_list(page_of: PageOf) -> None:
    row = {"ref": "7", "sujet": "Arrêté", "signe_le": "2024-04-02", "corps": "Article 1"}
    source = source_of("opendatasoft", dataset="a", title="sujet", date="signe_le", text="corps")
    (entry,) = read(page_of, source, {"results": [row]}).entries
    assert (entry.title, entry.published, entry.html) == ("Arrêté", "2024-04-02", "Article 1")
    assert entry.starts is None
    assert "order_by=signe_le+desc" in first_ask(source, now=NOW).url


def test_a_date_with_an_end_is_that_of_an_event(page_of: PageOf) -> None:
    row = {"quoi": "Atelier", "quand": "2024-06-01T14:00", "jusque": "2024-06-01T16:00"}
    source = source_of("opendatasoft", dataset="a", title="quoi", date="quand", end="jusque")
    (entry,) = read(page_of, source, {"results": [row]}).entries
    assert (entry.starts, entry.ends) == ("2024-06-01T14:00", "2024-06-01T16:00")
    assert entry.published is None


def test_a_field_that_is_named_and_missing_is_told(page_of: PageOf) -> None:
    source = source_of("opendatasoft", dataset="a", title="intitulé")
    found = read(page_of, source, {"results": [{"nom": "x"}]})
    assert found.warnings == ("no record has the field « intitulé »",)


def test_times_of_several_days_become_their_span(page_of: PageOf) -> None:
    row = {
        "title": "Exposition",
        "timetable": "2018-02-10T10:00:00 2018-02-10T18:00:00;2018-02-02T22:00:00"
        " 2018-02-02T05:30:00",
    }
    (entry,) = read(page_of, source_of("opendatasoft", dataset="a"), {"results": [row]}).entries
    assert (entry.starts, entry.ends) == ("2018-02-02T22:00:00", "2018-02-10T18:00:00")


@pytest.mark.parametrize(
    "timings",
    [
        "[",
        "[" * 100_000,
        '[{"begin": 3}]',
        '["x"]',
        {"begin": "x"},
        "x y;z",
        4,
        None,
        "a b" * 9_999,
    ],
)
def test_broken_times_are_no_times(timings: object, page_of: PageOf) -> None:
    row = {"title": "A", "timings": timings, "firstdate_begin": "2024-06-01T14:00:00Z"}
    (entry,) = read(page_of, source_of("opendatasoft", dataset="a"), {"results": [row]}).entries
    assert entry.starts == "2024-06-01T14:00:00Z"


def test_the_catalogue_gives_a_post_a_data_set(page_of: PageOf) -> None:
    metas = {
        "title": "Arceaux à vélos",
        "description": "<p>Où les trouver.</p>",
        "modified": "2024-03-01T10:00:00+00:00",
        "theme": ["Mobilité"],
        "keyword": None,
        "publisher": "Ville",
    }
    one = {"dataset_id": "arceaux-velos", "metas": {"default": metas}}
    found = read(page_of, source_of("opendatasoft"), {"total_count": 1, "results": [one]})
    (entry,) = found.entries
    assert (entry.title, entry.published) == ("Arceaux à vélos", "2024-03-01T10:00:00+00:00")
    assert entry.link == "https://exemple.fr/explore/dataset/arceaux-velos/"
    assert entry.categories == ("Mobilité",)


# --- ArcGIS ---------------------------------------------------------------------------------


def layer_of(**options: str) -> Source:
    return source_of("arcgis", layer=LAYER, **options)


def test_the_rows_of_a_layer_are_read_with_their_dates(page_of: PageOf) -> None:
    answer = {
        "fields": [
            {"name": "OBJECTID", "type": "esriFieldTypeOID"},
            {"name": "DATE_DEBUT", "type": "esriFieldTypeDate"},
            {"name": "DATE_FIN", "type": "esriFieldTypeDate"},
        ],
        "features": [
            {
                "attributes": {
                    "OBJECTID": 4,
                    "NOM": "Travaux rue de Rome",
                    "DATE_DEBUT": 1717243200000,
                    "DATE_FIN": 1717200000000 + 86_400_000,
                    "LIEU": None,
                }
            }
        ],
        "exceededTransferLimit": True,
    }
    found = read(page_of, layer_of(), answer)
    (entry,) = found.entries
    assert (entry.guid, entry.title) == ("4", "Travaux rue de Rome")
    # Midnight in UTC is what a day without an hour looks like.
    assert (entry.starts, entry.ends) == ("2024-06-01T12:00:00+00:00", "2024-06-02")
    assert found.next_ask is not None
    assert found.next_ask.url.startswith(f"{LAYER}/query?")
    assert "resultOffset=1&" in found.next_ask.url


def test_geojson_does_not_say_which_fields_are_dates(page_of: PageOf) -> None:
    row = {"OBJECTID": 1, "nom": "A", "date_debut": 1717243200000, "siret": 21590512400019}
    answer = {"type": "FeatureCollection", "features": [{"properties": row}]}
    found = read(page_of, layer_of(), answer)
    assert found.entries[0].starts == "2024-06-01T12:00:00+00:00"
    assert found.next_ask is None


def test_a_refusal_of_arcgis_is_told_in_its_words(page_of: PageOf) -> None:
    answer = {"error": {"code": 400, "message": "Invalid URL"}}
    with pytest.raises(ReadError, match="ArcGIS refuses: Invalid URL; check the address"):
        read(page_of, layer_of(), answer)


def test_the_catalogue_of_a_hub_is_followed_on_its_own_host(page_of: PageOf) -> None:
    about = {"title": "Quartiers", "created": 1600000000001, "tags": ["SIG"], "snippet": "Contours"}
    answer = {
        "numberMatched": 2,
        "features": [{"id": "abc", "properties": about}],
        "links": [{"rel": "next", "href": "https://exemple.fr/api/search/x?startindex=101"}],
    }
    found = read(page_of, source_of("arcgis"), answer)
    (entry,) = found.entries
    assert (entry.title, entry.link) == ("Quartiers", "https://exemple.fr/datasets/abc/about")
    assert entry.published == "2020-09-13T12:26:40+00:00"
    assert found.next_ask == Ask(url="https://exemple.fr/api/search/x?startindex=101")
    answer["links"] = [{"rel": "next", "href": "https://ailleurs.fr/?startindex=101"}]
    assert read(page_of, source_of("arcgis"), answer).next_ask is None


# --- data.gouv.fr ---------------------------------------------------------------------------


def test_an_organisation_is_asked_by_name_or_number() -> None:
    named = source_of("datagouv", url="https://www.data.gouv.fr/x", organization="ville-d-exemple")
    assert first_ask(named, now=NOW).url == (
        "https://www.data.gouv.fr/api/1/organizations/ville-d-exemple/datasets/?page_size=50"
    )
    number = "534fff75a3a7292c64a77de4"
    numbered = source_of("datagouv", url="https://www.data.gouv.fr/", organization=number)
    assert first_ask(numbered, now=NOW).url == (
        f"https://www.data.gouv.fr/api/1/datasets/?organization={number}&page_size=50"
    )


def test_the_data_sets_of_an_organisation_become_posts(page_of: PageOf) -> None:
    one = {
        "id": "5e7e10",
        "slug": "bureaux-de-vote",
        "title": "Bureaux de vote",
        "description": "Liste des **bureaux**.",
        "page": "https://exemple.fr/datasets/bureaux-de-vote/",
        "created_at": "2020-03-27T15:00:00+00:00",
        "last_modified": "2024-02-01T09:00:00+00:00",
        "tags": ["elections"],
        "organization": {"name": "Ville d’Exemple"},
    }
    answer = {"data": [one], "total": 51, "next_page": "https://exemple.fr/api/1/datasets/?page=2"}
    found = read(page_of, source_of("datagouv", organization="ville"), answer)
    (entry,) = found.entries
    assert (entry.guid, entry.title, entry.link) == ("5e7e10", one["title"], one["page"])
    assert (entry.published, entry.updated) == (one["created_at"], one["last_modified"])
    assert entry.author == "Ville d’Exemple"
    assert found.next_ask == Ask(url="https://exemple.fr/api/1/datasets/?page=2")
    answer["next_page"] = None  # as theirs on the last page
    assert read(page_of, source_of("datagouv", organization="ville"), answer).next_ask is None


# --- all ------------------------------------------------------------------------------------

SOURCES = [
    source_of("opendatasoft", dataset="a"),
    source_of("opendatasoft"),
    layer_of(),
    source_of("arcgis"),
    source_of("datagouv", organization="ville"),
    source_of("scdl", schema="deliberations", file="https://exemple.fr/d.csv"),
    source_of("scdl", schema="subventions", file="https://exemple.fr/d.csv"),
    source_of("scdl", schema="presences", file="https://exemple.fr/d.csv"),
    source_of("icalendar", file="https://exemple.fr/d.ics"),
]
ODD = [
    b"",
    b"<!DOCTYPE html><title>Portail en travaux</title>",
    b"{}",
    b"null",
    b'{"results": {}, "features": 3, "data": null}',
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b"9" * 10_000,
    bytes(range(256)) * 40,
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd[:12]))
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: repr(source.service.options)[:40])
def test_an_answer_of_another_shape_is_refused_with_what_to_do(
    source: Source, odd: bytes, page_of: PageOf
) -> None:
    with pytest.raises(NothingFound) as caught:
        read(page_of, source, odd)
    assert "changed, or the address is none of" in str(caught.value)
    assert caught.value.url in str(caught.value)


@pytest.mark.parametrize("key", ["results", "records", "features", "data"])
def test_odd_values_inside_an_answer_do_no_harm(key: str, page_of: PageOf) -> None:
    nest: object = "x"
    for _ in range(300):
        nest = {"title": nest}
    odd = [None, 3, "x", [], {}, {"id": []}, {"title": {"a": 1}}, {"dataset_id": 9}, nest]
    odd += [{"fields": 4, "attributes": "x", "properties": None, "metas": {"default": []}}]
    odd += [{"attributes": {"date_debut": 10**300, "date": True}}, {"tags": [None, {}, 3]}]
    for source in SOURCES[:5]:
        # What is not one of ours is refused as usual, and raises nothing else.
        with suppress(ReadError):
            read(page_of, source, {key: odd, "links": "x", "total_count": "many"})


@pytest.mark.parametrize(
    ("url", "name", "options"),
    [
        ("https://d.fr/explore/dataset/agenda/table/", "opendatasoft", {"dataset": "agenda"}),
        (
            "https://d.fr/api/explore/v2.1/catalog/datasets/agenda/records?limit=3",
            "opendatasoft",
            {"dataset": "agenda"},
        ),
        ("https://d.fr/explore/?sort=modified", "opendatasoft", {}),
        (f"{LAYER}/query?where=1%3D1&f=geojson", "arcgis", {"layer": LAYER}),
        (
            "https://www.data.gouv.fr/fr/organizations/ville-de-roubaix/",
            "datagouv",
            {"organization": "ville-de-roubaix"},
        ),
        ("https://d.fr/agenda.ics?x=1", "icalendar", {"file": "https://d.fr/agenda.ics?x=1"}),
        (
            "https://d.fr/Deliberations_2024.csv",
            "scdl",
            {"schema": "deliberations", "file": "https://d.fr/Deliberations_2024.csv"},
        ),
    ],
)
def test_addresses_that_somebody_tries_are_recognised(
    url: str, name: str, options: dict[str, str]
) -> None:
    assert recognise(url) == Service(name=name, options=tuple(options.items()))


@pytest.mark.parametrize(
    "url", ["https://blog.fr/", "https://blog.fr/2024/explore", "http://[", ""]
)
def test_other_addresses_are_not(url: str) -> None:
    assert recognise(url) is None


@pytest.mark.parametrize("name", SERVICES)
def test_every_platform_has_its_module(name: str) -> None:
    module = import_module(f"aggregator.readers.platforms.{name}")
    assert {"first_ask", "read_answer", "recognise"} <= vars(module).keys()
