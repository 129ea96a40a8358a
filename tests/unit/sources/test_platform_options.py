"""Options of platforms that have a form of their own, and what is said of mistakes."""

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
  - slug: videos
    name: Vidéos
    url: https://exemple.fr/
    kind: institution
"""

Load = Callable[[str], Service | None]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def read(text: str) -> Service | None:
        path = tmp_path / "sources.yaml"
        path.write_text(f"{HEAD}    {text}\n", encoding="utf-8")
        return load_sources(path).sources[0].service

    return read


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("youtube: {channel: UC0123456789abcdefghi-_x}", {"channel": "UC0123456789abcdefghi-_x"}),
        ("youtube: {}", {}),
        ("mastodon: {account: '@comite', tag: '#été'}", {"account": "@comite", "tag": "#été"}),
        ("peertube: {channel: tele@autre.fr}", {"channel": "tele@autre.fr"}),
        ("openagenda: {agenda: 59348405, language: en}", {"agenda": "59348405", "language": "en"}),
        ("decidim: {space: budget-2026}", {"space": "budget-2026"}),
        ("consul: {}", {}),
        (
            "mailbox: {from: lettre+a@exemple.fr, days: 30}",
            {"from": "lettre+a@exemple.fr", "days": "30"},
        ),
        ("mailbox: {from: exemple.fr}", {"from": "exemple.fr"}),
    ],
)
def test_an_option_of_the_right_form_is_read(
    text: str, options: dict[str, str], load: Load
) -> None:
    name = text.partition(":")[0]
    assert load(text) == Service(name=name, options=tuple(options.items()))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("youtube: {channel: '@ville'}", '"@ville" is not of its form; numéro de la chaîne'),
        ("youtube: {playlist: PL1}", '"PL1" is not of its form'),
        ("youtube: {chanel: UC0123456789abcdefghi-_x}", 'did you mean "channel"?'),
        ("mastodon: {account: '@comite@piaille.fr'}", "nom du compte sur ce serveur"),
        ("openagenda: {}", "openagenda: agenda is missing"),
        ("openagenda: {agenda: ville}", "no whole number from 1; numéro de l’agenda"),
        ("openagenda: {agenda: 1, language: français}", "langue des textes"),
        ("decidim: {space: 'a/b'}", "nom d’une démarche"),
        ("consul: {space: a}", 'unknown key "space"'),
        ("mailbox: {}", "mailbox: from is missing"),
        ("mailbox: {from: La mairie}", "adresse de l’expéditeur"),
        ("mailbox: {from: 'a\"b@exemple.fr'}", "is not of its form"),
        ("mailbox: {from: é@exemple.fr}", "is not of its form"),
        ("mailbox: {from: a.fr, days: 0}", "no whole number from 1"),
    ],
)
def test_a_mistake_is_explained(text: str, told: str, load: Load) -> None:
    with pytest.raises(TownError) as caught:
        load(text)
    assert told in str(caught.value)
