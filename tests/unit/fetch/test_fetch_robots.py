"""robots.txt is asked for once, and obeyed."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Answer, Request, Site
from unit.fetch.servers import Town, get, in_town, new_web, page

from aggregator.errors import BadStatus, FetchError, HostUnreachable, RobotsDisallowed
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


def test_robots_txt_is_asked_for_anew_after_a_day() -> None:
    async def visit(town: Town) -> None:
        town.says |= {"/robots.txt": "200 OK\n\nUser-agent: *\nAllow: /", "/": "200 OK\n\nx"}
        async with new_web() as web:
            for pause_h in (0, 23, 1):
                await asyncio.sleep(pause_h * 3600)
                await fetch(town.url("a"), web=web)

    log = in_town(visit).log
    assert [path for _, path in log] == ["/robots.txt", "/", "/", "/robots.txt", "/"]


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


def test_a_failing_robots_txt_is_asked_for_anew_soon() -> None:
    async def visit(town: Town) -> None:
        town.says |= {"/robots.txt": "500 No", "/": "200 OK\n\nx"}
        async with new_web() as web:
            for _ in range(2):
                with pytest.raises(RobotsDisallowed):
                    await fetch(town.url("a"), web=web)
            await asyncio.sleep(600)
            town.says["/robots.txt"] = "200 OK\n\nUser-agent: *\nAllow: /"
            await fetch(town.url("a"), web=web)

    assert in_town(visit).log == [(0, "/robots.txt"), (600, "/robots.txt"), (600, "/")]


def test_a_robots_txt_that_fails_for_a_month_is_taken_for_missing() -> None:
    async def visit(town: Town) -> None:
        town.says |= {"/robots.txt": "500 No", "/": "200 OK\n\nx"}
        async with new_web() as web:
            for _ in range(30):
                with pytest.raises(RobotsDisallowed):
                    await fetch(town.url("a"), web=web)
                await asyncio.sleep(86_400)
            await fetch(town.url("a"), web=web)
            town.says["/robots.txt"] = "200 OK\n\nUser-agent: *\nDisallow: /"
            await asyncio.sleep(600)
            with pytest.raises(RobotsDisallowed, match="closes this page"):
                await fetch(town.url("a"), web=web)

    log = in_town(visit).log
    assert [path for _, path in log] == [*["/robots.txt"] * 31, "/", "/robots.txt"]


def test_a_robots_txt_on_another_host_counts_for_the_first() -> None:
    async def visit(town: Town) -> None:
        town.says |= {
            "a.localhost/robots.txt": f"302 Found\nLocation: {town.url('b', '/rules')}",
            "b.localhost/rules": "200 OK\n\nUser-agent: *\nDisallow: /no\nCrawl-delay: 7",
            "/no": "200 OK\n\nx",
            "/yes": "200 OK\n\nx",
        }
        async with new_web(gap_s=0.0) as web:
            with pytest.raises(RobotsDisallowed):
                await fetch(town.url("a", "/no"), web=web)
            await fetch(town.url("b", "/no"), web=web)
            await fetch(town.url("a", "/yes"), web=web)

    town = in_town(visit)
    assert [(ask.host[0], ask.path) for ask in town.asked] == [
        ("a", "/robots.txt"),
        ("b", "/rules"),
        ("b", "/robots.txt"),
        ("b", "/no"),
        ("a", "/yes"),
    ]
    assert town.asked[-1].at_s >= 7  # Crawl-delay counts from robots.txt on
    assert town.asked[-2].at_s == 0


@pytest.mark.parametrize("status", [429, 503])
def test_a_robots_txt_that_asks_for_quiet_gets_it(status: int) -> None:
    async def visit(town: Town) -> None:
        town.says |= {"/robots.txt": f"{status} Busy\nRetry-After: 3600", "/": "200 OK\n\nx"}
        async with new_web() as web:
            for wait_s in (0, 1800, 1700):
                await asyncio.sleep(wait_s)
                for obey_robots in (True, False):
                    with pytest.raises(BadStatus, match="wants to be left alone") as caught:
                        await fetch(town.url("a"), web=web, obey_robots=obey_robots)
                    assert caught.value.status == status
            await asyncio.sleep(100)
            town.says["/robots.txt"] = "404 None"
            await fetch(town.url("a"), web=web)

    log = in_town(visit).log
    assert (log[0], log[-1]) == ((0, "/robots.txt"), (3600, "/"))
    assert [at_s for at_s, _ in log if 0 < at_s < 3600] == []


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
