"""Hosts whose feeds are written oddly, or reserve, or announce more than posts."""

from dataclasses import replace
from datetime import timedelta

from hostile.contents import no_error_kept
from hostile.pages import HTML, bad, fresh, items, news, ok, rss
from hostile.proofs import never, said
from hostile.server import START, Asked, Reply
from hostile.table import Answer, Seen, Table

from aggregator.model import State

ODDITIES = Table()
row = ODDITIES.row

_ENTITIES = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol" * 10}">' for n in range(10)
)


def _odd(name: str, does: str, origin: str, state: State, answer: Answer, **rest: object) -> None:
    row(name, does=does, origin=origin, state=state, **rest)(answer)


def _with(asked: Asked, *, before: bytes = b"", after: bytes = b"") -> bytes:
    return before + news(asked) + after


_odd(
    "entity-bomb",
    "defines entities that unfold to gigabytes",
    "CWE-776; reader#212",
    State.OK,
    lambda asked: ok(
        news(asked)
        .replace(b'"utf-8"?>', b'"utf-8"?><!DOCTYPE rss [' + _ENTITIES.encode() + b"]>")
        .replace(b"<link>/</link>", b"<link>/</link><description>&l9;</description>")
    ),
    posts=True,
)
_odd(
    "entity-file",
    "defines an entity that names a file",
    "CWE-611; reader#212",
    State.OK,
    lambda asked: ok(
        news(asked)
        .replace(b'"utf-8"?>', b'"utf-8"?><!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>')
        .replace(b"<link>/</link>", b"<link>/</link><description>&f;</description>")
    ),
    proof=no_error_kept,
)
_odd(
    "nested-xml",
    "nests 20,000 elements",
    "CWE-674; libxml2's XML_PARSE_HUGE",
    State.FAILING,
    lambda asked: ok(
        news(asked).replace(
            b"<link>/</link>", b"<x>" * 20_000 + b"</x>" * 20_000 + b"<link>/</link>"
        )
    ),
    posts=False,
)
_odd(
    "nested-html",
    "nests 20,000 <b> in a post",
    "CWE-674",
    State.OK,
    lambda asked: ok(
        rss([replace(item, body="<b>" * 20_000 + item.body) for item in items(asked.now)[:1]])
    ),
    posts=True,
)
_odd(
    "not-well-formed",
    "leaves & and <br> in its feed",
    "feedparser's bozo; reader refuses such feeds",
    State.OK,
    lambda asked: ok(news(asked).replace(b"quartier se", b"quartier & <br> se")),
    posts=True,
)
_odd(
    "warning-first",
    "prints a PHP warning before its feed",
    "miniflux: malformed prolog",
    State.OK,
    lambda asked: ok(_with(asked, before=b"\n<br />\n<b>Warning</b>: mysql_query()<br />\n")),
    posts=True,
)
_odd(
    "garbage-after",
    "prints a comment and a counter after its feed",
    "feedparser's bozo",
    State.OK,
    lambda asked: ok(_with(asked, after=b"<!-- 0.3 s --><script>count()</script>")),
    posts=True,
)
_odd(
    "same-guids",
    "gives all its posts one guid",
    "FreshRSS#5909; RSS 2.0 <guid>",
    State.OK,
    lambda asked: ok(rss([replace(item, guid="http://localhost/") for item in items(asked.now)])),
    posts=True,
)
_odd(
    "utf-16",
    "writes UTF-16",
    "XML 1.0 §4.3.3: all processors MUST read it",
    State.OK,
    lambda asked: ok(
        rss(items(asked.now), encoding="utf-16"),
        kind=(b"Content-Type", b"application/xml"),
    ),
    proof=no_error_kept,
)


def _accents(seen: Seen) -> None:
    assert "Réunion numéro 31" in seen.titles, seen.titles


_odd(
    "latin-mislabelled",
    "says UTF-8 and writes Latin-1",
    "feedparser: CharacterEncodingOverride",
    State.OK,
    lambda asked: ok(news(asked).decode().encode("latin-1", "replace")),
    proof=_accents,
)


_odd(
    "as-html",
    "serves its feed as text/html",
    "feedparser: NonXMLContentType",
    State.OK,
    lambda asked: ok(news(asked), kind=HTML),
    posts=True,
)
_odd(
    "xslt-bomb",
    "links to a style sheet on another host",
    "XML Stylesheet §2: never followed by a crawler",
    State.OK,
    lambda asked: ok(
        news(asked).replace(b"?>\n", b'?>\n<?xml-stylesheet href="/style.xsl" type="text/xsl"?>\n')
    ),
    proof=never("/style.xsl"),
)
_odd(
    "control-characters",
    "leaves NUL and other control characters in its titles",
    "XML 1.0 §2.2; feedparser",
    State.OK,
    lambda asked: ok(news(asked).replace(b"union num", b"union\x0b num")),
    posts=True,
)
_odd(
    "long-title",
    "gives a post a title of 2 MB",
    "changedetection.io: limits per field",
    State.OK,
    lambda asked: ok(rss([replace(item, title="a " * 10**6) for item in items(asked.now)[:1]])),
    posts=True,
)
_odd(
    "ten-thousand-items",
    "has 5,000 items in its feed",
    "NewsBlur#1109",
    State.OK,
    lambda asked: (
        ok(
            rss(items(START, every=timedelta(minutes=17), count=5000)),
            (b"ETag", b'"always the same"'),
        )
        if "if-none-match" not in asked.headers
        else Reply(status=304)
    ),
    posts=True,
)


def _reserves(name: str, does: str, answer: Answer) -> None:
    _odd(
        name,
        does,
        "TDMRep (W3C community report) §3; directive (EU) 2019/790 art. 4",
        State.OK,
        answer,
        posts=True,
    )


_reserves(
    "tdm-header",
    "reserves text and data mining by a header",
    lambda asked: ok(news(asked), (b"TDM-Reservation", b"1"), (b"TDM-Policy", b"/policy.json")),
)
_reserves(
    "tdm-file",
    "reserves it by its /.well-known/tdmrep.json",
    lambda asked: (
        ok(b'[{"location": "/", "tdm-reservation": 1}]', usable=False)
        if asked.path == "/.well-known/tdmrep.json"
        else fresh(asked)
    ),
)
_odd(
    "hub-deaf",
    "names a hub that never verifies",
    "WebSub (W3C) §5.3: polling goes on",
    State.OK,
    lambda asked: (
        Reply(status=202)
        if asked.path == "/hub"
        else ok(
            news(asked).replace(
                b"<link>/</link>",
                b'<link>/</link><a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="/hub"/>',  # noqa: E501 - one element
            )
        )
    ),
    posts=True,
)
_odd(
    "said-in-french",
    "fails in a way that people must understand",
    "peers §4 (9): tell me a feed is broken",
    State.FAILING,
    lambda _: bad(403),
    proof=said("le site nous refuse la page (réponse 403)"),
)
