"""Every page of the portal as the application answers it: content, headers, what is refused."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import httpx
import pytest
from e2e.portal_town import SCHOOL, SCHOOL_PAGE, build_town

from aggregator.paths import TownFolder
from aggregator.portal.server import build_portal
from aggregator.portal.views import FULL_BOXES, NAMED_BOXES

PAGES = (
    "/",
    "/?onglet=instances",
    "/recherche",
    "/recherche?q=ecole",
    "/recherche?q=ecole&instance=conseil-citoyen&annee=2019",
    "/recherche?q=conseil&page=2",
    "/recherche?q=introuvable&source=gazette",
    "/recherche?instance=personne",
    SCHOOL_PAGE,
    "/publication/filature0001",
    "/sources",
    "/source/gazette",
    "/source/gazette?page=2",
    "/source/jardins",
    "/a-propos",
    "/accessibilite",
)
ATOM = "{http://www.w3.org/2005/Atom}"


class Visitor:
    """Asks a portal, as a browser without cookies would."""

    def __init__(self, database: Path, town: TownFolder) -> None:
        self._portal = build_portal(database, town)
        self._app = self._portal.app()

    def ask(self, address: str, *, method: str = "GET", **headers: str) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            root = "http://veille.example"
            async with httpx.AsyncClient(transport=transport, base_url=root) as client:
                return await client.request(method, address, headers=headers)

        return asyncio.run(run())

    def close(self) -> None:
        self._portal.executor.shutdown()
        for database in self._portal.databases.values():
            database.close()


@pytest.fixture(scope="module")
def valmont(tmp_path_factory: pytest.TempPathFactory) -> tuple[TownFolder, Path]:
    return build_town(tmp_path_factory.mktemp("valmont"), many=60)


@pytest.fixture(scope="module")
def visitor(valmont: tuple[TownFolder, Path]) -> Iterator[Visitor]:
    town, database = valmont
    found = Visitor(database, town)
    yield found
    found.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Visitor, Path]]:
    """A portal whose database a test may spoil."""
    town, database = build_town(tmp_path)
    found = Visitor(database, town)
    yield found, database
    found.close()


def _words(response: httpx.Response) -> str:
    """The text of a page, its spaces single."""
    page = html5lib.parse(response.text, namespaceHTMLElements=False)
    return " ".join("".join(page.itertext()).split())


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_well_formed_french_html_without_scripts(visitor: Visitor, address: str) -> None:
    response = visitor.ask(address)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = parser.parse(response.text)
    assert page.get("lang") == "fr"
    assert page.find(".//script") is None
    assert not [one for one in page.iter() if any(name.startswith("on") for name in one.attrib)]
    assert not [one for one in page.iter() if "style" in one.attrib]
    assert len(page.findall(".//h1")) == 1
    assert (page.findtext("head/title") or "").endswith("– Veille citoyenne, Valmont")


@pytest.mark.parametrize("address", [*PAGES, "/recherche.json", "/recherche.atom", "/rien"])
def test_every_answer_is_closed_to_scripts_and_free_of_cookies(
    visitor: Visitor, address: str
) -> None:
    headers = visitor.ask(address, cookie="ds_actor=x; ds_csrftoken=y").headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    assert "cookie" not in headers["vary"].lower()


def test_pages_may_be_kept_a_minute_and_refusals_not(visitor: Visitor) -> None:
    assert visitor.ask("/").headers["cache-control"] == "public, max-age=60"
    assert visitor.ask("/rien").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", PAGES)
def test_every_link_of_ours_leads_somewhere(visitor: Visitor, address: str) -> None:
    page = html5lib.parse(visitor.ask(address).text, namespaceHTMLElements=False)
    named = {one.get("id") for one in page.iter()}
    for link in {one.get("href", "") for one in page.iter() if "href" in one.attrib}:
        if link.startswith("#"):
            assert link[1:] in named
        elif link.startswith("/") and link != "/donnees/":
            assert visitor.ask(link).status_code == 200, link


def test_the_home_page_has_tabs_boxes_and_the_river(visitor: Visitor) -> None:
    page = html5lib.parse(visitor.ask("/").text, namespaceHTMLElements=False)
    tabs = page.findall(".//nav[@class='onglets']//a[@aria-current='page']")
    assert [tab.text for tab in tabs] == ["Vie des quartiers"]
    words = _words(visitor.ask("/"))
    assert "✕" not in words  # signs are the style sheet's
    assert "Atelier vélo du Pont-Neuf en panne depuis le" in words
    assert "Les Jardins de la Lys, aucune publication, pas encore relevée" in words
    assert words.index("Le fil Aujourd’hui" if "Aujourd’hui" in words else "Le fil Hier") > 0


def test_the_tab_chosen_is_the_one_shown(visitor: Visitor) -> None:
    words = _words(visitor.ask("/?onglet=presse"))
    assert "Presse et mémoire Valmont : la mairie" not in words
    assert "La Gazette de Valmont Valmont : la mairie revoit le prix de la cantine" in words


def test_the_home_page_stays_light_with_many_sources(tmp_path: Path) -> None:
    town, database = build_town(tmp_path)
    many = 80
    long = "Un titre bien trop long pour une boîte " * 20
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE posts SET title = ?", (long,))
        entries = []
        for number in range(many):
            entries.append(
                f"  - {{slug: s{number}, name: Source numéro {number}, kind: blog,"
                f" url: 'https://s{number}.example/'}}\n"
            )
            connection.execute(
                "INSERT INTO sources (slug, name, url, kind_id, reader, language, display,"
                " listed_since) SELECT ?, ?, '', kind_id, reader, language, display, listed_since"
                " FROM sources WHERE slug = 'gazette'",
                (f"s{number}", f"Source numéro {number}"),
            )
            connection.execute(
                "WITH RECURSIVE five (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM five WHERE n < 5)"
                " INSERT INTO posts (id, uid, source_id, guid, url, title, language, published,"
                " date_origin, kind_id, year, digest, first_seen, last_seen)"
                " SELECT id + 20 * ? + n, uid || ? || n, (SELECT id FROM sources WHERE slug = ?),"
                " uid || n, url, title, language, published, 'inferred', kind_id, year, digest,"
                " first_seen, last_seen FROM posts, five WHERE uid = 'ecole0000001'",
                (number, number, f"s{number}"),
            )
    connection.close()
    with town.sources.open("a", encoding="utf-8") as file:
        file.writelines(entries)
    visitor = Visitor(database, town)
    page = visitor.ask("/", **{"accept-encoding": "identity"})
    visitor.close()
    assert page.text.count('<article class="boite">') == FULL_BOXES
    unnamed = many + 5 - FULL_BOXES - NAMED_BOXES
    assert f"et {unnamed}\u00a0autres sources" in page.text
    assert len(page.content) + 12_000 <= 60_000  # with the style sheet


def test_a_search_says_how_many_and_lights_the_words(visitor: Visitor) -> None:
    response = visitor.ask("/recherche?q=ecole")
    assert "publications pour « ecole »" in _words(response)
    assert "<mark>école</mark>" in response.text
    assert SCHOOL in _words(response)


def test_each_result_says_where_its_date_comes_from(visitor: Visitor) -> None:
    words = _words(visitor.ask("/recherche"))
    assert "(date déduite)" in words
    assert "date inconnue, vue le" in words
    assert "le 1er mars 2019" in words


def test_the_query_is_kept_in_every_link_of_a_search(visitor: Visitor) -> None:
    page = html5lib.parse(
        visitor.ask("/recherche?q=conseil&genre=presse&page=2").text, namespaceHTMLElements=False
    )
    main = page.find(".//main")
    assert main is not None
    links = [one.get("href", "") for one in main.iter("a")]
    searches = [link for link in links if link.startswith("/recherche")]
    assert searches
    assert all("q=conseil" in link for link in searches)
    assert "/recherche?q=conseil&genre=presse" in searches  # the first page goes unsaid
    assert "/recherche?q=conseil&genre=presse&page=3" in searches
    form = page.find(".//form")
    assert form is not None
    fields = {one.get("name"): one.get("value") for one in form.iter("input")}
    assert fields == {"q": "conseil", "genre": "presse"}


def test_filters_can_be_removed_by_links_that_say_so(visitor: Visitor) -> None:
    words = _words(visitor.ask("/recherche?q=ecole&instance=conseil-citoyen&annee=2019"))
    assert "Retirer le filtre Conseil citoyen Retirer le filtre 2019" in words
    assert "Retirer tous les filtres" in words


def test_nothing_found_is_helpful(visitor: Visitor) -> None:
    words = _words(visitor.ask("/recherche?q=introuvable&annee=2019"))
    assert "Aucune publication pour « introuvable »" in words
    assert "essayez moins de mots" in words
    assert "cherchez sans filtre" in words


def test_a_query_cannot_leave_its_place(visitor: Visitor) -> None:
    response = visitor.ask('/recherche?q="><script>alert(1)</script>&instance="><img src=x>')
    assert response.status_code == 200
    assert "<script" not in response.text
    assert "<img" not in response.text


def test_json_and_atom_answer_the_same_query(visitor: Visitor) -> None:
    asked = "q=ecole&instance=conseil-citoyen&annee=2019"
    response = visitor.ask(f"/recherche.json?{asked}")
    assert response.headers["access-control-allow-origin"] == "*"
    found = json.loads(response.text)
    assert found["total"] == {"value": 1, "exact": True}
    assert [hit["title"] for hit in found["results"]] == [SCHOOL]
    feed = ET.fromstring(visitor.ask(f"/recherche.atom?{asked}").content)
    assert [one.text for one in feed.findall(f"{ATOM}entry/{ATOM}title")] == [SCHOOL]
    assert feed.findtext(f"{ATOM}entry/{ATOM}id") == f"http://veille.example{SCHOOL_PAGE}"
    assert feed.findtext(f"{ATOM}id") == f"http://veille.example/recherche.atom?{asked}"


def test_a_publication_says_where_it_comes_from(visitor: Visitor) -> None:
    response = visitor.ask(SCHOOL_PAGE)
    words = _words(response)
    assert "Conseil citoyen de Valmont, le vendredi 1er mars 2019 à 18 h 30" in words
    assert "Vue pour la première fois le 1er mars 2019 à 18 h 30" in words
    assert f"Adresse permanente http://veille.example{SCHOOL_PAGE}" in words
    assert 'href="https://conseil.example/ecole0000001" rel="external"' in response.text


def test_what_the_press_wrote_is_never_shown(visitor: Visitor) -> None:
    found = json.loads(visitor.ask("/recherche.json?q=mirabelle").text)["results"]
    page = visitor.ask(f"/publication/{found[0]['uid']}")
    assert found[0]["extract"] == ""
    for address in ("/recherche?q=mirabelle", "/recherche.atom?q=mirabelle"):
        assert "Ce texte de la presse" not in visitor.ask(address).text
    assert "Ce texte de la presse" not in page.text
    assert "Le titre seul" in _words(page)


def test_a_whole_text_stands_below_our_headings(visitor: Visitor) -> None:
    page = visitor.ask("/publication/filature0001").text
    assert "<h2>Le récit</h2><p>La halle a rouvert" in page


def test_words_of_another_language_are_marked(visitor: Visitor) -> None:
    assert 'lang="en">How to take part' in visitor.ask("/").text
    assert re.search(r'<h2><a [^>]*lang="en">', visitor.ask("/recherche?source=english-notes").text)


def test_earlier_versions_are_told(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    with sqlite3.connect(database) as connection:
        connection.execute(
            "INSERT INTO post_versions (post_id, seen_from, seen_until, title, text, digest)"
            " SELECT id, '2019-03-01T18:00:00Z', '2019-03-04T18:00:00Z', 'Ancien titre',"
            " 'Ancien texte', '' FROM posts WHERE uid = 'ecole0000001'"
        )
        connection.execute(
            "UPDATE posts SET changed = '2019-03-04T18:00:00Z' WHERE uid = 'ecole0000001'"
        )
    connection.close()
    words = _words(visitor.ask(SCHOOL_PAGE))
    assert "Du 1er mars 2019 au 4 mars 2019 : Ancien titre" in words
    assert "Modifiée vu le 4 mars 2019 à 19 h 00" in words
    assert "Ancien texte" not in words


def test_sources_say_how_they_are(visitor: Visitor) -> None:
    words = _words(visitor.ask("/sources"))
    assert "Le portail suit 9 sources : 1 pas encore relevée, 5 à jour, 1 silencieuse" in words
    assert re.search(r"en panne depuis le .{8,20} : le site ne répond pas", words)
    assert "Adresse du flux non vérifiée." in words


def test_a_source_not_crawled_yet_has_its_page(tmp_path: Path) -> None:
    town, database = build_town(tmp_path)
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM source_states")
        connection.execute("DELETE FROM sources WHERE slug = 'jardins'")
    connection.close()
    visitor = Visitor(database, town)
    assert "Rien n’a encore été relevé" in _words(visitor.ask("/source/jardins"))
    assert "Les Jardins de la Lys pas encore relevée" in _words(visitor.ask("/sources"))
    visitor.close()


def test_a_source_off_the_list_comes_last_and_keeps_its_posts(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    town_file = database.parent.parent / "sources.yaml"
    text = town_file.read_text(encoding="utf-8")
    start = text.index("  - slug: memoire")
    town_file.write_text(text[:start], encoding="utf-8")
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE sources SET listed = 0, unlisted_since = '2026-01-01T00:00:00Z'"
            " WHERE slug = 'memoire'"
        )
    connection.close()
    assert _words(visitor.ask("/sources")).index("Retirées Valmont, mémoire ouvrière") > 0
    words = _words(visitor.ask("/source/memoire"))
    assert "retirée de la liste" in words
    assert "Les ouvrières de la Filature racontent 1968" in words


@pytest.mark.parametrize(
    "address",
    [
        "/-/versions", "/-/metadata.json", "/-/static/app.css", "/portail", "/portail.json",
        "/portail/posts", "/veille", "/_memory", "/_internal", "/publication/personne",
        "/source/personne", "/source/gazette?page=99", "/source/gazette?page=x",
        "/?onglet=personne",
        "/recherche?page=99", "/statique/portail.css", "/statique/..%2fviews.py", "/index.html",
        "/sources/", "/caf%C3%A9", "/%ff%fe", "/a%00b", "/exemple//fr", "/%2e%2e/etc/passwd",
        "/favicon.ico",
    ],
)  # fmt: skip
def test_whatever_is_not_ours_is_a_french_404(visitor: Visitor, address: str) -> None:
    response = visitor.ask(address)
    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_the_portal_is_read_only(visitor: Visitor, method: str) -> None:
    response = visitor.ask("/recherche", method=method)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert "Cette page se lit" in response.text


def test_head_has_the_length_of_get(visitor: Visitor) -> None:
    head = visitor.ask("/sources", method="HEAD")
    assert head.content == b""
    assert head.headers["content-length"] == visitor.ask("/sources").headers["content-length"]


def test_an_endless_address_is_refused(visitor: Visitor) -> None:
    assert visitor.ask("/recherche?q=" + "a" * 3000).status_code == 414


@pytest.mark.parametrize("host", ["a b", "<script>", "exemple.fr/x", "exemple.fr:port", "[::1"])
def test_an_address_we_cannot_be_at_is_refused(visitor: Visitor, host: str) -> None:
    assert visitor.ask("/", host=host).status_code == 400


def test_the_style_sheet_may_be_kept_for_ever(visitor: Visitor) -> None:
    found = re.search(r'href="(/statique/portail\.[0-9a-f]+\.css)"', visitor.ask("/").text)
    assert found
    response = visitor.ask(found[1], **{"accept-encoding": "identity"})
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in response.headers["cache-control"]
    assert len(response.content) <= 12_000


def test_robots_are_kept_from_endless_searches(visitor: Visitor) -> None:
    assert "Disallow: /recherche" in visitor.ask("/robots.txt").text


def test_without_a_database_the_portal_says_so(tmp_path: Path) -> None:
    town, database = build_town(tmp_path)
    database.unlink()
    visitor = Visitor(database, town)
    response = visitor.ask("/")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "60"
    assert "momentanément indisponible" in response.text
    assert visitor.ask("/a-propos").status_code == 200
    visitor.close()


def test_a_database_that_is_none_is_a_503(tmp_path: Path) -> None:
    town, database = build_town(tmp_path)
    database.write_bytes(b"ceci n'est pas une base" * 500)
    visitor = Visitor(database, town)
    assert visitor.ask("/recherche").status_code == 503
    visitor.close()


def test_a_locked_database_is_a_503(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("BEGIN EXCLUSIVE")
    response = visitor.ask("/sources")
    connection.close()
    assert response.status_code == 503


def test_an_error_of_ours_shows_no_trace(
    own: tuple[Visitor, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr("aggregator.portal.queries.sources.sources", broken)
    response = own[0].ask("/sources")
    assert response.status_code == 500
    assert "Une erreur s’est produite" in response.text
    assert "secret" not in response.text
    assert "a secret of the server" in caplog.text


def test_a_portal_never_writes(own: tuple[Visitor, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def write(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM posts")

    monkeypatch.setattr("aggregator.portal.queries.sources.sources", write)
    assert own[0].ask("/sources").status_code == 503
    connection = sqlite3.connect(own[1])
    (count,) = connection.execute("SELECT count(*) FROM posts").fetchone()
    connection.close()
    assert count > 0
