import pytest

from aggregator.enrich import document_kind
from aggregator.model import DOCUMENT_KINDS


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Compte-rendu de la réunion du 12 mars", "compte-rendu"),
        ("CR_CQ_HOMMELET_2016-06", "compte-rendu"),
        ("compterendu2015", "compte-rendu"),
        ("PROCÈS-VERBAL DU CONSEIL", "compte-rendu"),
        ("PROCES VERBAUX", "compte-rendu"),
        ("Télécharger le PV", "compte-rendu"),
        ("Relevé de décisions du 3 mai", "compte-rendu"),
        ("Compte rendu des délibérations", "compte-rendu"),
        ("Approuver la délibération", "deliberation"),
        ("DEL_2023_112", "deliberation"),
        ("Délib. n° 4", "deliberation"),
        ("Convocation et ordre du jour", "ordre-du-jour"),
        ("ODJ du 12 mars", "ordre-du-jour"),
        ("publicRèglement intérieur du conseil", "reglement"),
        ("Règlement", "reglement"),
        ("Affiche de la fête", "affiche"),
        ("FLYER", "affiche"),
        ("Affichage des décisions", ""),
        ("Modes de règlement acceptés", ""),
        ("Crèche de la rue d’Alger", ""),
        ("Rapport d’activité", ""),
        ("", ""),
    ],
)
def test_a_name_tells_the_kind(name: str, kind: str) -> None:
    assert kind == "" or kind in DOCUMENT_KINDS
    assert document_kind(name, "", "") == kind
    assert document_kind("", name, "") == kind


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        ("DELIBERATION du CONSEIL MUNICIPAL\nSéance du lundi", "deliberation"),
        ("Extrait du registre des délibérations", "deliberation"),
        ("Projet de délibération", "deliberation"),
        ("VILLE DE ROUBAIX – COMPTE RENDU DU CONSEIL\nOrdre du jour", "compte-rendu"),
        ("Réunion publique\nOrdre du jour\n1. Budget", "ordre-du-jour"),
        ("Réunion publique\nOrdre du jour\n1. Budget\nPrésents : Mme Dupont", "compte-rendu"),
        ("Bonjour, suite à notre compte rendu de mars, voici…", ""),
        ("\n" * 200 + "Compte rendu", ""),
    ],
)
def test_of_a_text_only_headings_tell(beginning: str, kind: str) -> None:
    assert document_kind("", "Lire le document", beginning) == kind


def test_the_link_is_believed_before_the_file_and_the_file_before_its_text() -> None:
    assert document_kind("Convocation", "Compte rendu", "DÉLIBÉRATION") == "compte-rendu"
    assert document_kind("Convocation", "PDF", "DÉLIBÉRATION") == "ordre-du-jour"
