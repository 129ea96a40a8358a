import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.language import lemma, words


@pytest.mark.parametrize(
    "forms",
    [
        *("vélo vélos", "élu élue élus élues", "local locaux locale", "aîné aînée aînés Aînées"),
        *("habitant habitants habitante habitantes", "électeur électrice électrices"),
        *(
            "citoyen citoyenne Citoyennes",
            "animal animaux",
            "école écoles",
            "conseiller conseillères",
        ),
        *("directeur directrice directrices", "piéton piétonne piétonnes", "travail TRAVAUX"),
        *("participatif participatives", "municipal municipale municipaux", "partagé partagées"),
        *("visite visites", "vote votes", "taxe taxes", "arrêté arrêtés", "terrasse terrasses"),
        *(
            "œuvre oeuvre œuvres",
            "vœu vœux",
            "cœur cœurs",
            "smartphone smartphones",
            "rénover rénovée rénovés",
        ),
    ],
)
def test_forms_of_a_word_share_its_lemma(forms: str) -> None:
    assert len({lemma(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    "others",
    [
        "cour cours",
        "Paris pari",
        "visite visiter",
        "été être",
        "Marie marier",
        "fond fonds",
        "avis avi",
    ],
)
def test_other_words_do_not(others: str) -> None:
    one, other = others.split()
    assert lemma(one) != lemma(other)


@pytest.mark.parametrize(
    ("word", "same"),
    [("PIC", "pic"), ("CRIS", "cris"), ("bus", "bus"), ("2024", "2024"), ("Roubaix", "roubaix")],
)
def test_some_words_stay_what_they_are(word: str, same: str) -> None:
    assert lemma(word) == same


@given(st.text())
def test_a_word_has_a_lemma_that_is_a_word(text: str) -> None:
    for word in words(text):
        assert words(lemma(word)) == [lemma(word)]


def test_the_dictionary_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, aggregator.language; sys.exit('simplemma' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
