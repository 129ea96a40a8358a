"""The platforms that are read by their own interface, and what the list may say of each.

A key of SERVICES is a key of a source in sources.yaml: `opendatasoft: {dataset: agenda}`. Each has
a module of its name in aggregator/readers/platforms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing the list may say of a platform.

    Attributes:
        means: How it is read: a line of text, an http(s) address, a whole number from 1, or one of
            `choices`.
        pattern: What the whole of it has to look like, as a regular expression; none: anything.
        about: What it is for, in French, as complaints and docs/moderateurs.md say it.
    """

    name: str
    means: Literal["line", "url", "number", "choice"] = "line"
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    required: bool = False
    about: str

    @property
    def example(self) -> str:
        """What may stand there, as the list would write it."""
        if self.means == "choice":
            return self.choices[0]
        return {"url": '"https://…"', "number": "123"}.get(self.means, "…")


def _fields(**about: str) -> tuple[Option, ...]:
    """Return options that each name a field (a column) of a table."""
    return tuple(Option(name=name, about=meaning) for name, meaning in about.items())


_TABLE_FIELDS = _fields(
    title="champ du titre",
    date="champ de la date : début de l’événement, ou jour de la publication",
    end="champ de la fin de l’événement",
    text="champ du texte",
    link="champ de l’adresse de la page",
    place="champ du lieu de l’événement",
)

SERVICES: Mapping[str, tuple[Option, ...]] = {
    "opendatasoft": (
        Option(name="dataset", about="identifiant du jeu de données ; sans lui, le catalogue"),
        *_TABLE_FIELDS,
    ),
    "arcgis": (
        Option(
            name="layer",
            means="url",
            pattern=r"(?i:https?://[^?#]+/(?:FeatureServer|MapServer)/\d+(?:[/?#].*)?)",
            about="adresse de la couche, jusqu’à son numéro ; sans elle, le catalogue du site Hub",
        ),
        *_TABLE_FIELDS,
    ),
    "datagouv": (
        Option(
            name="organization",
            required=True,
            about="nom de l’organisation, dans l’adresse de sa page",
        ),
    ),
    "scdl": (
        Option(
            name="schema",
            means="choice",
            choices=("deliberations", "subventions", "presences"),
            required=True,
            about="ce que dit le fichier",
        ),
        Option(name="file", means="url", required=True, about="adresse du fichier CSV"),
    ),
    "icalendar": (
        Option(name="file", means="url", required=True, about="adresse du fichier .ics"),
    ),
    "youtube": (
        Option(
            name="channel",
            pattern=r"UC[\w-]{22}",
            about="numéro de la chaîne : UC et 22 caractères ; inutile s’il est dans l’adresse",
        ),
        Option(
            name="playlist",
            pattern=r"[A-Z]{2}[\w-]{10,60}",
            about="numéro d’une liste de la chaîne, qui commence souvent par PL",
        ),
    ),
    "mastodon": (
        Option(
            name="account",
            pattern=r"@?\w[\w.-]{0,60}",
            about="nom du compte sur ce serveur ; inutile s’il est dans l’adresse",
        ),
        Option(name="tag", pattern=r"#?\w{1,100}", about="mot-dièse"),
    ),
    "peertube": (
        Option(
            name="channel",
            pattern=r"[\w.@:-]{1,120}",
            about="nom de la chaîne ; inutile s’il est dans l’adresse",
        ),
        Option(name="account", pattern=r"[\w.@:-]{1,120}", about="nom du compte"),
    ),
    "openagenda": (
        Option(
            name="agenda",
            means="number",
            required=True,
            about="numéro de l’agenda (UID), que son administration montre",
        ),
        Option(name="language", pattern="[a-z]{2}", about="langue des textes ; sans elle, fr"),
    ),
    "decidim": (
        Option(
            name="space",
            pattern=r"[\w-]{1,120}",
            about="nom d’une démarche ou d’une assemblée, dans son adresse ; sans lui, toutes",
        ),
    ),
    "consul": (),
    "mailbox": (
        Option(
            name="from",
            pattern=r"(?a:(?:[\w.+-]{1,64}@)?[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})",
            required=True,
            about="adresse de l’expéditeur (lettre@exemple.fr), ou domaine (exemple.fr)",
        ),
        Option(name="days", means="number", about="nombre de jours lus en arrière ; sans lui, 90"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A platform, as a source names it."""

    name: str  # a key of SERVICES
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str) -> str | None:
        """Return what the list says of something, or nothing."""
        return dict(self.options).get(name)
