"""What headers say besides the page: how long it stays fresh, whether mining is reserved."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from conftest import Answer, Site
from hypothesis import given
from hypothesis import strategies as st
from unit.fetch.servers import get

from aggregator.fetch.headers import MAX_FRESH_S, Headers, said
from aggregator.fetch.urls import parse_url
from aggregator.model import Memory, NotModified, Page, Said

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = parse_url("https://example.org/blog/feed")
DATE = ("date", "Sun, 01 Mar 2026 12:00:00 GMT")


def read(*fields: tuple[str, str]) -> Said:
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
    return said(PAGE, Headers(pairs), NOW)


@pytest.mark.parametrize(
    ("fields", "fresh_s"),
    [
        ([], None),
        ([("cache-control", "public")], None),
        ([("cache-control", "max-age=600")], 600),
        ([("cache-control", 'PUBLIC , Max-Age="600"')], 600),
        ([("cache-control", "max-age=600"), ("age", "60")], 540),
        ([("cache-control", "max-age=600"), ("age", "900")], 0),
        ([("cache-control", "max-age=600"), ("age", "soon")], 600),
        ([("cache-control", "s-maxage=600")], None),
        ([("cache-control", "s-maxage=600, max-age=5")], 5),
        ([("cache-control", "no-cache, max-age=600")], 0),
        ([("cache-control", "no-store")], 0),
        ([("cache-control", "must-revalidate, max-age=0")], 0),
        ([("cache-control", "must-revalidate")], None),
        ([("cache-control", "max-age=60, max-age=600")], 60),
        ([("cache-control", "public"), ("cache-control", "max-age=60")], 60),
        ([("cache-control", "max-age=-1")], 0),
        ([("cache-control", "max-age")], 0),
        ([("cache-control", "max-age=" + "9" * 5000)], MAX_FRESH_S),
        ([DATE, ("expires", "Sun, 01 Mar 2026 13:00:00 GMT")], 3600),
        ([DATE, ("expires", "Sun, 01 Mar 2026 13:00:00 GMT"), ("age", "600")], 3000),
        ([("expires", "Sun, 01 Mar 2026 13:00:00 GMT")], 3600),
        ([("date", "x"), ("expires", "Sun, 01 Mar 2026 13:00:00 GMT")], 3600),
        ([DATE, ("expires", "Sun Mar  1 13:00:00 2026")], 3600),
        ([DATE, ("expires", "0")], 0),
        ([DATE, ("expires", "Thu, 19 Nov 1981 08:52:00 GMT")], 0),
        ([DATE, ("expires", "Fri, 01 Jan 2100 00:00:00 GMT")], MAX_FRESH_S),
        ([("cache-control", "max-age=60"), ("expires", "0")], 60),
    ],
)
def test_freshness(fields: list[tuple[str, str]], fresh_s: int | None) -> None:
    assert read(*fields).fresh_s == fresh_s


@pytest.mark.parametrize(
    ("fields", "reserved", "policy"),
    [
        ({}, None, None),
        ({"tdm-reservation": "1"}, True, None),
        ({"tdm-reservation": " 0 "}, False, None),
        ({"tdm-reservation": "yes"}, None, None),
        ({"tdm-reservation": "1", "tdm-policy": "/tdm.json"}, True, "https://example.org/tdm.json"),
        ({"tdm-reservation": "1", "tdm-policy": "javascript:alert(1)"}, True, None),
        ({"tdm-reservation": "0", "tdm-policy": "https://example.org/p"}, False, None),
        ({"tdm-policy": "https://example.org/p"}, None, None),
    ],
)
def test_mining(fields: Mapping[str, str], reserved: bool | None, policy: str | None) -> None:
    got = read(*fields.items())
    assert (got.tdm_reserved, got.tdm_policy) == (reserved, policy)


@pytest.mark.parametrize(
    ("text", "total"), [("430", 430), (" 0 ", 0), ("", None), ("-1", None), ("beaucoup", None)]
)
def test_how_many_posts_there_are(text: str, total: int | None) -> None:
    assert read(("x-wp-total", text)).total == total


@pytest.mark.parametrize(
    ("fields", "next_url"),
    [
        ([], None),
        (['<https://example.org/p?page=2>; rel="next"'], "https://example.org/p?page=2"),
        (["<?page=2>; rel=next"], "https://example.org/blog/feed?page=2"),
        (['</a,b>;rel="prev", </c,d>; title="a, <b>"; rel="last NEXT"'], "https://example.org/c,d"),
        (["</a>; rel=prev", "</b>; rel=next", "</c>; rel=next"], "https://example.org/b"),
        (["</a>; rel=prefetch, </b>; xrel=next", '</c>; title="rel=next"'], None),
        (["<javascript:alert(1)>; rel=next, </b>; rel=next"], "https://example.org/b"),
        (["</a>; rel=nextpage", "next", "<>; rel=next", "</b; rel=next"], None),
        (["<" * 30_000 + '"' * 30_000], None),
        (["<a>" + '"' * 15_000], None),
        (["</a>;" + ";".join(["rel=x"] * 3_000)], None),
    ],
)
def test_the_page_after_this_one(fields: list[str], next_url: str | None) -> None:
    assert read(*(("link", text) for text in fields)).next_url == next_url


NAMES = [
    "link",
    "x-wp-total",
    "cache-control",
    "age",
    "expires",
    "date",
    "tdm-reservation",
    "tdm-policy",
]
TEXTS = st.one_of(
    st.text(st.characters(max_codepoint=255), max_size=40),
    st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,6} [0-9:]{0,9} [+-A-Z0-9]*"),
).filter(lambda text: text.isascii() or max(map(ord, text)) < 256)


@given(st.lists(st.tuples(st.sampled_from(NAMES), TEXTS)))
def test_nothing_that_headers_say_breaks_it(fields: list[tuple[str, str]]) -> None:
    fresh_s = read(*fields).fresh_s
    assert fresh_s is None or 0 <= fresh_s <= MAX_FRESH_S


@pytest.mark.usefixtures("loopback_allowed")
def test_pages_and_304_say_it(site: Site) -> None:
    headers = {"ETag": '"1"', "Cache-Control": "max-age=60", "TDM-Reservation": "1"}
    site.pages["/"] = Answer(body=b"x", headers=headers)
    first = get(site.url())
    assert isinstance(first, Page)
    again = get(site.url(), first.memory)
    same = get(site.url(), Memory(body_sha256=first.memory.body_sha256))
    assert isinstance(again, NotModified)
    assert isinstance(same, NotModified)
    assert first.said == again.said == same.said == Said(fresh_s=60, tdm_reserved=True)
