import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.language import fold, sound, words

# Misspelt by ear, then right.
HEARD = """
abitant habitant, adrese adresse, aglomération agglomération, aménagemant aménagement,
anfant enfant, apartement appartement, assosiation association, atelié atelier, batiman bâtiment,
bénévolle bénévole, biblioteque bibliothèque, budjet budget, cantinne cantine, cicliste cycliste,
circulassion circulation, comission commission, conseille conseil, consertation concertation,
dechais déchets, dimenche dimanche, ecolle école, éclerage éclairage, eksposition exposition,
ellection élection, encombran encombrants, enkete enquête, fisique physique,
fotographie photographie, frische friche, grafiti graffiti, inondassion inondation,
jardain jardin, jimnase gymnase, kartier quartier, komune commune, lisée lycée,
logemant logement, maizon maison, mediateque médiathèque, medecin médecin, meri mairie,
musik musique, mutuèle mutuelle, nettoillage nettoyage, orlojerie horlogerie, parain parrain,
participassion participation, pharmassie pharmacie, pisine piscine, polisse police,
renovassion rénovation, restoran restaurant, reunnion réunion, rezidence résidence,
securitee sécurité, sinema cinéma, sindicat syndicat, sosial social, stassionnement stationnement,
surveillence surveillance, téatre théâtre, tekstile textile, téléfone téléphone, travau travaux,
trotoir trottoir, vakcin vaccin, vandredi vendredi, velau vélo, voizin voisin, xylofone xylophone
"""


@pytest.mark.parametrize("pair", HEARD.replace("\n", " ").split(", "))
def test_a_word_sounds_as_it_is_misspelt(pair: str) -> None:
    misspelt, right = pair.split()
    assert sound(fold(misspelt)) == sound(fold(right))


@pytest.mark.parametrize(
    "pair",
    [
        "quartier cartable",
        "vélo vol",
        "mairie marie",
        "rue roue",
        "gare jarre",
        "bon banc",
        "chat cas",
    ],
)
def test_other_words_sound_otherwise(pair: str) -> None:
    one, other = pair.split()
    assert sound(fold(one)) != sound(fold(other))


@given(st.text())
def test_a_word_has_a_sound(text: str) -> None:
    assert all(sound(word) for word in words(text))
