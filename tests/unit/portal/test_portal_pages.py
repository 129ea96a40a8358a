"""Every page of the portal as the application answers it: content, headers, links."""

import json
import re
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import pytest
from e2e.portal_town import SCHOOL, SCHOOL_PAGE, build_town
from e2e.portal_visitor import Visitor, words

from aggregator.clock import now, to_iso
from aggregator.model import PRODUCT
from aggregator.portal.french import number
from aggregator.portal.views import FULL_BOXES, NAMED_BOXES
from aggregator.search import CAPPED_FACETS, finding

PAGES = (
    "/",
    "/?onglet=instances",
    "/recherche",
    "/recherche?q=ecole",
    "/recherche?q=ecole&instance=conseil-citoyen&annee=2019",
    "/recherche?q=conseil&page=2",
    "/recherche?q=introuvable&source=gazette",
    "/recherche?q=conseil+genr:presse+quartier:filatur&annee=2012&mois=2012-02",
    "/recherche?q=mirabele&auteur=Marie&depuis=2010-01-01&avant=2030-01-01&tri=pertinence",
    "/recherche?instance=personne",
    SCHOOL_PAGE,
    "/recherche?q=*",
    "/publication/filature0001",
    "/publication/pleniere0001",
    "/source/conseil-citoyen",
    "/sources",
    "/source/gazette",
    "/source/gazette?page=2",
    "/source/jardins",
    "/a-propos",
    "/robot",
    "/accessibilite",
)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_well_formed_french_html_with_one_script_of_ours(
    visitor: Visitor, address: str
) -> None:
    response = visitor.ask(address)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    page = parser.parse(response.text)
    assert page.get("lang") == "fr"
    (script,) = page.findall(".//script")
    assert re.fullmatch(r"/statique/suggestions\.[0-9a-f]+\.js", script.attrib.pop("src"))
    assert (set(script.attrib), script.text) == ({"defer"}, None)
    assert not [one for one in page.iter() if any(name.startswith("on") for name in one.attrib)]
    assert not [one for one in page.iter() if "style" in one.attrib]
    assert len(page.findall(".//h1")) == 1
    assert (page.findtext("head/title") or "").endswith("– Veille citoyenne, Valmont")


def test_numbers_that_were_not_counted_whole_say_so(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Les nombres portent sur" not in words(visitor.ask("/recherche"))
    for limit in ("COUNTED_POSTS", "COUNTED_TOTAL", "CAPPED_FACETS"):
        monkeypatch.setattr(finding, limit, 10)
    page = words(visitor.ask("/recherche"))
    counted = f"sur les {number(CAPPED_FACETS)} publications les plus récentes"
    assert " ".join(counted.split()) in page
    assert "au moins ce nombre" in page


@pytest.mark.parametrize("address", [*PAGES, "/recherche.json", "/recherche.atom", "/rien"])
def test_every_answer_is_closed_to_others_and_free_of_cookies(
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
    text = words(visitor.ask("/"))
    assert "✕" not in text  # signs are the style sheet's
    assert "Atelier vélo du Pont-Neuf en panne depuis le" in text
    assert "Les Jardins de la Lys, aucune publication, pas encore relevée" in text
    assert text.index("Le fil Aujourd’hui" if "Aujourd’hui" in text else "Le fil Hier") > 0


def test_the_tab_chosen_is_the_one_shown(visitor: Visitor) -> None:
    text = words(visitor.ask("/?onglet=presse"))
    assert "Presse et mémoire Valmont : la mairie" not in text
    assert "La Gazette de Valmont Valmont : la mairie revoit le prix de la cantine" in text


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
                " listed_since) SELECT ?, ?, '', kind_id, reader, language, 'excerpt', listed_since"
                " FROM sources WHERE slug = 'gazette'",
                (f"s{number}", f"Source numéro {number}"),
            )
            connection.execute(
                "WITH RECURSIVE five (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM five WHERE n < 5)"
                " INSERT INTO posts (id, uid, source_id, guid, url, title, excerpt, language,"
                " published, date_origin, kind_id, year, digest, first_seen, last_seen)"
                " SELECT id + 20 * ? + n, uid || ? || n, (SELECT id FROM sources WHERE slug = ?),"
                " uid || n, url, title, title, language, published, 'first_seen', kind_id, year,"
                " digest, first_seen, last_seen FROM posts, five WHERE uid = 'ecole0000001'",
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
    assert page.text.count('<span class="indice">') == 5 * (
        FULL_BOXES - 4
    )  # four are Valmont's own
    assert f"et {unnamed}\u00a0autres sources" in page.text
    assert len(page.content) + 12_000 <= 60_000  # with the style sheet


def test_a_search_says_how_many_and_lights_thewords(visitor: Visitor) -> None:
    response = visitor.ask("/recherche?q=ecole")
    assert "publications pour « ecole »" in words(response)
    assert "<mark>école</mark>" in response.text
    assert SCHOOL in words(response)


def test_each_result_says_where_its_date_comes_from(visitor: Visitor) -> None:
    text = words(visitor.ask("/recherche"))
    assert "(date déduite)" in text
    assert "date inconnue, vue le" in text
    assert "le 1er mars 2019" in text


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
    text = words(visitor.ask("/recherche?q=ecole&instance=conseil-citoyen&annee=2019"))
    assert "Retirer le filtre Conseil citoyen Retirer le filtre 2019" in text
    assert "Retirer tous les filtres" in text


def test_fields_typed_become_filters_that_stay(visitor: Visitor) -> None:
    response = visitor.ask("/recherche?q=ecole+instance:conseil-citoyen+depuis:2015&tri=pertinence")
    page = html5lib.parse(response.text, namespaceHTMLElements=False)
    form = page.find(".//form")
    assert form is not None
    assert {one.get("name"): one.get("value") for one in form.iter("input")} == {
        "q": "ecole",
        "instance": "conseil-citoyen",
        "depuis": "2015-01-01",
        "tri": "pertinence",
    }
    assert "Retirer le filtre depuis le 1er janvier 2015" in words(response)
    assert "/recherche?q=ecole&amp;instance=conseil-citoyen&amp;depuis=2015-01-01" in response.text


def test_the_order_is_a_choice_of_two_links(visitor: Visitor) -> None:
    page = html5lib.parse(
        visitor.ask("/recherche?q=conseil&tri=pertinence").text, namespaceHTMLElements=False
    )
    links = page.findall(".//nav[@class='tri']//a")
    assert [(one.text, one.get("aria-current"), one.get("href")) for one in links] == [
        ("Plus récentes", None, "/recherche?q=conseil"),
        ("Plus pertinentes", "true", "/recherche?q=conseil&tri=pertinence"),
    ]
    assert 'class="tri"' not in visitor.ask("/recherche").text  # nothing to be relevant to


def test_what_was_misspelt_is_searched_as_the_posts_spell_it(visitor: Visitor) -> None:
    response = visitor.ask("/recherche?q=mirabele")
    text = words(response)
    assert "pour « mirabelle » Aucune publication pour « mirabele ». Voici" in text
    assert 'value="mirabele"' in response.text
    found = json.loads(visitor.ask("/recherche.json?q=mirabele").text)
    assert (found["query"]["q"], found["corrected"]) == ("mirabele", "mirabelle")
    assert found["results"]
    feed = ET.fromstring(visitor.ask("/recherche.atom?q=mirabele").content)
    assert feed.findall(f"{ATOM}entry") == []


def test_what_was_not_understood_is_explained(visitor: Visitor) -> None:
    response = visitor.ask("/recherche?q=ecole+quartier:filatur")
    assert "« quartier:filatur » : aucun quartier ne porte ce nom" in words(response)
    assert 'href="/recherche?q=ecole+quartier%3Afilature">quartier:filature</a>' in response.text


def test_what_could_be_asked_instead_is_told(visitor: Visitor) -> None:
    text = words(visitor.ask("/recherche?q=ecole+mirabelle&annee=2019"))
    assert re.search(r"En demandant moins : sans « mirabelle » : \d+ publication", text)


def test_names_that_the_words_may_mean_are_offered(visitor: Visitor) -> None:
    response = visitor.ask("/recherche?q=filature")
    assert "Voir aussi : quartier La Filature, source Le blog de la Filature" in words(response)
    assert '<a href="/source/blog-filature">' in response.text


def test_quartiers_stand_under_their_sector(visitor: Visitor) -> None:
    text = words(visitor.ask("/recherche"))
    assert "Secteur nord Hautes-Rives" in text
    assert "Secteur sud La Filature" in text


def test_a_year_opens_its_months(visitor: Visitor) -> None:
    response = visitor.ask("/recherche?annee=2012")
    page = html5lib.parse(response.text, namespaceHTMLElements=False)
    months = [one for one in page.iter("a") if "mois=" in one.get("href", "")]
    assert [(one.text, one.get("href")) for one in months] == [
        ("Février", "/recherche?annee=2012&mois=2012-02"),
        ("Janvier", "/recherche?annee=2012&mois=2012-01"),
    ]
    assert 'width="100.0%"' in response.text


def test_suggestions_lead_to_pages_and_searches(visitor: Visitor) -> None:
    response = visitor.ask("/suggestions.json?q=filat")
    assert response.headers["cache-control"] == "public, max-age=60"
    assert json.loads(response.text) == [
        {"kind": "quartier", "label": "La Filature", "url": "/recherche?quartier=filature"},
        {"kind": "source", "label": "Le blog de la Filature", "url": "/source/blog-filature"},
        {"kind": "mot", "label": "filature", "url": "/recherche?q=filature"},
    ]
    for asked in ("", "?q=", "?q=%22", "?x=1"):
        assert visitor.ask(f"/suggestions.json{asked}").text == "[]"


def test_suggestions_are_never_an_error(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TABLE terms")
    connection.close()
    response = visitor.ask("/suggestions.json?q=filat")
    assert (response.status_code, response.text) == (200, "[]")


def test_the_script_is_small_and_ours(visitor: Visitor) -> None:
    found = re.search(r'src="(/statique/suggestions\.[0-9a-f]+\.js)" defer', visitor.ask("/").text)
    assert found
    response = visitor.ask(found[1], **{"accept-encoding": "identity"})
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert len(response.content) < 1_500


def test_what_is_talked_about_is_on_the_home_page(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    assert "En ce moment" not in visitor.ask("/").text
    with sqlite3.connect(database) as connection:
        connection.executemany(
            "INSERT INTO topics VALUES (?, ?, ?, ?, 0, 1.0, '2026-11-22T00:00:00Z')",
            [(2, "cantine", 3, 1), (1, "école des Tisserands", 12, 5)],
        )
    connection.close()
    response = visitor.ask("/")
    assert (
        "En ce moment école des Tisserands 12 publications cette semaine, 5 sources"
        " cantine 3 publications cette semaine Vie" in words(response)
    )
    assert 'href="/recherche?q=%C3%A9cole%20des%20Tisserands"' in response.text


def test_a_publication_leads_to_others_on_its_subject(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    assert "Sur le même sujet" not in visitor.ask(SCHOOL_PAGE).text
    with sqlite3.connect(database) as connection:
        connection.execute(
            "INSERT INTO similar_posts SELECT one.id, other.id, 0.5"
            " FROM posts AS one JOIN posts AS other"
            " WHERE one.uid = 'ecole0000001' AND other.uid = 'filature0001'"
        )
    connection.close()
    response = visitor.ask(SCHOOL_PAGE)
    assert re.search("Sur le même sujet .+ Le blog de la Filature, ", words(response))
    assert 'href="/publication/filature0001"' in response.text


def test_nothing_found_is_helpful(visitor: Visitor) -> None:
    text = words(visitor.ask("/recherche?q=introuvable&annee=2019"))
    assert "Aucune publication pour « introuvable »" in text
    assert "essayer moins de mots" in text
    assert re.search(r"Le portail connaît \d+ publications de 8 sources, du .+ ; rien des", text)


@pytest.mark.parametrize("text", ["😀", "*", "%25", '""', "l'"])
def test_a_search_without_any_word_says_so(visitor: Visitor, text: str) -> None:
    page = words(visitor.ask(f"/recherche?q={text}"))
    shown = text.replace("%25", "%")
    assert f"Rien à chercher dans « {shown} » : écrivez au moins un mot" in page
    found = json.loads(visitor.ask(f"/recherche.json?q={text}").text)
    assert (found["total"], found["results"]) == ({"value": 0, "exact": True}, [])


def test_a_blank_search_leafs_through_everything(visitor: Visitor) -> None:
    assert "Rien à chercher" not in words(visitor.ask("/recherche?q=+"))
    assert json.loads(visitor.ask("/recherche.json?q=+").text)["total"]["value"] > 60


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("/recherche?page=99", "/recherche"),
        ("/recherche?q=conseil&genre=presse&page=99", "/recherche?q=conseil&amp;genre=presse"),
        ("/source/gazette?page=99", "/source/gazette"),
    ],
)
def test_beyond_the_last_page_the_first_is_offered(
    visitor: Visitor, address: str, first: str
) -> None:
    response = visitor.ask(address)
    assert response.status_code == 404
    assert f'<a href="{first}">voir la première</a>' in response.text


def test_what_is_announced_is_never_told_as_published(visitor: Visitor) -> None:
    home = words(visitor.ask("/?onglet=instances"))
    assert home.index("À venir Assemblée plénière") < home.index(
        "Le fil Hier" if "Le fil Hier" in home else "Le fil Auj"
    )
    assert "habitants Conseil citoyen de Valmont, à venir, le" in home
    assert "à venir, le" in words(visitor.ask("/recherche"))
    page = words(visitor.ask("/publication/pleniere0001"))
    assert "Conseil citoyen de Valmont, à venir, le" in page
    assert "c’est une date annoncée" in page
    sheet = words(visitor.ask("/source/conseil-citoyen"))
    assert "été cherchées. À venir Assemblée plénière" in sheet
    assert "Jusqu’à aujourd’hui Ordre du jour" in sheet
    assert re.search(r"Dernière publication datée \d.{3,20} ; annonce jusqu’au \d", sheet)
    assert "annonce jusqu’au" in words(visitor.ask("/sources"))


def test_nothing_announced_takes_no_room(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM posts WHERE uid = 'pleniere0001'")
    connection.close()
    assert "À venir" not in visitor.ask("/").text
    assert "À venir" not in visitor.ask("/source/conseil-citoyen").text


def test_a_feed_is_never_of_a_day_to_come(visitor: Visitor) -> None:
    for asked in ("", "?q=pleniere+dossiers"):
        feed = ET.fromstring(visitor.ask(f"/recherche.atom{asked}").content)
        assert (feed.findtext(f"{ATOM}updated") or "") <= to_iso(now())
        dates = [one.text or "" for one in feed.findall(f"{ATOM}entry/{ATOM}published")]
        assert max(dates) > to_iso(now())


def test_an_undated_post_shows_the_beginning_of_its_text(visitor: Visitor) -> None:
    text = words(visitor.ask("/source/conseil-des-jeunes"))
    assert "nouveaux élus Trente jeunes de 11 à 17 ans. sans date, vue le" in text


def test_a_query_cannot_leave_its_place(visitor: Visitor) -> None:
    response = visitor.ask('/recherche?q="><script>alert(1)</script>&instance="><img src=x>')
    assert response.status_code == 200
    assert response.text.count("<script") == 1
    assert "alert(1)</script>" not in response.text
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
    text = words(response)
    assert "Conseil citoyen de Valmont, le vendredi 1er mars 2019 à 18 h 30" in text
    assert "Vue pour la première fois le 1er mars 2019 à 18 h 30" in text
    assert f"Adresse permanente http://veille.example{SCHOOL_PAGE}" in text
    assert 'href="https://conseil.example/ecole0000001" rel="external"' in response.text


def test_what_the_press_wrote_is_never_shown(visitor: Visitor) -> None:
    found = json.loads(visitor.ask("/recherche.json?q=mirabelle").text)["results"]
    page = visitor.ask(f"/publication/{found[0]['uid']}")
    assert found[0]["extract"] == ""
    for address in ("/recherche?q=mirabelle", "/recherche.atom?q=mirabelle"):
        assert "Ce texte de la presse" not in visitor.ask(address).text
    assert "Ce texte de la presse" not in page.text
    assert "Le titre seul" in words(page)


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
    text = words(visitor.ask(SCHOOL_PAGE))
    assert "Du 1er mars 2019 au 4 mars 2019 : Ancien titre" in text
    assert "Modifiée vu le 4 mars 2019 à 19 h 00" in text
    assert "Ancien texte" not in text


def test_sources_say_how_they_are(visitor: Visitor) -> None:
    text = words(visitor.ask("/sources"))
    assert "Le portail suit 9 sources : 1 pas encore relevée, 5 à jour, 1 silencieuse" in text
    assert re.search(r"en panne depuis le .{8,20} : le site ne répond pas", text)
    assert "Adresse du flux non vérifiée." in text


def test_a_source_not_crawled_yet_has_its_page(tmp_path: Path) -> None:
    town, database = build_town(tmp_path)
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM source_states")
        connection.execute("DELETE FROM sources WHERE slug = 'jardins'")
    connection.close()
    visitor = Visitor(database, town)
    assert "Rien n’a encore été relevé" in words(visitor.ask("/source/jardins"))
    assert "Les Jardins de la Lys pas encore relevée" in words(visitor.ask("/sources"))
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
    assert words(visitor.ask("/sources")).index("Retirées Valmont, mémoire ouvrière") > 0
    text = words(visitor.ask("/source/memoire"))
    assert "retirée de la liste" in text
    assert "Les ouvrières de la Filature racontent 1968" in text


def test_the_robot_says_who_it_is_and_how_to_send_it_away(visitor: Visitor) -> None:
    page = words(visitor.ask("/robot"))
    assert f"User-agent: {PRODUCT}" in page
    assert "If-None-Match" in page
    assert "écrivez-nous" in page.casefold()
    assert 'href="/robot"' in visitor.ask("/a-propos").text


def test_a_source_says_why_it_is_visited_when_it_is(own: tuple[Visitor, Path]) -> None:
    visitor, database = own
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE source_states SET next_fetch = '2026-11-24T08:00:00Z',"
            " next_reason = 'prochain relevé mardi vers 9 h : publie en moyenne tous les 6 jours',"
            " proposed_feed = 'https://ailleurs.example/<b>flux', tdm_reserved = 1"
            " WHERE source_id = (SELECT id FROM sources WHERE slug = 'gazette')"
        )
    page = visitor.ask("/source/gazette").text
    assert "<dd>mardi vers 9 h : publie en moyenne tous les 6 jours</dd>" in page
    assert "https://ailleurs.example/&lt;b&gt;flux, à vérifier" in page
    assert "L.122-5-3" in page
