"""The page about the robot says what the program does, in its figures."""

import pytest
from e2e.portal_visitor import Visitor, words

from aggregator.crawl import asking, reservations, visiting
from aggregator.crawl.completing import archives, opening, pages, quiet, reading_documents, turns
from aggregator.crawl.completing import documents as linked
from aggregator.crawl.completing.ways import AGAIN_AFTER
from aggregator.portal.french import number

NUMBERS = {2: "deux", 3: "trois", 4: "quatre", 5: "cinq"}
MEGABYTE = 1_000_000


@pytest.fixture
def page(visitor: Visitor) -> str:
    return words(visitor.ask("/robot"))


def test_it_gives_the_budgets_of_the_program(page: str) -> None:
    night = f"de {quiet.BEGINS} h à {quiet.ENDS} h"
    share = f"au plus {archives.SHARE} demandes d’affilée pour une source, puis un quart d’heure"
    for said in (
        f"{night}, par les pages du flux",
        share,
        f"par {archives.FIRST_SHARE} demandes au plus",
        f"page de liste ({NUMBERS[visiting.MAX_PAGES]} pages au plus)",
        f"({asking.MAX_ASKS} réponses au plus)",
        f"{NUMBERS[opening.TRIES]} essais en tout",
        f"jusqu’à {reading_documents.MAX_BYTES // MEGABYTE} Mo chacun",
        f"Après {reading_documents.LOOKED_AT_AGAIN.days} jours",
        f"{NUMBERS[reading_documents.LOOKS]} fois au plus",
        f"que {turns.DAY_REQUESTS} demandes par tour",
        f"{number(turns.NIGHT_REQUESTS)} la nuit",
    ):
        assert said in page, said
    assert archives.REST.total_seconds() == 15 * 60
    assert turns.TURN.total_seconds() == 5 * 60
    assert (AGAIN_AFTER.days, reservations.ASKED_EVERY.days) == (30, 7)  # a month, a week
    most = max(archives.SIDE_BY_SIDE, pages.SIDE_BY_SIDE, linked.SIDE_BY_SIDE)
    assert f"il s’adresse à {NUMBERS[most]} serveurs à la fois au plus" in page


def test_it_says_what_becomes_of_a_reservation(page: str) -> None:
    assert "n’ouvre plus vos documents, ni les pages qui compléteraient un flux" in page
    assert "ce qu’il en avait pris est effacé" in page
    assert "Ce que votre flux ou votre liste publie reste" in page
    assert "rien d’autre" not in page


def test_it_says_the_same_in_english(page: str) -> None:
    english = page.partition("In English")[2]
    assert f"{archives.SHARE} requests at most before a rest of 15 minutes" in english
    assert f"({quiet.BEGINS - 12} p.m. to {quiet.ENDS} a.m.," in english
