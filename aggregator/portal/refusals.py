"""What visitors are told when there is no page to show."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Regret:
    """A title and a sentence, in French."""

    title: str
    text: str


REGRETS: Mapping[int, Regret] = {
    400: Regret(
        title="Cette demande n’est pas compréhensible",
        text="L’adresse que votre navigateur a envoyée est mal formée.",
    ),
    404: Regret(
        title="Cette page n’existe pas",
        text="L’adresse est peut-être incomplète, ou la page a changé de place.",
    ),
    405: Regret(
        title="Cette page se lit, et rien d’autre",
        text="Le portail ne reçoit ni formulaire ni fichier à cette adresse.",
    ),
    414: Regret(
        title="Cette adresse est trop longue",
        text="La recherche compte trop de mots ou de filtres : retirez-en quelques-uns.",
    ),
    500: Regret(
        title="Une erreur s’est produite",
        text="Elle vient du portail, pas de vous, et elle est notée. Réessayez dans un moment.",
    ),
    503: Regret(
        title="Le portail est momentanément indisponible",
        text="Les publications ne peuvent pas être lues en ce moment. Réessayez dans une minute.",
    ),
}


class Refusal(Exception):
    """No page for this request.

    Args:
        status: A key of REGRETS.
        first_page: The address of the list that was leafed through beyond its last page.
    """

    def __init__(self, status: int, *, first_page: str = "") -> None:
        super().__init__(REGRETS[status].title)
        self.status = status
        self.first_page = first_page
