"""Which address an opened page is given: its own word is believed within reason."""

import pytest

from aggregator.crawl.completing.addresses import leads_elsewhere, own_address, written
from aggregator.crawl.completing.known import Known
from aggregator.store import KnownPost

HOME = "https://s.example/comite.html"
PAGE = "https://s.example/actu/fete-7.html"


def known() -> Known:
    stored = KnownPost(guid="1", url="https://s.example/actu/fete-1.html", title="Fête")
    found = Known([stored], home=HOME)
    found.add_pages(
        [PAGE, "https://s.example/actu/fete-8.html", "https://s.example/index.php?id=7"]
    )
    return found


@pytest.mark.parametrize(
    ("canonical", "page"),
    [
        ("https://s.example/2019/fete", PAGE),
        ("https://www.s.example/2019/fete/", PAGE),
        ("http://s.example/actu/fete-7.html", PAGE),  # its own, but for the scheme
        ("https://s.example/index.php?lang=fr&id=7", "https://s.example/index.php?id=7"),
        ("https://s.example/autre.php?id=7", "https://s.example/index.php?id=7"),
    ],
)
def test_an_address_of_its_own_is_believed(canonical: str, page: str) -> None:
    assert own_address(canonical, page, asked=page, known=known()) == canonical


@pytest.mark.parametrize(
    ("canonical", "page"),
    [
        (None, PAGE),
        ("https://s.example/", PAGE),
        ("https://s.example/actu", PAGE),
        ("https://s.example/accueil.html", PAGE),
        ("https://s.example/index.php", PAGE),
        ("https://s.example/tag/fete", PAGE),
        (HOME, PAGE),  # the source's own
        ("https://x.example/2019/fete", PAGE),
        ("https://s.example/actu/fete-1.html", PAGE),  # of another post
        ("http://www.s.example/actu/fete-8.html/", PAGE),  # of another listed page
        ("https://s.example/index.php", "https://s.example/index.php?id=7"),
        ("https://s.example/index.php?id=9", "https://s.example/index.php?id=7"),
        ("https://s.example/une-fete", "https://s.example/index.php?id=7"),
    ],
)
def test_what_cannot_be_its_own_is_not(canonical: str | None, page: str) -> None:
    assert own_address(canonical, page, asked=page, known=known()) == page


@pytest.mark.parametrize(
    ("found", "asked", "leads"),
    [
        (PAGE, PAGE, False),
        (f"{PAGE}/", PAGE.replace("https://", "http://www."), False),
        ("https://s.example/2019/fete", PAGE, False),
        ("https://nouveau.example/2019/fete", PAGE, False),
        ("https://s.example/2019/fete", "https://s.example/index.php?id=7", False),
        (f"{PAGE}?m=1", PAGE, False),
        ("https://s.example/index.php", "https://s.example/index.php?id=7", True),
        ("https://s.example/actu/fete-1.html", PAGE, True),
        ("https://s.example/actu/fete-8.html", PAGE, True),
        ("https://s.example/login", PAGE, True),
        ("https://nouveau.example/", PAGE, True),
        (HOME, PAGE, True),
    ],
)
def test_a_page_that_leads_to_another_is_told(found: str, asked: str, *, leads: bool) -> None:
    assert leads_elsewhere(found, asked=asked, known=known()) is leads


def test_addresses_are_compared_as_posts_bear_them() -> None:
    assert written("https://s.example/f%c3%aate?utm_source=x") == "https://s.example/f%C3%AAte"
    assert written("mailto:a@s.example") == "mailto:a@s.example"
