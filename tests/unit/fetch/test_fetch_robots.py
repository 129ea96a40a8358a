"""robots.txt is asked for once, and obeyed."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Answer, Request, Site
from unit.fetch.servers import get, new_web, page

from aggregator.errors import FetchError, HostUnreachable, RobotsDisallowed
from aggregator.fetch import fetch
from aggregator.fetch.robots import Rules

pytestmark = pytest.mark.usefixtures("loopback_allowed")


def robots(*lines: str) -> Answer:
    return Answer(body="\n".join(lines).encode(), content_type="text/plain")


def paths(site: Site) -> list[str]:
    return [request.path for request in site.requests]


async def outcomes(urls: Sequence[str], **options: object) -> list[str]:
    """Fetch addresses one after the other with one Web; the error's name or « ok » of each."""
    names = []
    async with new_web(**options) as web:
        for url in urls:
            try:
                await fetch(url, web=web)
            except FetchError as error:
                names.append(type(error).__name__)
            else:
                names.append("ok")
    return names


def test_a_closed_page_is_not_asked_for(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *", "Disallow: /private")
    with pytest.raises(RobotsDisallowed, match="closes this page") as caught:
        get(site.url("/private/x"), obey_robots=True)
    assert caught.value.url == site.url("/private/x")
    assert paths(site) == ["/robots.txt"]


def test_a_listed_feed_is_asked_for_without_robots_txt(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *", "Disallow: /")
    site.pages["/feed"] = Answer(body=b"x")
    assert page(site.url("/feed")).body == b"x"
    assert paths(site) == ["/feed"]


def test_our_own_group_counts_before_the_others(site: Site) -> None:
    site.pages["/robots.txt"] = robots(
        "User-agent: *", "Disallow: /", "", "User-agent: Civic-Aggregator", "Disallow: /no"
    )
    site.pages["/"] = Answer()
    urls = [site.url("/"), site.url("/no"), site.url("/")]
    assert asyncio.run(outcomes(urls)) == ["ok", "RobotsDisallowed", "ok"]


def test_robots_txt_is_asked_for_once_however_many_ask(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *", "Allow: /")
    site.pages["/"] = Answer(body=b"x")

    async def run() -> None:
        async with new_web() as web:
            await asyncio.gather(*(fetch(site.url(), web=web) for _ in range(5)))

    asyncio.run(run())
    assert paths(site) == ["/robots.txt", *["/"] * 5]


def test_robots_txt_is_asked_for_anew_after_a_day(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *", "Allow: /")
    site.pages["/"] = Answer(body=b"x")
    day = datetime(2026, 3, 1, tzinfo=UTC)
    moments = {"now": day}

    async def run() -> None:
        async with new_web(clock=lambda: moments["now"]) as web:
            for hours in (0, 23, 24):
                moments["now"] = day + timedelta(hours=hours)
                await fetch(site.url(), web=web)

    asyncio.run(run())
    assert paths(site) == ["/robots.txt", "/", "/", "/robots.txt", "/"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
def test_no_robots_txt_allows_all(site: Site, status: int) -> None:
    site.pages["/robots.txt"] = Answer(status=status, body=b"User-agent: *\nDisallow: /")
    site.pages["/"] = Answer(body=b"x")
    assert page(site.url(), obey_robots=True).body == b"x"


@pytest.mark.parametrize("status", [500, 503, 599])
def test_a_failing_robots_txt_closes_the_site_for_now(site: Site, status: int) -> None:
    site.pages["/robots.txt"] = Answer(status=status)
    site.pages["/"] = Answer(body=b"x")
    with pytest.raises(RobotsDisallowed, match=f"{status}.*asked again later"):
        get(site.url(), obey_robots=True)
    assert paths(site) == ["/robots.txt"]


def test_a_failing_robots_txt_is_asked_for_anew_soon(site: Site) -> None:
    site.pages["/robots.txt"] = Answer(status=500)
    site.pages["/"] = Answer(body=b"x")
    moments = [datetime(2026, 3, 1, tzinfo=UTC)]

    async def run() -> None:
        async with new_web(clock=lambda: moments[-1]) as web:
            for _ in range(2):
                with pytest.raises(RobotsDisallowed):
                    await fetch(site.url(), web=web)
            moments.append(moments[0] + timedelta(minutes=10))
            site.pages["/robots.txt"] = robots("User-agent: *", "Allow: /")
            await fetch(site.url(), web=web)

    asyncio.run(run())
    assert paths(site) == ["/robots.txt", "/robots.txt", "/"]


def test_a_host_that_cannot_be_reached_is_said_to_be_so() -> None:
    with pytest.raises(HostUnreachable, match="refuses the connection"):
        get("http://127.0.0.1:1/", obey_robots=True)


def test_robots_txt_may_be_moved(site: Site) -> None:
    site.pages["/robots.txt"] = Answer(status=301, headers={"Location": "/elsewhere.txt"})
    site.pages["/elsewhere.txt"] = robots("User-agent: *", "Disallow: /")
    with pytest.raises(RobotsDisallowed):
        get(site.url(), obey_robots=True)


def test_robots_txt_that_redirects_for_ever_counts_as_missing(site: Site) -> None:
    site.pages["/robots.txt"] = Answer(status=301, headers={"Location": "/robots.txt"})
    site.pages["/"] = Answer(body=b"x")
    assert page(site.url(), obey_robots=True).body == b"x"
    assert paths(site) == [*["/robots.txt"] * 6, "/"]


def test_every_hop_is_checked(site: Site) -> None:
    site.pages["/robots.txt"] = robots("User-agent: *", "Disallow: /private")
    site.pages["/"] = Answer(status=302, headers={"Location": "/private"})
    with pytest.raises(RobotsDisallowed):
        get(site.url(), obey_robots=True)
    assert paths(site) == ["/robots.txt", "/"]


def test_each_origin_has_its_own_rules(site: Site) -> None:
    def rules(request: Request) -> Answer:
        closed = request.headers["host"].startswith("b.")
        return robots("User-agent: *", "Disallow: /" if closed else "Allow: /")

    site.pages["/robots.txt"] = rules
    site.pages["/"] = Answer(status=302, headers={"Location": f"http://b.localhost:{site.port}/"})
    with pytest.raises(RobotsDisallowed, match=r"b\.localhost"):
        get(f"http://a.localhost:{site.port}/", obey_robots=True)
    assert paths(site) == ["/robots.txt", "/", "/robots.txt"]


def test_only_the_beginning_of_a_huge_robots_txt_is_read(site: Site) -> None:
    head = b"User-agent: *\nDisallow: /early\n"
    padding = b"# nothing to see here\n" * 40_000
    site.pages["/robots.txt"] = Answer(body=head + padding + b"Disallow: /late\n")
    site.pages["/late"] = Answer()
    urls = [site.url("/early"), site.url("/late")]
    assert asyncio.run(outcomes(urls)) == ["RobotsDisallowed", "ok"]


def test_a_robots_txt_made_to_exhaust_us_closes_the_site(site: Site) -> None:
    agents = [f"User-agent: bot{number}" for number in range(5_000)]
    rules = [f"Disallow: /{number}" for number in range(20_000)]
    site.pages["/robots.txt"] = robots(*agents, *rules)
    with pytest.raises(RobotsDisallowed, match="too intricate"):
        get(site.url(), obey_robots=True)


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><body>User-agent: everyone is welcome</body></html>",
        b"\xff\xfe\x00\x00Disallow",
        b"",
        bytes(range(256)) * 10,
    ],
)
def test_what_is_no_robots_txt_allows_all(body: bytes) -> None:
    assert Rules.parse(body).allows("http://example.org/")


def test_a_byte_order_mark_hides_no_rule() -> None:
    assert not Rules.parse(b"\xef\xbb\xbfUser-agent: *\nDisallow: /").allows("http://example.org/")


@pytest.mark.corpus
def test_the_recorded_cases_are_read_alike(corpus: Path) -> None:
    cases = json.loads((corpus / "robots" / "cases.json").read_text("utf-8"))
    wrong = []
    for case in cases:
        rules = Rules.parse(case["robots"].encode())
        if "allowed" in case:
            good = rules.allows(case["url"], case["ua"]) == case["allowed"]
        else:
            good = rules.gap_s(case["ua"]) == case["crawl_delay"]
        if not good:
            wrong.append(case)
    assert len(cases) == 298
    assert wrong == []


@pytest.mark.corpus
def test_no_real_robots_txt_is_too_intricate(corpus: Path) -> None:
    files = sorted((corpus / "robots" / "sites").iterdir())
    assert len(files) >= 60
    assert [file.name for file in files if Rules.parse(file.read_bytes()).refusal] == []
