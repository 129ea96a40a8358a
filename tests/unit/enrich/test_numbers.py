import pytest

from aggregator.enrich import deliberation_numbers
from aggregator.enrich.numbers import MOST


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("la délibération n° 469 du 18 décembre 2008", ("469",)),
        ("Délib. n°2021-045", ("2021-045",)),
        ("DELIBERATION N° 2021/045.", ("2021-045",)),
        ("DEL_2023_112", ("2023-112",)),
        ("del-2023-112.pdf", ("2023-112",)),
        ("délibération n° 23-C-0123 de la MEL", ("23-C-0123",)),
        ("délibération du conseil municipal numéro 5", ("5",)),
        ("les délibérations n° 12, 13 et 14 du 3 mai", ("12", "13", "14")),
        ("délib. n° 7 puis délibération nº 7, délibération n° 3", ("7", "3")),
        ("DCM n° 2021-12", ("2021-12",)),
        (
            "DÉLIBÉRATION du CONSEIL MUNICIPAL\nSéance du 1er février\nN° 2016.02.16 - Subvention",
            ("2016-02-16",),
        ),
    ],
)
def test_numbers_of_deliberations_are_found(text: str, numbers: tuple[str, ...]) -> None:
    assert deliberation_numbers(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "n° 23-C-0123",
        "le modèle n° 5",
        "délibération n° du maire",
        "la délibération vise la loi n° 2015-29",
        "vu la délibération du 3 mai 2010 et l’arrêté n° 12",
        "la délibération modificative n° 1 du budget",
        "la délibération du 18 décembre 2008",
        "il délibère n° 3",
        "",
    ],
)
def test_other_numbers_are_none(text: str) -> None:
    assert deliberation_numbers(text) == ()


def test_there_are_so_many_at_most() -> None:
    text = " ".join(f"délibération n° {number}," for number in range(MOST + 9))
    assert deliberation_numbers(text) == tuple(map(str, range(MOST)))


@pytest.mark.parametrize(
    "part", ["délibération ", "délib n° 1-", "del 2020-", "n° ", "délibération a ", "1, "]
)
def test_hostile_texts_take_no_long(part: str) -> None:
    # Were a pattern to backtrack, this would never end.
    assert len(deliberation_numbers("délibération n° 1 " + part * 50_000)) <= MOST
