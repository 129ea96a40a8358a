"""Networks, agendas and consultations, from loopback to rows in the database."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import Answer, Request, Site
from integration.crawling import crawl_all, source, town_of
from integration.guiding import guide_example

from aggregator.model import Outcome, Service, Source
from aggregator.store import Store

pytestmark = pytest.mark.usefixtures("loopback_allowed")

CHANNEL = "UC0123456789abcdefghi-_x"

VIDEOS = f"""<feed xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
 <id>yt:channel:{CHANNEL[2:]}</id><title>Ville d’Exemple</title>
 <entry><id>yt:video:abcdefghijk</id><title>Conseil municipal</title>
  <link rel="alternate" href="https://www.youtube.com/watch?v=abcdefghijk"/>
  <published>2026-03-12T18:00:05+00:00</published>
  <media:group><media:description>Ordre du jour : budget &lt;participatif&gt;</media:description>
  </media:group></entry>
</feed>"""

TOOTS = """<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>
 <title>Comité</title>
 <item><guid>https://social.exemple.fr/@comite/1</guid>
  <link>https://social.exemple.fr/@comite/1</link>
  <pubDate>Sat, 21 Nov 2026 09:00:00 +0000</pubDate>
  <description>&lt;p&gt;Réunion jeudi.&lt;/p&gt;</description>
  <media:content url="https://social.exemple.fr/1.jpg" medium="image">
   <media:description>Affiche de la réunion</media:description></media:content></item>
</channel></rss>"""


def platform(site: Site, name: str, path: str = "/", **options: str) -> Source:
    return source(
        "plateforme", site.url(path), service=Service(name=name, options=tuple(options.items()))
    )


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return store._connection.execute(sql).fetchall()


def as_feed(text: str) -> Answer:
    return Answer(body=text.encode(), content_type="application/xml", headers={"ETag": '"1"'})


def test_videos_come_with_what_is_said_of_them(site: Site, store: Store) -> None:
    site.pages[f"/feeds/videos.xml?channel_id={CHANNEL}"] = as_feed(VIDEOS)
    town = town_of(platform(site, "youtube", channel=CHANNEL))
    result = crawl_all(town, store)["plateforme"]
    assert (result.count.new, result.error) == (1, None)
    assert rows(store, "SELECT url, title, text, published FROM posts") == [
        (
            "https://www.youtube.com/watch?v=abcdefghijk",
            "Conseil municipal",
            "Ordre du jour : budget <participatif>",
            "2026-03-12T18:00:05Z",
        )
    ]
    assert crawl_all(town, store)["plateforme"].outcome is Outcome.NOT_MODIFIED
    # Its robots.txt is not asked: a moderator named the feed, which is there for programs.
    assert [request.path for request in site.requests] == [
        f"/feeds/videos.xml?channel_id={CHANNEL}"
    ] * 2


def test_posts_of_an_account_come_with_what_describes_their_images(
    site: Site, store: Store
) -> None:
    site.pages["/@comite.rss"] = as_feed(TOOTS)
    result = crawl_all(town_of(platform(site, "mastodon", "/@comite")), store)["plateforme"]
    assert (result.count.new, result.error) == (1, None)
    ((title, text),) = rows(store, "SELECT title, text FROM posts")
    assert title == "Réunion jeudi"
    assert text == "Réunion jeudi. [Image : Affiche de la réunion]"


def test_videos_of_a_channel_on_peertube_come(site: Site, store: Store) -> None:
    site.pages["/feeds/videos.xml?videoChannelName=tele"] = as_feed(
        "<rss version='2.0'><channel><title>Télé</title><item><title>Le conseil</title>"
        f"<link>{site.url('/w/1')}</link><pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>"
        "<description>Résumé</description></item></channel></rss>"
    )
    result = crawl_all(town_of(platform(site, "peertube", "/c/tele")), store)["plateforme"]
    assert (result.count.new, result.error) == (1, None)


def as_json(value: object) -> Answer:
    return Answer(body=json.dumps(value).encode(), content_type="application/json")


# --- OpenAgenda -----------------------------------------------------------------------------


def agenda_event(number: int, day: int) -> dict[str, object]:
    return {
        "uid": number,
        "title": f"Atelier {number}",
        "description": "Chacun apporte ses outils",
        "timings": [
            {"begin": f"2026-12-{day:02}T18:30:00+01:00", "end": f"2026-12-{day:02}T20:00:00+01:00"}
        ],
        "location": {"name": "Maison des associations"},
        "createdAt": "2026-11-02T08:00:00.000Z",
    }


def serve_agenda(site: Site) -> None:
    """Answer every address with events: two pages of them."""

    def page(request: Request) -> Answer:
        if request.headers.get("key") != "cle-secrete":
            return Answer(status=401)
        if "after" in request.path:
            return as_json({"total": 2, "events": [agenda_event(2, 11)], "after": None})
        return as_json({"total": 2, "events": [agenda_event(1, 10)], "after": ["7"]})

    class Everything(dict[str, object]):
        def get(self, path: str, default: object = None) -> object:
            return page if urlsplit(path).path == "/v2/agendas/42/events" else default

    site.pages = Everything()  # type: ignore[assignment]  # all it is asked


def test_an_agenda_becomes_events_and_its_key_stays_out_of_sight(
    site: Site,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("AGGREGATOR_OPENAGENDA_KEY", "cle-secrete")
    monkeypatch.setenv("AGGREGATOR_OPENAGENDA_API", site.url("/"))
    serve_agenda(site)
    town = town_of(platform(site, "openagenda", agenda="42"))
    with caplog.at_level("DEBUG"):
        result = crawl_all(town, store)["plateforme"]
    assert (result.count.new, result.warnings, result.error) == (2, (), None)
    assert rows(store, "SELECT starts, ends, place FROM post_events ORDER BY starts") == [
        ("2026-12-10T17:30:00Z", "2026-12-10T19:00:00Z", "Maison des associations"),
        ("2026-12-11T17:30:00Z", "2026-12-11T19:00:00Z", "Maison des associations"),
    ]
    assert "cle-secrete" not in "\n".join(store._connection.iterdump())
    assert "cle-secrete" not in caplog.text


@pytest.mark.parametrize(
    ("key", "told"), [("", "AGGREGATOR_OPENAGENDA_KEY"), ("autre-secret", "401")]
)
def test_a_key_that_is_missing_or_refused_is_told(
    key: str, told: str, site: Site, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_OPENAGENDA_KEY", key)
    monkeypatch.setenv("AGGREGATOR_OPENAGENDA_API", site.url())
    serve_agenda(site)
    result = crawl_all(town_of(platform(site, "openagenda", agenda="42")), store)["plateforme"]
    assert told in (result.error or "")
    assert "autre-secret" not in (result.error or "")


# --- Decidim and Consul ---------------------------------------------------------------------


@dataclass(kw_only=True)
class Interface:
    """An interface on loopback: what it answers to questions in GraphQL that hold some words."""

    root: str
    answers: list[tuple[str, object]]
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def interface() -> Iterator[Interface]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._answer(sent["query"])

        def do_GET(self) -> None:
            self._answer(parse_qs(urlsplit(self.path).query).get("query", [""])[0])

        def _answer(self, query: str) -> None:
            served.asked.append(query)
            found = next((answer for words, answer in served.answers if words in query), None)
            body = found.encode() if isinstance(found, str) else json.dumps(found).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Interface(root=f"http://127.0.0.1:{server.server_port}/", answers=[])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


def consulted(interface: Interface, name: str) -> Source:
    return source("plateforme", interface.root, service=Service(name=name))


def said(text: str) -> dict[str, object]:
    return {"translations": [{"locale": "fr", "text": text}]}


def page_of(*nodes: object, before: str | None = None) -> dict[str, object]:
    return {
        "pageInfo": {"hasPreviousPage": before is not None, "startCursor": before},
        "edges": [{"node": node} for node in nodes],
    }


def meeting(number: int) -> dict[str, object]:
    return {
        "id": str(number),
        "title": said(f"Réunion {number}"),
        "description": said("<p>Salle Watremez</p>"),
        "startTime": "2026-12-10T18:30:00+01:00",
        "endTime": "2026-12-10T20:00:00+01:00",
        "createdAt": "2026-11-02T08:00:00+01:00",
    }


def test_a_decidim_is_read_from_its_spaces_to_their_meetings(
    interface: Interface, store: Store
) -> None:
    space = {
        "id": "1",
        "slug": "parc",
        "title": said("Le parc"),
        "description": said("<p>Quel parc voulons-nous ?</p>"),
        "publishedAt": "2026-10-01T08:00:00+02:00",
        "components": [{"id": "10", "__typename": "Meetings"}],
    }
    interface.answers = [
        ("participatoryProcesses", {"data": {"participatoryProcesses": [space], "assemblies": []}}),
        ('before: "MjU"', {"data": {"c10": {"meetings": page_of(meeting(1))}}}),
        (
            "closingReport",  # which the version of this site does not know
            {"errors": [{"message": "Field 'closingReport' doesn't exist on type 'Meeting'"}]},
        ),
        ("c10", {"data": {"c10": {"meetings": page_of(meeting(2), meeting(3), before="MjU")}}}),
    ]
    town = town_of(consulted(interface, "decidim"))
    result = crawl_all(town, store)["plateforme"]
    assert (result.count.new, result.warnings, result.error) == (4, (), None)
    assert len(interface.asked) == 4
    found = rows(store, "SELECT url FROM posts ORDER BY url")
    assert [str(url).removeprefix(interface.root) for (url,) in found] == [
        "processes/parc",
        *(f"processes/parc/f/10/meetings/{number}" for number in (1, 2, 3)),
    ]
    assert rows(store, "SELECT count(*), min(starts) FROM post_events") == [
        (3, "2026-12-10T17:30:00Z")
    ]
    # The spaces are the same: their components are asked again after a day.
    assert crawl_all(town, store)["plateforme"].outcome is Outcome.NOT_MODIFIED


def test_a_decidim_that_is_closed_is_told(interface: Interface, store: Store) -> None:
    interface.answers = [("", {"data": None, "errors": [{"message": "Not authenticated"}]})]
    result = crawl_all(town_of(consulted(interface, "decidim")), store)["plateforme"]
    assert "describe the pages with a recipe" in (result.error or "")
    assert "Not authenticated" in (result.error or "")


def test_a_consul_is_read_back_to_its_first_proposal(interface: Interface, store: Store) -> None:
    def idea(number: int) -> dict[str, object]:
        return {
            "id": str(number),
            "title": f"Idée {number}",
            "public_created_at": "2026-11-02 08:00:00 +0100",
        }

    interface.answers = [
        ("before", {"data": {"proposals": page_of(idea(1))}}),
        ("debates", {"data": {"debates": page_of(), "proposals": page_of(idea(2), before="MQ")}}),
    ]
    result = crawl_all(town_of(consulted(interface, "consul")), store)["plateforme"]
    assert (result.count.new, result.warnings, result.error) == (2, (), None)
    assert rows(store, "SELECT title, published FROM posts ORDER BY title") == [
        ("Idée 1", "2026-11-02T07:00:00Z"),
        ("Idée 2", "2026-11-02T07:00:00Z"),
    ]


# --- feeds of another shape -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["youtube", "mastodon", "peertube"])
def test_a_page_in_place_of_the_feed_is_told(name: str, site: Site, store: Store) -> None:
    page = Answer(body=b"<!doctype html><html><title>Avant de continuer</title></html>")
    for path in (
        f"/feeds/videos.xml?channel_id={CHANNEL}",
        "/@comite.rss",
        "/feeds/videos.xml?isLocal=true",
    ):
        site.pages[path] = page
    options = {"youtube": {"channel": CHANNEL}, "mastodon": {"account": "comite"}}.get(name, {})
    result = crawl_all(town_of(platform(site, name, **options)), store)["plateforme"]
    assert result.error_kind == "NothingFound"
    assert "the answer is no feed" in (result.error or "")


# --- the guide ------------------------------------------------------------------------------

# What each platform answers in the guide's example, and to which question.
VIDEO_FEED = (
    "<rss version='2.0'><channel><title>T</title><item><title>A</title>"
    "<link>https://exemple.fr/1</link></item></channel></rss>"
)
SPACE = {"id": "1", "slug": "budget-participatif", "title": said("Budget"), "components": []}
GUIDE_ANSWERS: dict[str, object] = {
    "youtube": VIDEOS,
    "mastodon": TOOTS,
    "peertube": VIDEO_FEED,
    "openagenda": {"total": 1, "events": [agenda_event(1, 10)], "after": None},
    "decidim": {"data": {"participatoryProcesses": [SPACE], "assemblies": []}},
    "consul": {"data": {"debates": page_of({"id": "1", "title": "A"}), "proposals": page_of()}},
}


@pytest.mark.parametrize("name", GUIDE_ANSWERS)
def test_the_guides_example_of_a_platform_is_read(
    name: str,
    interface: Interface,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AGGREGATOR_OPENAGENDA_KEY", "cle-secrete")
    monkeypatch.setenv("AGGREGATOR_OPENAGENDA_API", interface.root)
    answer = GUIDE_ANSWERS[name]
    interface.answers = [("", answer)]
    town = guide_example(name, tmp_path / "sources.yaml", interface.root.rstrip("/"))
    result = crawl_all(town, store)[town.sources[0].slug]
    assert (result.error, result.warnings) == (None, ())
    assert result.count.new > 0
