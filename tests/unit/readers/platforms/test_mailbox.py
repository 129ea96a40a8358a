"""Newsletters: what of a mail is published, and what is not."""

import base64
import hashlib
from email.message import EmailMessage

import pytest
from platforms_made import PageOf, platform_source, read_as

from aggregator.errors import NothingFound
from aggregator.model import Entry

OURS = "veille+lettres@exemple.org"
SENDER = "lettre@ville.exemple.fr"

HTML = f"""<html><head><title>x</title><style>p{{color:red}}</style></head><body>
<div style="display:none">Ne s’affiche pas</div>
<p><a href="https://mail.exemple.com/v/123?x=1&amp;email={OURS}">Voir dans le navigateur</a></p>
<h1>Conseil de quartier</h1>
<p>Jeudi à 18 h 30, salle Watremez. <a href="https://ville.exemple.fr/odj.pdf">Ordre du jour</a></p>
<p><a href="https://mail.exemple.com/c/?to={base64.b64encode(OURS.encode()).decode()}">Suivi</a>
<a href="https://mail.exemple.com/h/{hashlib.md5(OURS.encode()).hexdigest()}/z">Empreinte</a>
<a href="https://ville.list-manage.com/track/click?u=1&amp;id=2&amp;e=3">Programme</a></p>
<p>Envoyé à {OURS.upper()}. <a href="https://mail.exemple.com/u/123">Se désinscrire</a>
<a href="https://mail.exemple.com/unsub?k=1">ici</a>
<a href="https://mail.exemple.com/fin">là</a></p>
</body></html>"""


def mail(*, html: str | None = HTML, text: str = "Bonjour", **headers: str) -> EmailMessage:
    message = EmailMessage()
    usual = {
        "From": f"Ville d’Exemple <{SENDER}>",
        "To": OURS,
        "Subject": "La lettre de novembre",
        "Date": "Fri, 20 Nov 2026 10:00:00 +0100",
        "Message-ID": "<abc@ville.exemple.fr>",
        "List-Unsubscribe": "<mailto:x@y.fr>, <https://mail.exemple.com/fin>",
    }
    for name, value in {**usual, **{k.replace("_", "-"): v for k, v in headers.items()}}.items():
        if value:
            message[name] = value
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


def read_one(page_of: PageOf, message: EmailMessage, sender: str = SENDER) -> Entry:
    source = platform_source("mailbox", "https://ville.exemple.fr/", **{"from": sender})
    (entry,) = read_as(page_of, source, message.as_bytes()).entries
    return entry


def refused(page_of: PageOf, message: EmailMessage, sender: str = SENDER) -> list[str]:
    source = platform_source("mailbox", "https://ville.exemple.fr/", **{"from": sender})
    found = read_as(page_of, source, message.as_bytes())
    assert found.entries == ()
    return [one.reason for one in found.rejections]


def test_a_mail_becomes_a_post(page_of: PageOf) -> None:
    entry = read_one(page_of, mail())
    assert (entry.title, entry.author) == ("La lettre de novembre", "Ville d’Exemple")
    assert entry.guid == "<abc@ville.exemple.fr>"
    assert entry.published == "Fri, 20 Nov 2026 10:00:00 +0100"
    assert "<h1>Conseil de quartier</h1>" in entry.html
    assert 'href="https://ville.exemple.fr/odj.pdf"' in entry.html
    # Its link is where everybody sees it, without our address.
    assert entry.link == "https://mail.exemple.com/v/123?x=1"


def test_what_is_ours_alone_is_not_published(page_of: PageOf) -> None:
    entry = read_one(page_of, mail())
    for secret in (
        *("désinscrire", "unsub", "/fin", OURS, OURS.upper(), "Empreinte", "?to="),
        *("Ne s’affiche pas", "color:red", "Voir dans le navigateur"),
    ):
        assert secret not in entry.html, secret
    # The reader's number goes, the link stays.
    assert 'href="https://ville.list-manage.com/track/click?u=1&amp;id=2"' in entry.html


def test_a_plain_mail_is_read_without_its_last_lines(page_of: PageOf) -> None:
    text = (
        "Réunion jeudi <18 h>\n\nÀ bientôt\n"
        "Pour vous désabonner : https://x.fr/u\nhttps://x.fr/?m=veille%2Blettres%40exemple.org\n"
    )
    entry = read_one(page_of, mail(html=None, text=text))
    assert entry.html == "<p>Réunion jeudi &lt;18 h&gt;</p><p>À bientôt</p>"
    assert entry.link is None


def test_mails_of_a_domain_are_read_if_they_go_to_a_list(page_of: PageOf) -> None:
    assert read_one(page_of, mail(), "exemple.fr").title == "La lettre de novembre"
    personal = mail(List_Unsubscribe="")
    assert "neither List-Id" in refused(page_of, personal, "exemple.fr")[0]
    # Somebody who has no list is named by the very address.
    assert read_one(page_of, personal).title == "La lettre de novembre"


@pytest.mark.parametrize("sender", ["autre@ville.exemple.fr", "xemple.fr", "ville.exemple.fr.org"])
def test_mails_of_others_are_passed_over(sender: str, page_of: PageOf) -> None:
    assert refused(page_of, mail(), sender) == []


@pytest.mark.parametrize(
    "results",
    ["mx.exemple.org; dkim=pass; dmarc=fail", "mx.exemple.org; spf=pass; dkim=fail (bad)"],
)
def test_a_sender_that_our_server_disproves_is_refused(results: str, page_of: PageOf) -> None:
    message = mail(Authentication_Results=results)
    assert refused(page_of, message) == ["its sender is not proven (Authentication-Results)"]


def test_a_proven_sender_is_read(page_of: PageOf) -> None:
    results = "mx.exemple.org; dkim=fail header.d=a.fr; dkim=pass header.d=b.fr; dmarc=pass"
    assert read_one(page_of, mail(Authentication_Results=results)).title


@pytest.mark.parametrize(
    "subject",
    ["Confirmez votre inscription", "Abonnement : à confirmer", "Votre mot de passe"],
)
def test_what_opens_an_access_is_refused(subject: str, page_of: PageOf) -> None:
    assert "not for the public" in refused(page_of, mail(Subject=subject))[0]


def test_raw_letters_and_unknown_charsets_are_read(page_of: PageOf) -> None:
    source = platform_source("mailbox", **{"from": SENDER})
    raw = (
        f"From: =?x-inconnu?q?Mairie?= <{SENDER}>\r\nSubject: Fête d'été\r\n"
        "Content-Type: text/plain; charset=x-inconnu\r\n\r\nÀ samedi\r\n"
    ).encode()
    (entry,) = read_as(page_of, source, raw).entries
    assert (entry.title, entry.author, entry.html) == ("Fête d'été", "Mairie", "À samedi")
    latin = raw.replace(b"x-inconnu\r\n", b"iso-8859-1\r\n").replace("À".encode(), b"\xc0")
    assert read_as(page_of, source, latin).entries[0].html == "À samedi"


def test_an_attached_page_is_no_text(page_of: PageOf) -> None:
    message = mail(html=None, text="Voir la pièce jointe")
    message.add_attachment("<p>Facture</p>", subtype="html", filename="facture.html")
    assert read_one(page_of, message).html == "Voir la pièce jointe"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0" * 1_000,
        b"From: " + b"(" * 50_000,
        b"From: =?utf-8?b?" + b"A" * 50_000 + b"?=\r\n\r\n",
        b"".join(
            b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (depth, depth)
            for depth in range(49)
        ),
    ],
)
def test_hostile_mails_end_in_nothing(body: bytes, page_of: PageOf) -> None:
    source = platform_source("mailbox", **{"from": SENDER})
    try:
        found = read_as(page_of, source, body)
    except NothingFound:
        return
    assert found.entries == ()


def test_parts_without_end_are_refused(page_of: PageOf) -> None:
    body = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 10_000
    with pytest.raises(NothingFound, match="too many parts"):
        read_as(page_of, platform_source("mailbox", **{"from": SENDER}), body)


def test_very_many_links_stay_bounded(page_of: PageOf) -> None:
    html = "".join(f'<a href="https://exemple.fr/{n}">{n}</a>' for n in range(3_000))
    assert read_one(page_of, mail(html=html)).html.count("href=") == 2_000
