"""Hosts are asked gently. Gaps are read from the server's log; no test has an upper bound."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from random import Random

import pytest
from conftest import Answer, Request, Site
from unit.fetch.servers import new_web

from aggregator.errors import BadStatus
from aggregator.fetch import Web, fetch
from aggregator.fetch import pacing as pacing_module
from aggregator.fetch.failures import retry_after
from aggregator.fetch.pacing import MAX_WAIT_S
from aggregator.fetch.urls import parse_url

pytestmark = pytest.mark.usefixtures("loopback_allowed")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# Sleeps are as long as the event loop's clock is fine.
GRAIN_S = 0.005


def gaps(site: Site) -> list[float]:
    return [later.at_s - earlier.at_s for earlier, later in pairwise(site.requests)]


async def all_at_once(web: Web, *urls: str, obey_robots: bool = False) -> None:
    await asyncio.gather(*(fetch(url, web=web, obey_robots=obey_robots) for url in urls))


def test_a_gap_between_the_end_of_one_and_the_start_of_the_next(site: Site) -> None:
    site.pages["/"] = Answer(body=b"x", delay_s=0.1)

    async def run() -> None:
        async with new_web(gap_s=0.15) as web:
            await all_at_once(web, *[site.url()] * 4)

    asyncio.run(run())
    assert len(site.requests) == 4
    assert min(gaps(site)) >= 0.25 - GRAIN_S


def test_redirects_and_robots_txt_take_turns_too(site: Site) -> None:
    site.pages["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /no\n")
    site.pages["/"] = Answer(status=302, headers={"Location": "/next"})
    site.pages["/next"] = Answer(body=b"x")

    async def run() -> None:
        async with new_web(gap_s=0.15) as web:
            await all_at_once(web, site.url(), obey_robots=True)

    asyncio.run(run())
    assert [request.path for request in site.requests] == ["/robots.txt", "/", "/next"]
    assert min(gaps(site)) >= 0.15 - GRAIN_S


def test_ports_and_spellings_of_one_host_share_its_turns() -> None:
    first, second = Site(), Site()
    for site in (first, second):
        site.pages["/"] = Answer(body=b"x")

    async def run() -> None:
        async with new_web(gap_s=0.2) as web:
            urls = (f"http://A.localhost:{first.port}/", f"http://a.localhost.:{second.port}/")
            await all_at_once(web, *urls)

    try:
        asyncio.run(run())
        apart_s = abs(first.requests[0].at_s - second.requests[0].at_s)
    finally:
        first.close()
        second.close()
    assert apart_s >= 0.2 - GRAIN_S


def test_other_hosts_do_not_wait(site: Site) -> None:
    """Two hosts are under way at the same time: each answer waits for the other's request."""
    seen: set[str] = set()

    def meet(request: Request) -> Answer:
        seen.add(request.headers["host"])
        until = time.monotonic() + 10
        while len(seen) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        return Answer(body=str(len(seen)).encode())

    site.pages["/"] = meet

    async def run() -> list[bytes]:
        async with new_web(gap_s=30.0) as web:
            urls = (f"http://{name}.localhost:{site.port}/" for name in "ab")
            got = await asyncio.gather(*(fetch(url, web=web, obey_robots=False) for url in urls))
        return [getattr(page, "body", b"") for page in got]

    assert asyncio.run(run()) == [b"2", b"2"]


def test_crawl_delay_widens_the_gap(site: Site) -> None:
    site.pages["/robots.txt"] = Answer(body=b"User-agent: *\nCrawl-delay: 0.3\n")
    site.pages["/"] = Answer(body=b"x")

    async def run() -> None:
        async with new_web(gap_s=0.01) as web:
            await all_at_once(web, site.url(), site.url(), obey_robots=True)

    asyncio.run(run())
    assert gaps(site)[-1] >= 0.3 - GRAIN_S


def test_crawl_delay_never_narrows_the_gap_and_is_capped() -> None:
    pacer = pacing_module.Pacer(2.0, Random(1))
    url = parse_url("http://example.org/")
    pacer.widen(url, 0.5)
    assert pacer._host(url.name).gap_s == 2.0
    pacer.widen(url, 86_400)
    assert pacer._host(url.name).gap_s == MAX_WAIT_S


# --- Retry-After -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 500, 86_400),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        ("Sun, 01 Mar 2026 13:00:00 +0100", 0),
        ("Sunday, 01-Mar-26 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 12:00:30", 30),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400),
        ("Fri, 01 Jan 1999 00:00:00 GMT", 0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("Fri, 99 Jan 99999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read(text: str, seconds: int | None) -> None:
    assert retry_after(text, NOW) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_for_quiet_is_left_alone(site: Site, status: int) -> None:
    site.pages["/"] = Answer(status=status, headers={"Retry-After": "3600"})
    site.pages["/other"] = Answer(body=b"x")

    async def run() -> None:
        async with new_web() as web:
            with pytest.raises(BadStatus) as first:
                await fetch(site.url(), web=web, obey_robots=False)
            with pytest.raises(BadStatus, match="wants to be left alone") as second:
                await fetch(site.url("/other"), web=web, obey_robots=False)
        assert (first.value.status, first.value.retry_after_s) == (status, 3600)
        assert second.value.status == status
        assert 3500 < (second.value.retry_after_s or 0) <= 3600

    asyncio.run(run())
    assert [request.path for request in site.requests] == ["/"]


def test_a_short_wait_is_waited_for(site: Site) -> None:
    site.pages["/"] = Answer(status=429, headers={"Retry-After": "1"})
    site.pages["/other"] = Answer(body=b"x")

    async def run() -> None:
        async with new_web(deadline_s=0.8) as web:
            with pytest.raises(BadStatus):
                await fetch(site.url(), web=web, obey_robots=False)
            await fetch(site.url("/other"), web=web, obey_robots=False)

    asyncio.run(run())
    assert gaps(site)[0] >= 1 - GRAIN_S


def test_other_statuses_ask_for_nothing(site: Site) -> None:
    site.pages["/"] = Answer(status=404, headers={"Retry-After": "3600"})
    site.pages["/other"] = Answer(body=b"x")

    async def run() -> None:
        async with new_web() as web:
            with pytest.raises(BadStatus) as caught:
                await fetch(site.url(), web=web, obey_robots=False)
            assert caught.value.retry_after_s is None
            await fetch(site.url("/other"), web=web, obey_robots=False)

    asyncio.run(run())
