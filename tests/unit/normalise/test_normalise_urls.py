import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.normalise.urls import TRACKING, TRACKING_PREFIXES, absolute, canonical


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Example.ORG:80/a", "http://example.org/a"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("https://Mairie-é.fr/é à", "https://xn--mairie--hya.fr/%C3%A9%20%C3%A0"),
        ("https://example.org/%7euser/%c3%a9%2f", "https://example.org/~user/%C3%A9%2F"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a/../b/./c/..", "https://example.org/b/"),
        ("https://example.org/../../x", "https://example.org/x"),
        ("https://example.org/%2e%2e/x", "https://example.org/x"),
        ("https://example.org//a", "https://example.org//a"),
        ("https://example.org/a/", "https://example.org/a/"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("http://example.org/spip.php?article123", "http://example.org/spip.php?article123"),
        (
            "http://example.org/spip.php?page=plan&lang=fr",
            "http://example.org/spip.php?page=plan&lang=fr",
        ),
        ("http://example.org/?p=123", "http://example.org/?p=123"),
        ("http://example.org/r/pic?type=pic_fph", "http://example.org/r/pic?type=pic_fph"),
        ("http://example.org/?b=2&a=1&b=1", "http://example.org/?b=2&a=1&b=1"),
        ("http://example.org/?q=%c3%a9+x", "http://example.org/?q=%C3%A9+x"),
        ("http://example.org/a?utm_source=rss&id=3&UTM_medium=x", "http://example.org/a?id=3"),
        ("http://example.org/a?utm_source=rss", "http://example.org/a"),
        ("http://example.org/a?xtor=RSS-3208", "http://example.org/a"),
        ("http://example.org/a?share=facebook&nb=1", "http://example.org/a"),
        ("http://example.org/a?shared=email&msg=fail", "http://example.org/a"),
        ("http://example.org/a?msg=3&nb=2&share=4", "http://example.org/a?msg=3&nb=2&share=4"),
        ("http://example.org/a;jsessionid=F0?x=1", "http://example.org/a?x=1"),
        ("http://example.org/a#suite", "http://example.org/a"),
        ("http://example.org/#!/a", "http://example.org/#!/a"),
        ("https://https//example.org/a", "https://https//example.org/a"),
        ("  http://example.org/a\n", "http://example.org/a"),
    ],
)
def test_one_page_has_one_address(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "mailto:a@example.org",
            "/relative",
            "a b",
        ),
        *("http://", "http:///x", "http://[::1/", "http://a:99999/", "http://a b.fr/", "ftp://a/"),
        *(
            "http://" + "a" * 300 + "!.fr/",
            "https://exa<mple.org/",
            "http://-/",
            "urn:uuid:1225c695",
        ),
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    assert canonical(url) is None


def test_the_fragment_stays_where_it_is_asked_for_unless_it_tracks() -> None:
    assert canonical("http://example.org/#a", fragment=True) == "http://example.org/#a"
    assert canonical("http://example.org/#xtor=RSS-1", fragment=True) == "http://example.org/"


@pytest.mark.parametrize("name", [*TRACKING, *(f"{prefix}x" for prefix in TRACKING_PREFIXES)])
def test_every_tracking_parameter_goes_out(name: str) -> None:
    assert canonical(f"http://example.org/?id=1&{name}=2&b") == "http://example.org/?id=1&b"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/a", "https://example.org/a"),
        (" b\n", "https://example.org/blog/b"),
        ("?p=1&amp;x=2", "https://example.org/blog/?p=1&x=2"),
        ("//example.com/", "https://example.com/"),
        ("\u200bhttps://example.com/\u202e", "https://example.com/"),
        ("", None),
        ("http://[bad", None),
        ("/" + "a" * 5_000, None),
    ],
)
def test_links_are_resolved_against_their_base(link: str, expected: str | None) -> None:
    assert absolute(link, base="https://example.org/blog/") == expected


PARTS = [
    *(
        "http://",
        "https://",
        "https:",
        "//",
        "/",
        "..",
        ".",
        "example.org",
        "É.fr",
        ":80",
        ":",
        "@",
    ),
    *("?", "&", "=", "#", "#!", "%", "%2e", "%2E%2e", "%c3%A9", "%3B", ";jsessionid=1", "[", "]"),
    *(
        "::1",
        "utm_x=1",
        "share=x",
        "%75tm_a",
        "é",
        " ",
        "\t",
        "\\",
        "+",
        "a",
        "|",
        "nb=1",
        "\u202e",
    ),
]
ADDRESSES = st.one_of(
    st.text(),
    st.lists(st.sampled_from(PARTS), max_size=12).map("".join),
    st.lists(st.sampled_from(PARTS), max_size=10).map(lambda parts: "http://a.fr" + "".join(parts)),
)


@given(ADDRESSES, st.booleans())
def test_writing_an_address_twice_changes_nothing(url: str, fragment: bool) -> None:
    once = canonical(url, fragment=fragment)
    if once is not None:
        assert once.isascii()
        assert once.startswith(("http://", "https://"))
        assert canonical(once, fragment=fragment) == once


@given(ADDRESSES, ADDRESSES)
def test_no_link_raises(link: str, base: str) -> None:
    found = absolute(link, base=base)
    assert found is None or isinstance(found, str)
