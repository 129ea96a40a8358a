"""The same post under a new guid is one post; two posts that resemble each other are two."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.model import DateOrigin, Post, SaveCount
from aggregator.store import Store, keys, recognising
from aggregator.store.proof import Comparison, Known, compare

MakePost = Callable[..., Post]
Save = Callable[..., SaveCount]
Rows = Callable[..., Any]

MARCH = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
APRIL = datetime(2026, 4, 5, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
UNDATED: dict[str, Any] = {"date_origin": DateOrigin.FIRST_SEEN}
DAY: dict[str, Any] = {"date_origin": DateOrigin.DAY_ONLY}
LONG = (
    "Le conseil de quartier s'est réuni à la maison des associations. Il a parlé de la propreté,"
    " de la circulation devant l'école, des bancs de la place et du marché du samedi. Les habitants"
    " demandent un passage pour piétons, des poubelles plus grandes et un éclairage qui dure. La"
    " mairie répondra avant l'été ; les élus viendront voir sur place avec les services. Une"
    " permanence est ouverte à tous, sans rendez-vous, pour ceux qui n'ont pas pu venir ce soir-là."
)
OTHER = (
    "La fête du quartier aura lieu sur la grande place, avec de la musique, des jeux pour les"
    " enfants et un repas partagé. Chacun apporte un plat ; les boissons sont offertes par le"
    " comité. On cherche encore des bénévoles pour monter les tentes le matin et tout ranger le"
    " soir, et quelqu'un qui sache réparer une sono. Appelez-nous, ou passez au local, ouvert"
    " l'après-midi. En cas de pluie, nous serons à l'abri dans la salle des sports de l'école."
)


def uids(rows: Rows) -> list[str]:
    return [uid for (uid,) in rows("SELECT uid FROM posts ORDER BY uid")]


# --- one post -------------------------------------------------------------------------------------

BLOG = "http://www.blog.example/2026/03/compte-rendu/"
# What a post was, and what it has become: guid, address, and so on.
ONE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "new guid": ({}, {"guid": "b"}),
    "https": ({"url": BLOG}, {"guid": "b", "url": BLOG.replace("http:", "https:")}),
    "no www": ({"url": BLOG}, {"guid": "b", "url": BLOG.replace("www.", "")}),
    "domain": ({"url": BLOG}, {"guid": "b", "url": BLOG.replace("www.blog", "comite")}),
    "index file": ({"url": f"{BLOG}index.php"}, {"guid": "b", "url": BLOG}),
    "undated": ({"url": BLOG, **UNDATED}, {"guid": BLOG, "url": BLOG, **UNDATED}),
    "page of a sitemap": (
        {"guid": "https://blog.example/?p=3", "url": BLOG, "title": "Le compte rendu de mars"},
        {
            "guid": BLOG,
            "url": BLOG,
            "title": "Le compte rendu de mars - Comité",
            **UNDATED,
            "text": f"Accueil Contact {LONG}",
        },
    ),
    "own summary in the feed": (
        {"text": "À lire : ce qui s'est dit sur les bancs et sur les poubelles."},
        {"guid": "b", "text": LONG},
    ),
    "own summary, with names and days": (
        {"text": "Le 12 mars, à l'Hommelet : ce qui s'est dit sur les bancs de la place."},
        {"guid": "b", "text": f"{LONG} Rendez-vous à la mairie de l'Hommelet le 12 mars."},
    ),
    "another spelling of a name": (
        {"text": "Permanence de l'élue à la salle Watremez, sans rendez-vous, pour tous."},
        {
            "guid": "b",
            "text": "Permanence de l’élue à la salle WATREMEZ, sans rendez-vous, pour tous les"
            " habitants.",
        },
    ),
    "a name that was misspelt": (
        {"text": "Permanence de l'élue à la salle Vatremez, sans rendez-vous, pour tous."},
        {"guid": "b", "text": "Permanence de l'élue, salle Watremez, sans rendez-vous, pour tous."},
    ),
    "address without a number, undated": (
        {"url": "https://blog.example/?p=12", "text": LONG, **UNDATED},
        {"guid": "b", "url": "https://blog.example/compte-rendu-2/", "text": LONG, **UNDATED},
    ),
    "address that tells the moment": (
        {"url": "https://blog.example/a?t=1768000000", "text": LONG, **UNDATED},
        {"guid": "b", "url": "https://blog.example/a?t=1768003600", "text": LONG, **UNDATED},
    ),
    "cut in the feed": (
        {"url": BLOG, "text": f"{LONG[:300]}… Lire la suite"},
        {"guid": "b", "url": "https://comite.example/spip.php?article12", "text": LONG},
    ),
    "day alone": (
        {"text": LONG},
        {"guid": "b", "url": "https://x.example/b", "text": LONG, "published": MARCH, **DAY},
    ),
    "hour of another zone": (
        {"text": LONG},
        {
            "guid": "b",
            "url": "https://x.example/b",
            "text": LONG,
            "published": MARCH + timedelta(hours=2),
        },
    ),
    "edited title": ({"text": LONG, "url": BLOG}, {"guid": "b", "url": BLOG, "title": "Enfin"}),
    "other quotes": (
        {"text": LONG},
        {"guid": "b", "url": "https://x.example/b", "text": LONG.replace("'", "’")},
    ),
}


@pytest.mark.parametrize("name", ONE)
def test_one_post_under_another_name(
    name: str, save: Save, make_post: MakePost, rows: Rows
) -> None:
    old = {"guid": "a", "url": BLOG, "title": "Le compte rendu de mars", "text": LONG} | ONE[name][
        0
    ]
    new = old | ONE[name][1]
    assert save(make_post(**old)).new == 1
    before = uids(rows)
    count = save(make_post(**new))
    assert count.new == 0
    assert uids(rows) == before
    assert rows("SELECT url, title, text FROM posts") == [(new["url"], new["title"], new["text"])]
    assert save(make_post(**new)) == SaveCount(unchanged=1)
    assert save(make_post(**old)).new == 0  # the old name comes back
    assert save(make_post(**old)) == SaveCount(unchanged=1)
    assert uids(rows) == before


def test_an_alias_is_kept_and_its_text_is_an_edit(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    save(make_post("a", url=BLOG, text=LONG))
    save(make_post("b", url=BLOG, title="Titre a", text=f"{LONG} Merci à tous."))
    assert rows(
        "SELECT a.guid, p.guid FROM post_aliases AS a JOIN posts AS p ON p.id = post_id"
    ) == [("b", "a")]
    assert rows("SELECT text FROM post_versions") == [(LONG,)]


# --- two posts ------------------------------------------------------------------------------------

LIST = "https://blog.example/deliberations"
NEXT_MONTH: dict[str, Any] = {"published": APRIL}
TWO: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "monthly minutes": ({"text": LONG}, {"text": OTHER, **NEXT_MONTH}),
    "monthly minutes without a text": ({"text": ""}, {"text": "", **NEXT_MONTH}),
    "minutes without date or text": ({"text": "", **UNDATED}, {"text": "", **UNDATED}),
    "minutes of one day": ({"text": LONG}, {"text": OTHER}),
    "links with one text": (
        {"text": "Télécharger le compte rendu.", **UNDATED},
        {"text": "Télécharger le compte rendu.", **UNDATED},
    ),
    "an agenda announces it each month": (
        {"text": f"{LONG} Venez le 12 mars."},
        {"text": f"{LONG} Venez le 9 avril.", **NEXT_MONTH},
    ),
    "word for word": ({"text": LONG}, {"text": LONG, **NEXT_MONTH}),
    "an agenda that states no date of its own": (
        {"text": f"Le 12 mars, {LONG}", **UNDATED},
        {"text": f"Le 9 avril, {LONG}", **UNDATED},
    ),
    "events of one day on one page": (
        {
            "url": LIST,
            "text": "De 9 h à 11 h à la mairie de quartier de l’Hommelet, sans rendez-vous.",
            **DAY,
        },
        {
            "url": LIST,
            "text": "De 14 h à 16 h au centre social de l’Épeule, sur rendez-vous uniquement.",
            **DAY,
        },
    ),
    "events that differ by a name": (
        {"url": LIST, "text": "Permanence de l’élue à l’Hommelet, sans rendez-vous, pour tous."},
        {"url": LIST, "text": "Permanence de l’élue à l’Épeule, sans rendez-vous, pour tous."},
    ),
    "events that differ by a name like the other": (
        {"url": LIST, "text": "Permanence de l’élue au quartier Est, sans rendez-vous, pour tous."},
        {
            "url": LIST,
            "text": "Permanence de l’élue au quartier Ouest, sans rendez-vous pour tous.",
        },
    ),
    "deliberations of one day on one page": (
        {"url": LIST, "text": "Attribution de subvention à association Alpha", **DAY},
        {"url": LIST, "text": "Cession de la parcelle rue de Lille à la société Beta", **DAY},
    ),
    "deliberations without a name": (
        {"url": LIST, "text": "Attribution d'une subvention exceptionnelle", **DAY},
        {"url": LIST, "text": "Cession d'une parcelle et de ses abords", **DAY},
    ),
    "a short and a long one, of one day on one page": (
        {"url": LIST, "text": "Cession de la parcelle rue de Lille à la société Beta", **DAY},
        {"url": LIST, "text": LONG, **DAY},
    ),
    "a short one of another day, on one page": (
        {"url": LIST, "text": "Les bancs de la place et le marché du samedi : le 9 avril.", **DAY},
        {"url": LIST, "text": f"{LONG} Venez le 12 mars.", **DAY},
    ),
    "a feast each year, undated": (
        {"url": "https://blog.example/fete-2025", "text": f"{LONG} {OTHER}", **UNDATED},
        {"url": "https://blog.example/fete-2026", "text": f"{LONG} {OTHER}", **UNDATED},
    ),
    "years in other addresses, undated": (
        {"url": "https://blog.example/2025/06/fete", "text": f"{LONG} {OTHER}", **UNDATED},
        {"url": "https://blog.example/fetes/fete-de-2026", "text": f"{LONG} {OTHER}", **UNDATED},
    ),
    "events at one address": (
        {"url": BLOG, "title": "Concert", "text": "Place de la gare, entrée libre et gratuite."},
        {"url": BLOG, "title": "Théâtre", "text": "Salle des fêtes, sur réservation seulement."},
    ),
    "an event comes back at one address": (
        {"url": BLOG, "text": LONG},
        {"url": BLOG, "text": LONG, **NEXT_MONTH},
    ),
    "the last letter": ({"url": BLOG, "text": LONG}, {"url": BLOG, "text": OTHER, **NEXT_MONTH}),
    "the last letter, undated": (
        {"url": BLOG, "text": LONG, **UNDATED},
        {"url": BLOG, "text": OTHER, **UNDATED},
    ),
    "weather, daily": (
        {"url": BLOG, "text": "Pluie le matin, éclaircies ensuite, vent d'ouest."},
        {
            "url": BLOG,
            "text": "Soleil toute la journée, chaud, peu de vent.",
            "published": MARCH + timedelta(days=1),
        },
    ),
    "alerts of one day": (
        {"text": "Ligne 1 interrompue entre Eurotéléport et Gare."},
        {
            "text": "Ligne 1 interrompue entre Eurotéléport et Gare.",
            "published": MARCH + timedelta(hours=3),
        },
    ),
    "items that only have their site's address": (
        {"url": "https://blog.example/", "text": "Un mot sur la place.", **UNDATED},
        {"url": "https://blog.example/", "text": "Un mot sur le parc.", **UNDATED},
    ),
    "one long text for two, at one moment": (
        {"title": "Le bloc rouge", "text": LONG},
        {"title": "Le bloc bleu", "text": LONG},
    ),
    "one title on two sites": (
        {"url": "https://un.example/?p=12", "text": LONG},
        {"url": "https://deux.example/?p=12", "text": OTHER, **NEXT_MONTH},
    ),
}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("name", TWO)
def test_two_posts_that_resemble_each_other(
    name: str, together: bool, save: Save, make_post: MakePost, rows: Rows
) -> None:
    shared = {"title": "Compte rendu", "published": MARCH}
    one, two = (
        make_post(**shared | {"guid": guid, "url": f"https://blog.example/{guid}"} | case)
        for guid, case in zip("ab", TWO[name], strict=True)
    )
    save(make_post("z", title="Tout autre chose", text="Rien de tel."))
    if together:
        assert save(one, two).new == 2
    else:
        assert save(one).new == 1
        assert save(two).new == 1
    assert save(one, two) == SaveCount(unchanged=2)
    assert rows("SELECT count(*) FROM post_aliases") == [(0,)]


ON_LIST: dict[str, Any] = {"title": "Délibération", "url": LIST, **DAY}


@pytest.mark.parametrize("text", ["", LONG.replace("marché", "marché de Lille")])
def test_an_address_that_several_have_proves_less(
    text: str, save: Save, make_post: MakePost
) -> None:
    there = {"a": LONG.replace("marché", "marché de Tourcoing"), "b": OTHER}
    save(*(make_post(guid, **ON_LIST | {"text": said}) for guid, said in there.items()))
    assert save(make_post("c", **ON_LIST | {"text": text})).new == 1


def test_an_address_that_several_have_on_the_page_proves_less(
    save: Save, make_post: MakePost
) -> None:
    save(make_post("a", **ON_LIST | {"text": OTHER}))
    several = [
        make_post("b", **ON_LIST | {"text": ""}),
        make_post("c", **ON_LIST | {"title": "Autre chose", "text": LONG}),
    ]
    assert save(*several).new == 2


def test_posts_of_one_address_are_known_again_by_their_words(
    save: Save, make_post: MakePost
) -> None:
    said = {"a": "Attribution de subvention à Alpha", "b": "Cession d'une parcelle à Beta"}
    assert save(*(make_post(g, **ON_LIST | {"text": text}) for g, text in said.items())).new == 2
    again = [make_post(f"{g}2", **ON_LIST | {"text": text}) for g, text in said.items()]
    assert save(*again) == SaveCount(unchanged=2)


def test_an_alias_is_let_go_where_both_stand_on_the_page(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    one, two = (
        make_post(guid, **ON_LIST | {"text": text})
        for guid, text in [("a", "Ce qui s'est dit sur les bancs de la place."), ("b", LONG)]
    )
    save(one)
    assert save(two).new == 0  # as good as a summary of it
    assert save(one, two).new == 1
    assert rows("SELECT count(*) FROM post_aliases") == [(0,)]


def test_of_two_that_are_as_good_neither_is_taken(save: Save, make_post: MakePost) -> None:
    twins = [make_post(guid, title="Annonce", text=LONG) for guid in "ab"]
    assert save(*twins).new == 2
    assert save(make_post("c", title="Annonce", text=LONG)).new == 1


def test_one_row_is_one_item(save: Save, make_post: MakePost) -> None:
    save(make_post("a", title="Annonce", text=LONG))
    assert save(*(make_post(guid, title="Annonce", text=LONG) for guid in "bc")).new == 2


def test_a_post_that_is_still_there_is_another(save: Save, make_post: MakePost) -> None:
    old = make_post("a", title="Annonce", text=LONG)
    save(old)
    assert save(old, make_post("b", title="Annonce", text=LONG)) == SaveCount(new=1, unchanged=1)


def test_sources_share_no_identity(save: Save, make_post: MakePost) -> None:
    save(make_post("a", url=BLOG, text=LONG))
    assert save(make_post("b", source="presse", url=BLOG, text=LONG), slug="presse").new == 1
    assert save(make_post("c", source="presse", url=BLOG, text=LONG), slug="presse").new == 0


# --- twice on one page ----------------------------------------------------------------------------


def test_an_article_listed_twice_is_one_post(save: Save, make_post: MakePost, rows: Rows) -> None:
    a, b = (make_post(guid, url=BLOG, title="Annonce", text=LONG) for guid in "ab")
    assert save(a, b) == SaveCount(new=1)
    assert save(b, a) == SaveCount(unchanged=1)
    assert save(b) == SaveCount(unchanged=1)
    assert rows("SELECT guid FROM post_aliases") == [("b",)]


def test_an_alias_that_turns_out_to_be_a_post_is_one(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    a, b = (make_post(guid, url=BLOG, title="Annonce", text=LONG) for guid in "ab")
    save(a, b)
    b = make_post("b", url="https://blog.example/fete", title="La fête", text=OTHER)
    assert save(a, b) == SaveCount(new=1, unchanged=1)
    assert save(a, b) == SaveCount(unchanged=2)
    assert rows("SELECT guid FROM post_aliases") == []


def test_the_newest_names_are_kept(save: Save, make_post: MakePost, rows: Rows) -> None:
    for number in range(20):
        posts = [
            make_post(f"{of}-{number}", url=f"{BLOG}{of}", title=f"Annonce {of}", text=LONG)
            for of in "abc"
        ]
        assert save(*posts, seen=LATER + timedelta(hours=number)).new == (0 if number else 3)
    newest = {f"{of}-{number}" for of in "abc" for number in range(15, 20)}
    assert {guid for (guid,) in rows("SELECT guid FROM post_aliases")} == newest


def test_all_names_that_one_page_gives_are_kept(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    several = [make_post(guid, url=BLOG, title="Annonce", text=LONG) for guid in "abcdefgh"]
    assert save(*several).new == 1
    assert save(*several[::-1], seen=LATER) == SaveCount(unchanged=1)
    assert rows("SELECT count(*), count(DISTINCT since) FROM post_aliases") == [(7, 1)]


def test_the_first_of_all_rows_may_have_two_names(
    save: Save, make_post: MakePost, rows: Rows
) -> None:
    twice = [make_post(guid, url=BLOG, title="Annonce", text=LONG, **UNDATED) for guid in "ab"]
    assert save(*twice) == SaveCount(new=1)
    assert rows("SELECT guid, post_id FROM post_aliases") == [("b", 0)]
    assert rows("SELECT id FROM posts") == [(0,)]
    assert save(twice[1]) == SaveCount(unchanged=1)


# --- dates ----------------------------------------------------------------------------------------


def moved(make_post: MakePost, number: int, **changes: Any) -> Post:
    return make_post(
        f"new-{number}",
        url=f"https://nouveau.example/actualites/{number}",
        title=f"Nouvelle numéro {number}",
        text=f"{LONG} C'était la séance {number}.",
        **changes,
    )


def first(make_post: MakePost, number: int) -> Post:
    return make_post(
        str(number),
        title=f"Nouvelle numéro {number}",
        text=f"{LONG} C'était la séance {number}.",
        published=MARCH - timedelta(days=30 * number),
        **(UNDATED if number == 3 else {}),
    )


def test_the_date_of_a_move_is_nobody_s(save: Save, make_post: MakePost, rows: Rows) -> None:
    save(*(first(make_post, number) for number in range(9)))
    query = "SELECT uid, published, date_origin, id FROM posts ORDER BY id"
    before = rows(query)
    moment = LATER - timedelta(days=1)
    assert save(*(moved(make_post, n, published=moment) for n in range(9)), seen=LATER).new == 0
    edited = [
        moved(make_post, n, published=moment, html="<p>Ah.</p>", author="Léa") for n in range(9)
    ]
    assert save(*edited, seen=LATER + timedelta(days=9)).changed == 9
    assert rows(query) == before


def test_the_title_alone_is_no_proof_months_later(save: Save, make_post: MakePost) -> None:
    posts = [first(make_post, number) for number in range(9)]
    save(*posts)
    again = [
        make_post(f"b{n}", title=post.title, text=OTHER, published=LATER)
        for n, post in enumerate(posts)
    ]
    assert save(*again, seen=LATER).new == 9


def test_what_is_likely_is_believed_while_a_site_moves(save: Save, make_post: MakePost) -> None:
    short = make_post("s", title="Compte rendu", text="Le compte rendu de mars est en ligne.")
    save(short, *(first(make_post, number) for number in range(5)))
    renamed = make_post("s2", title="Compte rendu", text=short.text)
    dates = [MARCH - timedelta(days=30 * number) for number in range(5)]
    rest = [moved(make_post, n, published=date) for n, date in enumerate(dates)]
    assert save(renamed, *rest).new == 0


def test_the_same_alone_is_not_believed(save: Save, make_post: MakePost) -> None:
    short = make_post("s", title="Compte rendu", text="Le compte rendu de mars est en ligne.")
    save(short)
    assert save(make_post("s2", title="Compte rendu", text=short.text)).new == 1


# --- keys -----------------------------------------------------------------------------------------


def test_a_post_has_three_keys_at_most(save: Save, make_post: MakePost, rows: Rows) -> None:
    save(*(first(make_post, number) for number in range(5)))
    save(*(make_post(str(n), title="Autre", text=OTHER, published=APRIL) for n in range(5)))
    found = rows("SELECT count(*) FROM post_keys GROUP BY post_id")
    assert [count for (count,) in found] == [3] * 5
    assert rows("SELECT count(*) FROM post_keys WHERE post_id NOT IN (SELECT id FROM posts)") == [
        (0,)
    ]


def test_keys_follow_edits(save: Save, make_post: MakePost) -> None:
    save(make_post("a", url=BLOG, title="Un brouillon", text=OTHER))
    edited = {"title": "Compte rendu de mars", "text": LONG}
    save(make_post("a", url="https://blog.example/fin", **edited))
    assert save(make_post("b", url="https://comite.example/b", **edited)).new == 0


def test_posts_of_before_there_were_keys_are_known_again(
    store: Store, save: Save, make_post: MakePost, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "FILLED_AT_ONCE", 4)
    save(*(first(make_post, number) for number in range(9) if number != 3))
    store._connection.execute("DELETE FROM post_keys")
    store._connection.execute("INSERT INTO post_keys SELECT source_id, 0, id FROM posts")
    waiting = "SELECT count(*) FROM post_keys WHERE key = 0"
    # The newest first, some at a time; of the others, what is there again is new.
    late = [moved(make_post, n, published=MARCH - timedelta(days=30 * n)) for n in range(9)]
    assert save(late[0], late[1]).new == 0
    assert rows(waiting) == [(4,)]
    assert save(*late[4:]).new == 0
    assert rows(waiting) == [(0,)]


def test_a_crawl_without_news_asks_no_keys(store: Store, save: Save, make_post: MakePost) -> None:
    posts = [first(make_post, number) for number in range(9)]
    save(*posts)
    asked: list[str] = []
    store._connection.set_trace_callback(asked.append)
    save(*posts)
    store._connection.set_trace_callback(None)
    assert asked
    assert not [statement for statement in asked if "post_keys" in statement]


def test_a_thousand_posts_of_one_title_are_not_all_compared(
    save: Save, make_post: MakePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Known] = []

    def counted(one: Known, other: Known) -> Comparison:
        compared.append(other)
        return compare(one, other)

    monkeypatch.setattr(recognising, "compare", counted)
    same = {"title": "Compte rendu", "text": LONG}
    days = [MARCH - timedelta(days=number) for number in range(1000)]
    save(*(make_post(f"a{n}", published=day, **same) for n, day in enumerate(days)))
    late = make_post("b", url="https://x.example/b", published=days[500], **same)
    assert save(late).new == 0  # only one is of that moment
    assert len(compared) < 20
