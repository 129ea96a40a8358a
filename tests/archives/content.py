"""Twenty years of a neighbourhood's news, made up: titles, texts and dates, always the same."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_FIRST = datetime(2009, 3, 2, 9, 15, tzinfo=PARIS)
_SUBJECTS = (
    *("Réunion publique", "Compte rendu de l’assemblée", "Fête des voisins", "Jardin partagé"),
    *("Travaux", "Atelier vélo", "Permanence des élus", "Budget participatif", "Vide-grenier"),
    *("Appel à bénévoles", "Concertation", "Marche exploratoire", "Repas de quartier"),
)
_PLACES = (
    *("rue du Moulin", "place de l’Église", "à la salle Jean-Moulin", "avenue des Tilleuls"),
    *("au centre social", "quai du Canal", "à l’école des Glycines", "square des Lilas"),
)
_OPENINGS = (
    *("Les habitants se retrouvent", "Le comité vous attend", "Nous étions une trentaine"),
    *("La mairie a répondu à nos questions", "Le chantier reprend", "Tout le monde est invité"),
)
_FOLLOWINGS = (
    "Le compte rendu complet sera affiché au local et envoyé à celles et ceux qui le demandent.",
    "Il a été question de circulation, de propreté et de l’avenir de l’ancienne filature.",
    "Une nouvelle rencontre est prévue avant l’été ; d’ici là, écrivez-nous.",
    "Merci aux bénévoles qui ont tenu la buvette et rangé les tables sous la pluie.",
    "Le bureau rappelle que l’adhésion reste à cinq euros, et que chacun peut venir.",
)  # fmt: skip
_CATEGORIES = ("Vie du quartier", "Cadre de vie", "Démocratie locale")
_TAGS = ("conseil citoyen", "propreté", "vélo", "école", "canal")
_AUTHORS = ("Le comité", "Jeanne Delattre", "Ahmed B.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One post as its site has it; `number` counts from 1, oldest first."""

    number: int
    title: str
    html: str
    published: datetime  # UTC
    modified: datetime  # UTC
    author: str
    category: str
    tag: str

    @property
    def local(self) -> datetime:
        """When it was published, by the clock on the wall."""
        return self.published.astimezone(PARIS)

    @property
    def slug(self) -> str:
        """A name for addresses."""
        return f"nouvelle-{self.number:03d}-du-{self.local:%d-%m-%Y}"


def write(count: int) -> tuple[Written, ...]:
    """Return so many posts, newest first: some in summer time, some in winter, some at night."""
    chance = Random(19)
    moment, written = _FIRST, []
    for number in range(1, count + 1):
        if moment.minute == 0:  # midnight is what a day without a time looks like
            moment += timedelta(minutes=7)
        published = moment.astimezone(UTC)
        subject, place = chance.choice(_SUBJECTS), chance.choice(_PLACES)
        opening = f"{chance.choice(_OPENINGS)} {place}, le {moment:%d/%m}."
        more = " ".join(chance.sample(_FOLLOWINGS, 3))
        written.append(
            Written(
                number=number,
                title=f"{subject} {place} (n° {number})",
                html=f"<p>{opening}</p><p>{more} Le numéro {number} de nos nouvelles.</p>",
                published=published,
                modified=published + timedelta(days=chance.randint(0, 40)),
                author=chance.choice(_AUTHORS),
                category=chance.choice(_CATEGORIES),
                tag=chance.choice(_TAGS),
            )
        )
        moment += timedelta(days=12, hours=chance.randint(0, 17), minutes=chance.randint(0, 59))
    return tuple(reversed(written))
