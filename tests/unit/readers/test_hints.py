"""What a feed says of its rhythm and its hub, and a page of text and data mining."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from aggregator.model import Hints, Page, Recipe, Source
from aggregator.readers import Scrapers, read, read_feed

PageOf = Callable[..., Page]

HOUR, DAY = 3_600, 86_400


def hints(page_of: PageOf, head: str) -> Hints:
    names = (
        "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' "
        "xmlns:atom='http://www.w3.org/2005/Atom'"
    )
    document = f"<rss version='2.0' {names}><channel>{head}<item/></channel></rss>"
    return read_feed(page_of(document, url="https://exemple.fr/flux")).hints


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", None),
        ("<ttl>60</ttl>", HOUR),
        ("<ttl> 1440 </ttl>", DAY),
        ("<ttl>0</ttl>", 0),
        ("<ttl>-5</ttl>", None),
        ("<ttl>PT1H</ttl>", None),
        ("<ttl>999999</ttl>", 7 * DAY),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod>\n\tHourly\t</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod>1 hour</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod>hour</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod>every 2 hours</sy:updatePeriod>", 2 * HOUR),
        ("<sy:updatePeriod>horaire</sy:updatePeriod>", HOUR),
        ("<sy:updatePeriod>30 minutes</sy:updatePeriod>", 1_800),
        ("<sy:updatePeriod>dayly</sy:updatePeriod>", DAY),
        ("<sy:updatePeriod>Daily</sy:updatePeriod>", DAY),
        ("<sy:updatePeriod>quotidien</sy:updatePeriod>", DAY),
        ("<sy:updatePeriod>weekley</sy:updatePeriod>", 7 * DAY),
        ("<sy:updatePeriod>montly</sy:updatePeriod>", 7 * DAY),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", 7 * DAY),
        ("<sy:updatePeriod>never</sy:updatePeriod>", None),
        ("<sy:updatePeriod>thursday</sy:updatePeriod>", None),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency> 4 </sy:updateFrequency>",
            6 * HOUR,
        ),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            HOUR,
        ),
        ("<ttl>180</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 3 * HOUR),
        ("<ttl>" + "9" * 5_000 + "</ttl>", 7 * DAY),
    ],
)
def test_the_pace_a_feed_asks_for(page_of: PageOf, head: str, expected: int | None) -> None:
    assert hints(page_of, head).ttl_s == expected


def test_hours_and_days_without_news(page_of: PageOf) -> None:
    found = hints(
        page_of,
        "<skipHours><hour>0</hour><hour>24</hour><hour> 7 </hour><hour>25</hour><hour>x</hour>"
        "</skipHours><skipDays><day>Sunday</day><day>saturday</day><day>dimanche</day></skipDays>",
    )

    assert (found.skip_hours, found.skip_days) == (frozenset({0, 7}), frozenset({5, 6}))


@pytest.mark.parametrize(
    ("head", "hub", "topic"),
    [
        (
            "<atom:link rel='hub' href='https://hub.fr/'/><atom:link rel='self' href='/f'/>",
            "https://hub.fr/",
            "https://exemple.fr/f",
        ),
        ("<atom:link rel='SELF hub' href='http://h.fr/x'/>", "http://h.fr/x", "http://h.fr/x"),
        ("<atom:link rel='hub' href='javascript:x'/><atom:link rel='hub'/>", None, None),
        ("<atom:link rel='hub' href='http://['/>", None, None),
        ("<link rel='alternate' href='https://a.fr/'/>", None, None),
    ],
)
def test_the_hub_of_a_feed(page_of: PageOf, head: str, hub: str | None, topic: str | None) -> None:
    found = hints(page_of, head)

    assert (found.hub, found.topic) == (hub, topic)


def test_the_hub_of_a_json_feed(page_of: PageOf) -> None:
    body = {
        "items": [],
        "feed_url": "https://exemple.fr/f.json",
        "hubs": [1, {"type": "rssCloud", "url": "https://a.fr/"}, {"type": "WebSub", "url": "/h"}],
    }
    found = read_feed(page_of(json.dumps(body), url="https://exemple.fr/")).hints

    assert (found.hub, found.topic) == ("https://exemple.fr/h", "https://exemple.fr/f.json")


@pytest.mark.parametrize("broken", ["https://a.fr/\\ud83d", "https://a\\udc00.fr/", "\\ud83d"])
def test_an_address_that_is_no_text_gives_no_hint(page_of: PageOf, broken: str) -> None:
    hub = f'{{"type": "WebSub", "url": "{broken}"}}'
    body = f'{{"items": [{{"id": 1}}], "feed_url": "{broken}", "hubs": [{hub}]}}'
    read = read_feed(page_of(body, url="https://exemple.fr/"))

    assert len(read.entries) == 1
    assert read.hints.hub is read.hints.topic is None


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ("<meta name='tdm-reservation' content='1'>", True),
        ("<meta name='TDM-Reservation' content=' 0 '>", False),
        ("<meta name='tdm-reservation' content='peut-être'>", None),
        ("", None),
    ],
)
def test_a_page_may_reserve_text_and_data_mining(
    page_of: PageOf, no_scrapers: Scrapers, meta: str, expected: bool | None
) -> None:
    source = Source(
        slug="s",
        name="S",
        url="https://exemple.fr/",
        kind="blog",
        recipe=Recipe(items="li", link="a"),
    )
    page = page_of(f"<head>{meta}</head><ul><li><a href='/1'>1</a></ul>")

    assert read(page, source, scrapers=no_scrapers).tdm_reserved is expected


@pytest.mark.parametrize(
    ("code", "slow"),
    [
        ("import aggregator.readers", "lxml"),
        ("import aggregator.readers, aggregator.readers.feed", "html5lib"),
    ],
)
def test_what_an_unchanged_feed_does_not_need_is_not_imported(code: str, slow: str) -> None:
    check = f"{code}; import sys; print({{'bs4', 'feedparser', 'soupsieve', 'w3lib', '{slow}'}} & set(sys.modules))"  # noqa: E501 -- one program
    shown = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )

    assert shown.stdout.strip() == "set()"
