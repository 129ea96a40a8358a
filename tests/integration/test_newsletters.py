"""Newsletters, from a mailbox on loopback to rows in the database."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme
from imap_served import ServedMailbox, serving_mailbox
from integration.crawling import crawl_all, source, town_of
from integration.guiding import guide_example

from aggregator.model import Outcome, Service
from aggregator.store import Store


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return store._connection.execute(sql).fetchall()


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


def test_the_guides_example_of_a_mailbox_is_read(
    mailbox: ServedMailbox, store: Store, tmp_path: Path
) -> None:
    mailbox.mails = {3: letter(3, sender="lettre@corvannes.example")}
    town = guide_example("mailbox", tmp_path / "sources.yaml", "https://corvannes.example")
    assert crawl_all(town, store)["lettre-du-maire"].count.new == 1
