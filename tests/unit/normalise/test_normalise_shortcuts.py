"""What is read by a quicker way is read as by the long one."""

from urllib.parse import urljoin

from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.extracts import _TAIL_WORDS, without_labels
from aggregator.normalise.labels import without_tails
from aggregator.normalise.machine_dates import read_machine_date
from aggregator.normalise.mail_dates import read_mail_date
from aggregator.normalise.markup import html_and_text, sanitise, text_of, to_text
from aggregator.normalise.plain import fold_raw, fold_spaces, without_unseen
from aggregator.normalise.urls import _rewritten, absolute, canonical

BASE = "https://example.org/blog/"
URL_PIECES = (
    *("example", ".", "-", "--", "/", "//", "/.", "/..", "a", "A", "1", "~", "_", ",", ";", ":80"),
    *("?", "&", "=", "p=1", "utm_source=x", "share=facebook", "nb=1", "#", "%", "%41", "é", " "),
)
TEXT_PIECES = (
    *("mot", "é", "e\u0301", " ", "  ", "\n", "\t", "\r", "\xa0", "\u202f", "\u2003", "\x1c"),
    *("\x85", "\u200b", "\xad", "\x00", ">", "\u2028", "\ufeff", "…"),
)
HTML_PIECES = (
    *("<p>", "</p>", "<ul><li>", "</ul>", "<br>", "<hr>", "<b>", "</b>", "<a href='/x?a&amp;b'>"),
    *("</a>", "<em>", "</em>", "<blockquote>", "<h3>", "<pre>", "<td>", "<abbr title='a>b'>"),
    *("&amp;", "&amp;nbsp;", "&nbsp;", "&lt;p>", "&gt;", "&#8203;", "&#13;", "&amp;amp;lt;", "&"),
    *TEXT_PIECES,
)
LABEL_PIECES = (
    *(
        "mot",
        " ",
        "…",
        "]",
        " »",
        ">",
        '"',
        "é",
        "Lire la suite",
        "lire la ſuıte",
        "EN SAVOIR PLUS",
    ),
    *(" de « x", " of “x", "Continue reading", "continuer la lecture", "read more", "."),
    *("The post x appeared first on y", "The post x first appeared on y", "Envoyer par courriel"),
    *("L’article x est apparu en premier sur z", "Imprimer E-mail Facebook Twitter", " AddThis"),
    *("Version imprimable ", "suite", "plus"),
)
UNSEEN = "\x00\x1c\x85\u200b\xad\ufeff"


def joined(pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=12).map("".join)


@given(st.sampled_from(("http://a.fr/", "https://b-c.example", "")), joined(URL_PIECES))
def test_plain_addresses(start: str, rest: str) -> None:
    url = start + rest
    assert canonical(url) == _rewritten(url, fragment=False)
    assert canonical(url, fragment=True) == _rewritten(url, fragment=True)


@given(joined(URL_PIECES))
def test_absolute_addresses(rest: str) -> None:
    url = f"https://a.fr/{rest}"
    assert absolute(url, base=BASE) == urljoin(BASE, url.strip())


@given(joined(TEXT_PIECES))
def test_texts_without_markup(raw: str) -> None:
    assert text_of(raw, base=BASE) == to_text(sanitise(raw, base=BASE))


@given(joined(HTML_PIECES))
def test_html_with_its_text(raw: str) -> None:
    clean = sanitise(raw, base=BASE)
    assert html_and_text(raw, base=BASE) == (clean, to_text(clean))


@given(joined(TEXT_PIECES))
def test_raw_texts(raw: str) -> None:
    assert fold_raw(raw) == fold_spaces(without_unseen(raw))


@given(joined(LABEL_PIECES))
def test_labels(raw: str) -> None:
    text = fold_spaces(f"Un texte. {raw}")
    looked_for = any(word in text.casefold() for word in _TAIL_WORDS)
    assert without_labels(text) == (without_tails(text) if looked_for else text).rstrip()


@given(joined(tuple(piece for piece in TEXT_PIECES if piece not in {*UNSEEN, "e\u0301"})))
def test_spaces(text: str) -> None:
    assert fold_spaces(text) == " ".join(text.split())


DATES = st.tuples(
    st.sampled_from(("Tue, ", "")),
    st.sampled_from(("0", "1", "31", "32")),
    st.sampled_from((" Jan ", " Feb ", " Dec ", " Foo ")),
    st.sampled_from(("1999 ", "2026 ", "0099 ", "26 ")),
    st.sampled_from(("00:00:00 ", "23:59:60 ", "24:00:00 ", "18:30:07 ")),
    st.sampled_from(("+0100", "-0000", "+9900", "GMT", "UTC", "Z", "EST", "CET")),
)


@given(DATES.map("".join))
def test_dates_of_feeds(text: str) -> None:
    assert read_machine_date(text) == read_mail_date(text)
