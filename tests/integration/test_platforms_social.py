"""Networks, agendas, consultations and newsletters, from loopback to rows in the database."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme
from conftest import Answer, Request, Site
from imap_served import ServedMailbox, serving_mailbox
from integration.crawling import crawl_all, source, town_of

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
    """A GraphQL interface on loopback: what it answers to questions that hold some words."""

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
            self._answer(parse_qs(urlsplit(self.path).query)["query"][0])

        def _answer(self, query: str) -> None:
            served.asked.append(query)
            found = next((answer for words, answer in served.answers if words in query), None)
            body = json.dumps(found).encode()
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


# --- the mailbox of newsletters -------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def mailbox(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[ServedMailbox]:
    """A mailbox that the environment names, and whose certificate is trusted."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with serving_mailbox(authority) as served:
        monkeypatch.setenv("AGGREGATOR_IMAP_HOST", f"127.0.0.1:{served.port}")
        monkeypatch.setenv("AGGREGATOR_IMAP_USER", served.user)
        monkeypatch.setenv("AGGREGATOR_IMAP_PASSWORD", served.password)
        monkeypatch.delenv("AGGREGATOR_IMAP_FOLDER", raising=False)
        yield served


def letter(number: int, *, sender: str = "lettre@ville.exemple.fr", **headers: str) -> bytes:
    message = EmailMessage()
    usual = {
        "From": f"Ville d’Exemple <{sender}>",
        "To": "veille@exemple.org",
        "Subject": f"Lettre n° {number}",
        "Date": f"Fri, {number} Nov 2026 10:00:00 +0100",
        "Message-ID": f"<{number}@ville.exemple.fr>",
        "List-Unsubscribe": "<https://mail.exemple.com/fin?a=veille@exemple.org>",
    }
    for name, value in {**usual, **headers}.items():
        message[name] = value
    message.set_content("Bonjour")
    message.add_alternative(
        f'<p><a href="https://mail.exemple.com/v/{number}">Voir en ligne</a></p>'
        f"<p>Réunion le {number}.</p><p>Envoyé à veille@exemple.org,"
        ' <a href="https://mail.exemple.com/fin?a=veille@exemple.org">je me désabonne</a>.</p>',
        subtype="html",
    )
    return message.as_bytes().replace(b"\n", b"\r\n")


NEWSLETTERS = source(
    "lettre",
    "https://ville.exemple.fr/",
    service=Service(name="mailbox", options=(("from", "ville.exemple.fr"),)),
)


def test_newsletters_become_posts(
    mailbox: ServedMailbox, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.mails = {
        3: letter(3),
        5: letter(5, sender="info@autreville.exemple.fr"),
        8: letter(8),
    }
    with caplog.at_level("DEBUG"):
        result = crawl_all(town_of(NEWSLETTERS), store)["lettre"]
    assert (result.count.new, result.rejections, result.error) == (2, (), None)
    assert rows(
        store, "SELECT url, title, guid, author, published, text FROM posts ORDER BY 3"
    ) == [
        (
            f"https://mail.exemple.com/v/{number}",
            f"Lettre n° {number}",
            f"<{number}@ville.exemple.fr>",
            "Ville d’Exemple",
            f"2026-11-0{number}T09:00:00Z",
            f"Réunion le {number}. Envoyé à , .",
        )
        for number in (3, 8)
    ]
    kept = "\n".join(store._connection.iterdump()) + caplog.text
    for secret in ("veille@exemple.org", mailbox.password, "mail.exemple.com/fin"):
        assert secret not in kept
    # Nothing is changed in the mailbox, not even what counts as read.
    assert all(
        said.split()[0] in {"CAPABILITY", "LOGIN", "EXAMINE", "LOGOUT"}
        or said.startswith(("UID SEARCH SINCE 24-Aug-2026", "UID FETCH"))
        for said in mailbox.said
    ), mailbox.said


def test_a_mail_is_fetched_once(mailbox: ServedMailbox, store: Store) -> None:
    town = town_of(NEWSLETTERS)
    assert crawl_all(town, store)["lettre"].outcome is Outcome.SAVED  # nothing yet is no fault
    mailbox.mails = {3: letter(3)}
    assert crawl_all(town, store)["lettre"].count.new == 1
    mailbox.said.clear()
    assert crawl_all(town, store)["lettre"].outcome is Outcome.NOT_MODIFIED
    assert not any("FETCH" in said for said in mailbox.said)
    mailbox.mails[4] = letter(4)
    assert crawl_all(town, store)["lettre"].count.new == 1
    assert [said for said in mailbox.said if "FETCH" in said] == [
        "UID FETCH 4 (BODY.PEEK[]<0.2000000>)"
    ]
    # A new validity means that all numbers are new (RFC 3501 §2.3.1.1).
    mailbox.validity += 1
    result = crawl_all(town, store)["lettre"]
    assert (result.count.new, result.count.unchanged) == (0, 2)


def test_a_full_mailbox_is_read_in_several_visits(
    mailbox: ServedMailbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.fetch.mailbox.MOST_MAILS", 3)
    mailbox.mails = {number: letter(number) for number in range(1, 9)}
    town = town_of(NEWSLETTERS)
    assert [crawl_all(town, store)["lettre"].count.new for _ in range(3)] == [3, 3, 2]
    assert crawl_all(town, store)["lettre"].outcome is Outcome.NOT_MODIFIED
    monkeypatch.setattr("aggregator.fetch.mailbox.MOST_BYTES_IN_ALL", 1)
    mailbox.mails |= {10: letter(10), 11: letter(11)}
    assert [crawl_all(town, store)["lettre"].count.new for _ in range(2)] == [1, 1]


def test_one_mail_that_cannot_be_read_does_not_hide_the_others(
    mailbox: ServedMailbox, store: Store
) -> None:
    head = b"From: x@ville.exemple.fr\r\nList-Id: x\r\n"
    parts = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 100
    mailbox.mails = {1: head + parts, 2: letter(2), 9: letter(9, Subject="Confirmez votre adresse")}
    result = crawl_all(town_of(NEWSLETTERS), store)["lettre"]
    assert result.count.new == 1
    assert [one.reason for one in result.rejections] == [
        "a mail consists of too many parts",
        "not for the public: it is about a subscription or an access",
    ]


def test_a_big_mail_is_read_as_far_as_its_text(mailbox: ServedMailbox, store: Store) -> None:
    mailbox.mails = {3: letter(3) + b"x" * 5_000_000}
    assert crawl_all(town_of(NEWSLETTERS), store)["lettre"].count.new == 1


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("AGGREGATOR_IMAP_HOST", "", "set AGGREGATOR_IMAP_HOST in the environment"),
        ("AGGREGATOR_IMAP_HOST", "imap exemple", "write it as imap.exemple.fr"),
        ("AGGREGATOR_IMAP_HOST", "127.0.0.1:1", "no connection"),
        ("AGGREGATOR_IMAP_PASSWORD", "faux", "refuses its user or password"),
        ("AGGREGATOR_IMAP_PASSWORD", "clé", "must be ASCII"),
        ("AGGREGATOR_IMAP_FOLDER", "Lettres", "no folder « Lettres »"),
        ("SSL_CERT_FILE", "/nowhere.pem", "the certificate is not accepted"),
    ],
)
def test_what_is_wrong_with_the_mailbox_is_told(
    *,
    name: str,
    value: str,
    told: str,
    mailbox: ServedMailbox,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mailbox.echoes = True
    monkeypatch.setenv(name, value)
    result = crawl_all(town_of(NEWSLETTERS), store)["lettre"]
    assert told in (result.error or "")
    assert mailbox.password not in (result.error or "")
    assert "faux" not in (result.error or "")


@pytest.mark.parametrize("greeting", [b"220 ready\r\n", b"* BYE\r\n", b"x" * 10_000_000])
def test_what_is_no_mailbox_is_told(greeting: bytes, mailbox: ServedMailbox, store: Store) -> None:
    mailbox.greeting = greeting
    result = crawl_all(town_of(NEWSLETTERS), store)["lettre"]
    assert result.outcome is Outcome.FAILED
    assert "127.0.0.1" in (result.error or "")


def test_a_folder_with_spaces_and_quotes_is_read(
    mailbox: ServedMailbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.folder, mailbox.mails = 'Lettres "info"', {3: letter(3)}
    monkeypatch.setenv("AGGREGATOR_IMAP_FOLDER", mailbox.folder)
    mailbox.folder = 'Lettres \\"info\\"'
    assert crawl_all(town_of(NEWSLETTERS), store)["lettre"].count.new == 1


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
