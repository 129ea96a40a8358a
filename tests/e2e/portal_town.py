"""A small invented town with posts, for the portal's tests: a town folder and its database."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.clock import now, to_iso
from aggregator.model import KINDS
from aggregator.paths import TownFolder, bundled
from aggregator.sources import load_sources
from aggregator.store.ids import first_id

SOURCES_YAML = """\
version: 1
town: {name: Valmont, timezone: Europe/Paris, contact: veille@valmont.example}
instances:
  - {slug: conseil-citoyen, name: Conseil citoyen}
  - {slug: conseil-des-jeunes, name: Conseil des jeunes}
quartiers:
  - {slug: hautes-rives, name: Hautes-Rives, sector: nord}
  - {slug: filature, name: La Filature, sector: sud}
tabs:
  - {slug: quartiers, name: Vie des quartiers, kinds: [comite-de-quartier, association, blog]}
  - {slug: instances, name: Instances citoyennes, kinds: [instance, concertation]}
  - {slug: presse, name: Presse et mémoire, kinds: [presse, memoire]}
sources:
  - {slug: cq-hautes-rives, name: Comité de quartier des Hautes-Rives, kind: comite-de-quartier,
     url: "https://hautes-rives.example/", feed: "https://hautes-rives.example/feed", quartiers: [hautes-rives]}
  - {slug: blog-filature, name: Le blog de la Filature, kind: blog, display: full,
     url: "https://filature.example/", feed: "https://filature.example/feed", quartiers: [filature]}
  - {slug: jardins, name: Les Jardins de la Lys, kind: association,
     url: "https://jardins.example/", feed: "https://jardins.example/rss", feed_unverified: true}
  - {slug: atelier-velo, name: Atelier vélo du Pont-Neuf, kind: association,
     url: "https://velo.example/", feed: "https://velo.example/feed"}
  - {slug: english-notes, name: Valmont for newcomers, kind: blog, language: en,
     url: "https://newcomers.example/", feed: "https://newcomers.example/feed"}
  - {slug: conseil-citoyen, name: Conseil citoyen de Valmont, kind: instance, instance: conseil-citoyen,
     url: "https://conseil.example/", feed: "https://conseil.example/feed"}
  - {slug: conseil-des-jeunes, name: Conseil des jeunes, kind: instance, instance: conseil-des-jeunes,
     url: "https://jeunes.example/", feed: "https://jeunes.example/feed"}
  - {slug: gazette, name: La Gazette de Valmont, kind: presse, display: title,
     url: "https://gazette.example/", feed: "https://gazette.example/feed"}
  - {slug: memoire, name: Valmont, mémoire ouvrière, kind: memoire,
     url: "https://memoire.example/", feed: "https://memoire.example/feed"}
""".replace("name: Valmont, mémoire ouvrière", 'name: "Valmont, mémoire ouvrière"')

STATES = {
    "atelier-velo": ("failing", "le site ne répond pas"),
    "memoire": ("silent", "répond, mais n’a rien publié depuis le 4 mai 2019"),
    "conseil-des-jeunes": ("moved", "a déménagé à l’adresse https://cdj.example/feed"),
    "jardins": ("new", ""),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """One post of the town; days count back from now."""

    source: str
    title: str
    text: str
    day: float
    origin: str = "stated"
    uid: str = ""
    language: str = "fr"
    instance: str | None = None
    quartiers: tuple[str, ...] = ()
    author: str | None = None


SCHOOL = "Réunion publique sur le budget de l’école des Tisserands"
TOLD = (
    Told(source="cq-hautes-rives", title="La place du Marché rend quarante places aux piétons", day=0.1,
         text="Les travaux commencent lundi. Le comité demande un passage protégé devant l’école.",
         quartiers=("hautes-rives",), author="Le bureau du comité"),
    Told(source="cq-hautes-rives", title="Compte rendu de la réunion du 12", day=1.2, origin="day_only",
         text="Trente habitants, deux élus et une question sans réponse : qui entretient le square ?",
         quartiers=("hautes-rives",)),
    Told(source="cq-hautes-rives", title="Permanence du comité : nouveaux horaires", day=1.4,
         text="Le comité tient sa permanence le jeudi soir, salle Berthe-Carlier.", quartiers=("hautes-rives",)),
    Told(source="cq-hautes-rives", title="On cherche des bras pour la fête des voisins", day=1.5,
         text="Tables, guirlandes et bonne humeur sont les bienvenues.", quartiers=("hautes-rives",)),
    Told(source="cq-hautes-rives", title="Vide-grenier : les inscriptions sont ouvertes", day=1.6,
         text="Le vide-grenier revient sur le quai des Bateliers.", quartiers=("hautes-rives",)),
    Told(source="blog-filature", title="Que devient la grande halle ? Récit d’une visite", day=2.0,
         uid="filature0001", text="La halle a rouvert ses portes le temps d’une matinée.", quartiers=("filature",)),
    Told(source="blog-filature", title="Budget participatif : trois projets du quartier sont retenus", day=9,
         text="Le budget participatif finance des bancs, une boîte à livres et un verger.", quartiers=("filature",)),
    Told(source="blog-filature", title="Le verger partagé cherche son nom", day=40, origin="inferred",
         text="Les premières pousses sont là.", quartiers=("filature",)),
    Told(source="english-notes", title="How to take part in the neighbourhood council", day=3, language="en",
         text="Meetings are open to everyone; here is how to be heard."),
    Told(source="conseil-citoyen", title="Ordre du jour de la prochaine séance plénière", day=0.5, instance="conseil-citoyen",
         text="Propreté, circulation autour des écoles, budget de l’année à venir."),
    Told(source="conseil-citoyen", title="Avis du conseil sur le plan de circulation", day=400, instance="conseil-citoyen",
         text="Le conseil demande que les rues scolaires soient généralisées."),
    Told(source="conseil-des-jeunes", title="Le skatepark des Hautes-Rives sera éclairé", day=6, instance="conseil-des-jeunes",
         text="Le vote a eu lieu mercredi.", quartiers=("hautes-rives",)),
    Told(source="conseil-des-jeunes", title="Séance d’installation des nouveaux élus", day=30, origin="first_seen",
         instance="conseil-des-jeunes", text="Trente jeunes de 11 à 17 ans."),
    Told(source="gazette", title="Valmont : la mairie revoit le prix de la cantine", day=0.8,
         text="Ce texte de la presse ne doit jamais être montré : mirabelle."),
    Told(source="gazette", title="Le budget de la ville voté après six heures de débat", day=5,
         text="Ce texte non plus."),
    Told(source="memoire", title="Les ouvrières de la Filature racontent 1968", day=2000,
         text="Un recueil de voix et de photographies.", quartiers=("filature",)),
    Told(source="atelier-velo", title="Bourse aux vélos : le bilan", day=90, text="Cent douze vélos vendus, pas un accident."),
    Told(source="atelier-velo", title="Apprendre à réparer une crevaison, le samedi matin", day=120,
         text="Venez avec votre vélo."),
)  # fmt: skip
# The stories' post: always of March 2019, whenever the tests run.
STORY = Told(source="conseil-citoyen", title=SCHOOL, day=0, uid="ecole0000001", instance="conseil-citoyen",
             quartiers=("filature",),
             text="L’école des Tisserands perd une classe. Le conseil citoyen invite parents et élus"
                  " à parler du budget, mardi 5 mars à 18 h 30, salle Berthe-Carlier.")  # fmt: skip
STORY_DAY = datetime(2019, 3, 1, 17, 30, tzinfo=UTC)


def build_town(folder: Path, *, many: int = 0) -> tuple[TownFolder, Path]:
    """Write a town folder and its database.

    Args:
        folder: Where; made if missing.
        many: How many further posts of old years the Gazette has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    town = TownFolder(root=folder)
    town.sources.write_text(SOURCES_YAML, encoding="utf-8")
    (folder / "metadata.json").write_text(
        json.dumps({"title": "Veille citoyenne", "license": "Licence Ouverte 2.0"}), encoding="utf-8"
    )
    town.database.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(town.database)
    for path in sorted((bundled("db") / "migrations").glob("*.sql")):
        connection.executescript(path.read_text(encoding="utf-8"))
    for path in sorted((bundled("db") / "views").glob("*.sql")):
        connection.executescript(path.read_text(encoding="utf-8"))
    connection.execute("PRAGMA journal_mode = WAL")
    with connection:
        _describe(connection, town.sources)
        for told, moment in _moments(many):
            _tell(connection, told, moment)
        connection.execute("INSERT INTO posts_fts (posts_fts) VALUES ('rebuild')")
    connection.close()
    return town, town.database


def _moments(many: int) -> list[tuple[Told, datetime]]:
    moments = [(told, now() - timedelta(days=told.day)) for told in TOLD]
    moments.append((STORY, STORY_DAY))
    for number in range(many):
        title = f"Chronique numéro {number} du conseil municipal"
        told = Told(source="gazette", title=title, day=0, text="Rien.", uid=f"chronique{number:06d}")
        moments.append((told, datetime(2012, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)))
    return moments


def _describe(connection: sqlite3.Connection, path: Path) -> None:
    town = load_sources(path)
    for slug, name in KINDS.items():
        connection.execute("INSERT INTO kinds (slug, name) VALUES (?, ?)", (slug, name))
    for instance in town.instances:
        connection.execute(
            "INSERT INTO instances (slug, name) VALUES (?, ?)", (instance.slug, instance.name)
        )
    for quartier in town.quartiers:
        connection.execute(
            "INSERT INTO quartiers (slug, name, sector) VALUES (?, ?, ?)",
            (quartier.slug, quartier.name, quartier.sector),
        )
    since = to_iso(now() - timedelta(days=20))
    for position, source in enumerate(town.sources):
        connection.execute(
            "INSERT INTO sources (slug, name, url, kind_id, instance_id, quartiers, reader, feed,"
            " feed_unverified, language, display, position, listed_since) VALUES (?, ?, ?,"
            " (SELECT id FROM kinds WHERE slug = ?), (SELECT id FROM instances WHERE slug = ?),"
            " ?, 'feed', ?, ?, ?, ?, ?, ?)",
            (source.slug, source.name, source.url, source.kind, source.instance,
             json.dumps(source.quartiers), source.feed, source.feed_unverified, source.language,
             source.display, position, since),
        )  # fmt: skip
        state, reason = STATES.get(source.slug, ("ok", "répond"))
        fetched = None if state == "new" else to_iso(now() - timedelta(hours=1))
        connection.execute(
            "INSERT INTO source_states (source_id, state, reason, since, next_fetch, last_fetch,"
            " last_success) SELECT id, ?, ?, ?, ?, ?, ? FROM sources WHERE slug = ?",
            (state, reason, since, to_iso(now() + timedelta(hours=1)), fetched, fetched, source.slug),
        )
        if fetched:
            outcome = "failed" if state == "failing" else "saved"
            connection.execute(
                "INSERT INTO fetch_log (source_id, fetched, outcome, new)"
                " SELECT id, ?, ?, 1 FROM sources WHERE slug = ?",
                (fetched, outcome, source.slug),
            )


def _tell(connection: sqlite3.Connection, told: Told, moment: datetime) -> None:
    post_id = first_id(moment)
    while connection.execute("SELECT 1 FROM posts WHERE id = ?", (post_id,)).fetchone():
        post_id += 1
    source_id, kind_id, url = connection.execute(
        "SELECT id, kind_id, url FROM sources WHERE slug = ?", (told.source,)
    ).fetchone()
    instance = connection.execute(
        "SELECT id FROM instances WHERE slug = ?", (told.instance,)
    ).fetchone()
    instance_id = instance and instance[0]
    quartiers = [
        connection.execute("SELECT id FROM quartiers WHERE slug = ?", (slug,)).fetchone()[0]
        for slug in told.quartiers
    ]
    tokens = [f"xs{source_id}", f"xk{kind_id}", f"xy{moment.year}"]
    tokens += [f"xi{instance_id}"] * bool(instance_id) + [f"xq{one}" for one in quartiers]
    uid = told.uid or f"p{post_id:x}"
    connection.execute(
        "INSERT INTO posts (id, uid, source_id, guid, url, title, excerpt, html, text, author,"
        " language, published, date_origin, instance_id, kind_id, year, fac, digest, first_seen,"
        " last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (post_id, uid, source_id, uid, f"{url}{uid}", told.title, told.text,
         f"<h1>Le récit</h1><p>{told.text}</p>", told.text, told.author, told.language,
         to_iso(moment), told.origin, instance_id, kind_id, moment.year, " ".join(tokens), uid,
         to_iso(moment), to_iso(now())),
    )  # fmt: skip
    connection.execute(
        "INSERT INTO post_facets (id, instance_id, source_id, kind_id, year) VALUES (?, ?, ?, ?, ?)",
        (post_id, instance_id, source_id, kind_id, moment.year),
    )
    for quartier in quartiers:
        connection.execute("INSERT INTO post_quartiers VALUES (?, ?)", (post_id, quartier))
