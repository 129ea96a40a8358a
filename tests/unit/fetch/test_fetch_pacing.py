"""Hosts are asked gently. Gaps are read from the server's log; no test has an upper bound."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from conftest import Answer, Request, Site
from unit.fetch.servers import Names, Town, answering, in_town, new_web, raw_server
from virtual_time import run_virtually, wall_clock

from aggregator.errors import BadStatus, FetchError, HostUnreachable
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
    async def run() -> None:
        pacer = pacing_module.Pacer(2.0, Random(1), lambda: NOW)
        url = parse_url("http://example.org/")
        pacer.widen(url, 0.5)
        assert pacer._hosts.of(url.name).gap_s == 2.0
        pacer.widen(url, 86_400)
        assert pacer._hosts.of(url.name).gap_s == MAX_WAIT_S

    run_virtually(run())


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
        assert (first.value.not_asked, second.value.not_asked) == (False, True)
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


def test_retry_after_on_a_redirect_s_hop_counts_for_that_host() -> None:
    async def visit(town: Town) -> None:
        town.says |= {
            "/": f"302 Found\nLocation: {town.url('b')}",
            "b.localhost/": "503 Busy\nRetry-After: 3600",
            "/other": "200 OK\n\nx",
        }
        async with new_web() as web:
            with pytest.raises(BadStatus) as caught:
                await fetch(town.url("a"), web=web, obey_robots=False)
            assert (caught.value.url, caught.value.retry_after_s) == (town.url("b"), 3600)
            with pytest.raises(BadStatus, match="left alone"):
                await fetch(town.url("b", "/other"), web=web, obey_robots=False)
            await fetch(town.url("a", "/other"), web=web, obey_robots=False)

    assert [path for _, path in in_town(visit).log] == ["/", "/", "/other"]


def test_a_pause_outlives_the_process() -> None:
    async def visit(town: Town) -> None:
        town.says["/"] = "200 OK\n\nx"
        async with new_web(clock=wall_clock(NOW)) as web:
            web.leave_alone("A.localhost.", until=NOW + timedelta(hours=1), status=503)
            web.leave_alone("b.localhost", until=NOW - timedelta(hours=1), status=429)
            web.leave_alone("c.localhost", until=NOW + timedelta(days=9), status=429)
            with pytest.raises(BadStatus, match="another 3600 s") as caught:
                await fetch(town.url("a"), web=web, obey_robots=False)
            assert caught.value.status == 503
            await fetch(town.url("b"), web=web, obey_robots=False)
            await asyncio.sleep(3600)
            await fetch(town.url("a"), web=web, obey_robots=False)
            with pytest.raises(BadStatus, match="another 82800 s"):
                await fetch(town.url("c"), web=web, obey_robots=False)

    assert in_town(visit).log == [(0, "/"), (3600, "/")]


def test_pauses_are_told_once_whatever_asked_for_them() -> None:
    async def visit(town: Town) -> None:
        town.says |= {
            "a.localhost/": f"302 Found\nLocation: {town.url('b')}",
            "b.localhost/": "503 Busy\nRetry-After: 3600",
            "c.localhost/robots.txt": "429 No\nRetry-After: 7200",
            "d.localhost/": "200 OK\n\nx",
            "d.localhost/now": "429 No\nRetry-After: 0",
        }
        async with new_web(clock=wall_clock(NOW)) as web:
            await asyncio.sleep(60)
            with pytest.raises(BadStatus):
                await fetch(town.url("a"), web=web, obey_robots=False)
            with pytest.raises(BadStatus):
                await fetch(town.url("c"), web=web)
            await fetch(town.url("d"), web=web)
            with pytest.raises(BadStatus):
                await fetch(town.url("d", "/now"), web=web)
            minute = NOW + timedelta(minutes=1)
            assert web.pauses_told() == {
                "b.localhost": (minute + timedelta(hours=1), 503),
                "c.localhost": (minute + timedelta(hours=2), 429),
            }
            assert web.pauses_told() == {}

    in_town(visit)


def test_a_pause_that_was_restored_is_not_told_again() -> None:
    async def visit(town: Town) -> None:
        town.says["/"] = "429 No\nRetry-After: 20"
        async with new_web(clock=wall_clock(NOW)) as web:
            web.leave_alone("a.localhost", until=NOW + timedelta(seconds=10), status=503)
            assert web.pauses_told() == {}
            with pytest.raises(BadStatus):
                await fetch(town.url("a"), web=web, obey_robots=False)
            assert web.pauses_told() == {"a.localhost": (NOW + timedelta(seconds=30), 429)}

    in_town(visit)


# --- slow hosts, chance ------------------------------------------------------------------------


def seconds_between(gap_s: float, slow_s: float) -> list[float]:
    """Return the pauses between the ends of answers and the next requests."""

    async def visit(town: Town) -> None:
        town.says["/"] = "200 OK\n\nx"
        town.slow_s["/"] = slow_s
        async with new_web(gap_s=gap_s, deadline_s=120.0) as web:
            for _ in range(40):
                await fetch(town.url("a"), web=web, obey_robots=False)

    asked = in_town(visit).asked
    return [later.at_s - earlier.at_s - slow_s for earlier, later in pairwise(asked)]


@pytest.mark.parametrize(
    ("slow_s", "gap_s"), [(0.0, 2.0), (0.9, 2.0), (4.0, 8.0), (14.0, 28.0), (60.0, 30.0)]
)
def test_slow_hosts_get_longer_gaps_and_all_gaps_vary(slow_s: float, gap_s: float) -> None:
    pauses = seconds_between(2.0, slow_s)
    assert gap_s - 1e-6 <= min(pauses) < gap_s * 1.1
    assert gap_s * 1.15 < max(pauses) <= gap_s * 1.25 + 1e-6


def test_no_gap_is_no_gap_however_slow_the_host() -> None:
    assert seconds_between(0.0, 4.0) == pytest.approx([0.0] * 39)


# --- hosts that cannot be reached --------------------------------------------------------------


def lost(kind: type[HostUnreachable] = HostUnreachable) -> Any:
    return pytest.raises(kind, match="not asked: ")


def test_a_host_that_is_unknown_is_asked_for_once_in_ten_minutes(names: Names) -> None:
    async def unknown(*_: object) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    names.really = unknown

    async def visit(_: Town) -> None:
        async with new_web() as web:
            with pytest.raises(HostUnreachable, match="is unknown"):
                await fetch("http://gone.example/a", web=web)
            await asyncio.sleep(599)
            with lost() as caught:
                await fetch("http://gone.example/b", web=web)
            assert "599 s ago: the name gone.example is unknown" in str(caught.value)
            assert caught.value.url == "http://gone.example/b"
            await asyncio.sleep(1)
            with pytest.raises(HostUnreachable, match="is unknown"):
                await fetch("http://gone.example/b", web=web)

    in_town(visit)
    assert names.asked == ["gone.example"] * 2


def test_of_many_addresses_of_a_dead_host_one_waits() -> None:
    async def visit(town: Town) -> None:
        town.says["b.localhost/"] = "200 OK\n\nx"
        town.slow_s = {f"/{number}": 1e6 for number in range(20)}
        async with new_web(deadline_s=30.0) as web:
            urls = [town.url("a", f"/{number}") for number in range(20)]
            got = await asyncio.gather(
                *(fetch(url, web=web, obey_robots=False) for url in urls), return_exceptions=True
            )
            assert {type(error) for error in got} == {HostUnreachable}
            assert ["not asked" in str(error) for error in got] == [False] + [True] * 19
            assert asyncio.get_running_loop().time() == pytest.approx(30.0)
            await fetch(town.url("b"), web=web, obey_robots=False)

    assert [path for _, path in in_town(visit).log] == ["/0", "/"]


def test_a_host_that_answers_again_is_asked_again(unused_port: int) -> None:
    async def run() -> None:
        url = f"http://127.0.0.1:{unused_port}/"
        async with new_web() as web:
            with pytest.raises(HostUnreachable, match="refuses"):
                await fetch(url, web=web)
            async with serving(unused_port):
                with lost():
                    await fetch(url, web=web)
                await asyncio.sleep(600)
                await fetch(url, web=web, obey_robots=False)
                await fetch(url, web=web, obey_robots=False)

    run_virtually(run())


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 500 No\r\n\r\n", b"HTTP/1.1 404 No\r\n\r\n", b"nonsense\r\n\r\n", b""]
)
def test_what_answers_badly_is_no_dead_host(answer: bytes) -> None:
    async def run() -> None:
        async with raw_server(answering(answer)) as root, new_web() as web:
            for _ in range(2):
                with pytest.raises(FetchError) as caught:
                    await fetch(root, web=web, obey_robots=False)
                assert "not asked" not in str(caught.value)

    asyncio.run(run())


def test_a_slow_hop_is_not_laid_to_the_next_host_s_charge() -> None:
    async def visit(town: Town) -> None:
        town.says |= {"/": f"302 Found\nLocation: {town.url('b', '/b')}", "/b": "200 OK\n\nx"}
        town.slow_s = {"/": 25.0, "/b": 10.0}
        async with new_web(deadline_s=30.0) as web:
            with pytest.raises(HostUnreachable, match=r"b\.localhost.*no whole answer"):
                await fetch(town.url("a"), web=web, obey_robots=False)
            await fetch(town.url("b", "/b"), web=web, obey_robots=False)

    in_town(visit)


@asynccontextmanager
async def serving(port: int) -> AsyncIterator[None]:
    town = Town(says={"/": "200 OK\n\nx"})
    async with await asyncio.start_server(town.answer, "127.0.0.1", port):
        yield


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
