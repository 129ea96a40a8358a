"""The keys of platforms in the list, and what is said of their mistakes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.errors import TownError
from aggregator.model import Service
from aggregator.sources import load_sources

HEAD = """\
version: 1
town: {name: Exemple, timezone: Europe/Paris, contact: veille@example.org}
sources:
  - slug: donnees
    name: Données
    url: https://exemple.fr/
    kind: donnees
"""
FIRST = 8  # the line after it

Load = Callable[[str], Service | None]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def read(text: str) -> Service | None:
        path = tmp_path / "sources.yaml"
        path.write_text(HEAD + text + "\n", encoding="utf-8")
        return load_sources(path).sources[0].service

    return read


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("    opendatasoft: {dataset: agenda}", "opendatasoft", {"dataset": "agenda"}),
        ('    opendatasoft: {dataset: "2024"}', "opendatasoft", {"dataset": "2024"}),
        (
            "    arcgis: {layer: 'https://exemple.fr/a/MapServer/0/query?f=json'}",
            "arcgis",
            {"layer": "https://exemple.fr/a/MapServer/0/query?f=json"},
        ),
        ("    opendatasoft: {}", "opendatasoft", {}),
        ("    arcgis:\n      title: NOM", "arcgis", {"title": "NOM"}),
        ("    datagouv: {organization: ville}", "datagouv", {"organization": "ville"}),
        (
            "    scdl: {schema: presences, file: 'https://exemple.fr/p.csv'}",
            "scdl",
            {"schema": "presences", "file": "https://exemple.fr/p.csv"},
        ),
    ],
)
def test_a_platform_is_read(text: str, name: str, options: dict[str, str], load: Load) -> None:
    assert load(text) == Service(name=name, options=tuple(options.items()))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "    opendatasof: {dataset: a}",
            0,
            'unknown key "opendatasof"; did you mean "opendatasoft"',
        ),
        ("    opendatasoft: agenda", 0, "opendatasoft: write keys with values here, not a single"),
        ("    opendatasoft: [agenda]", 0, "opendatasoft: write keys with values here, not a list"),
        ("    opendatasoft:", 0, "opendatasoft is empty; add « opendatasoft: {dataset: …} »"),
        ("    icalendar:", 0, 'icalendar is empty; add « icalendar: {file: "https://…"} »'),
        (
            "    scdl:",
            0,
            'scdl is empty; add « scdl: {schema: deliberations, file: "https://…"} »',
        ),
        ("    openagenda:", 0, "openagenda is empty; add « openagenda: {agenda: 123} »"),
        ("    consul:", 0, "consul is empty; add « consul: {} »"),
        ("    opendatasoft: {title: 3}", 0, 'title: YAML may read "3" as something else'),
        ("    opendatasoft: {dataset: 2024}", 0, 'put it in quotes: "2024"'),
        (
            "    arcgis: {layer: 'https://exemple.fr/rest/services/Voirie/FeatureServer'}",
            0,
            'FeatureServer" is not of its form; adresse de la couche, jusqu’à son numéro',
        ),
        (
            "    arcgis: {}\n    article: {text: .corps}",
            1,
            "article is of no use beside arcgis; delete it",
        ),
        ("    opendatasoft: {data_set: a}", 0, 'unknown key "data_set"; did you mean "dataset"?'),
        ("    opendatasoft:\n      dataset: a\n      titre: b", 2, 'did you mean "title"?'),
        ("    opendatasoft: {dataset: [a]}", 0, "dataset must be a single value, not a list"),
        ('    opendatasoft: {dataset: ""}', 0, "dataset: is empty; write something"),
        (
            "    scdl: {schema: deliberations}",
            0,
            'scdl: file is missing; add « file: "https://…" »',
        ),
        (
            "    scdl:\n      schema: deliberation\n      file: https://exemple.fr/d.csv",
            1,
            'schema: unknown "deliberation"; did you mean "deliberations"?',
        ),
        (
            "    scdl: {schema: xyz, file: 'https://exemple.fr/d.csv'}",
            0,
            'unknown "xyz"; choose among deliberations, presences, subventions',
        ),
        ("    icalendar: {file: agenda.ics}", 0, '"agenda.ics" is no web address; begin it with'),
        (
            "    icalendar: {file: 'https://u:p@exemple.fr/a.ics'}",
            0,
            "must not hold a user name or password",
        ),
        ("    datagouv: {}", 0, "datagouv: organization is missing"),
        (
            "    feed: https://exemple.fr/feed\n    opendatasoft: {dataset: a}",
            1,
            "feed and opendatasoft exclude one another; keep one",
        ),
        (
            "    arcgis: {}\n    opendatasoft: {dataset: a}",
            0,
            "opendatasoft and arcgis exclude one another; keep one",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, message: str, load: Load) -> None:
    with pytest.raises(TownError) as caught:
        load(text)
    told = [(one.line, one.message) for one in caught.value.complaints]
    assert [at for at, said in told if message in said] == [FIRST + line], told
