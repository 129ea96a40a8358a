"""What the proposer thinks of class names and of dates in a text."""

import pytest

from aggregator.readers.listing.days import DAY, weight
from aggregator.readers.listing.names import is_human


@pytest.mark.parametrize(
    "name",
    ["views-row", "liste_actus", "entry-title", "field--name-body", "chapo", "blogPost", "rss"],
)
def test_names_people_give(name: str) -> None:
    assert is_human(name)


@pytest.mark.parametrize(
    "name",
    [
        *("post-123", "css-1x2y3z", "sc-bdVaJa", "col-sm-2", "mt3", "x", "jsx-headline", "_Xbe"),
        *("active", "odd", "row-even", "first", "clearfix", "is-open", "has-image", "a" * 60),
        *("status-publish", "bcdfghjk", "md:flex", "w-1/2", ""),
    ],
)
def test_names_programs_give(name: str) -> None:
    assert not is_human(name)


@pytest.mark.parametrize(
    "text",
    [
        *("3 mars 2024", "1er août", "Posté le 25/07/19", "lundi 4 décembre 2023 à 18 h 30"),
        *("January 16", "Sept. 3rd, 2021", "May 2024", "2024-03-05", "12.05.2023", "3 févr. 2020"),
    ],
)
def test_days_are_seen(text: str) -> None:
    assert weight(text) > 0.6


@pytest.mark.parametrize(
    "text", ["", "Budget 2024", "mars", "0320 65 12 30", "192.168.10.1", "3 marches", "1/2/3"]
)
def test_what_is_no_day(text: str) -> None:
    assert not DAY.search(text)


def test_a_day_in_a_title_is_a_part_of_it() -> None:
    assert 0 < weight("Compte rendu du conseil de quartier du 3 mai 2024") < 0.5
