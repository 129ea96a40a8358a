"""Hosts are known for as long as it serves."""

import asyncio

import pytest
from unit.fetch.servers import Town, in_town, new_web
from virtual_time import run_virtually

from aggregator.errors import RobotsDisallowed
from aggregator.fetch import acquaintances, fetch
from aggregator.fetch.acquaintances import UNUSED_S, Acquaintance, Acquaintances

pytestmark = pytest.mark.usefixtures("loopback_allowed")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquaintances, "MANY", 3)


def test_the_unused_are_forgotten_when_there_are_many() -> None:
    async def run() -> None:
        known = Acquaintances(Acquaintance)
        first, second = known.of("a"), known.of("b")
        await asyncio.sleep(UNUSED_S)
        assert known.of("a") is first
        known.of("c")
        assert len(known) == 3  # few enough
        known.of("d")
        assert len(known) == 3
        assert known.of("a") is first
        assert known.of("b") is not second

    run_virtually(run())


def test_those_in_use_are_kept_however_many() -> None:
    async def run() -> None:
        known = Acquaintances(Acquaintance)
        all_of_them = {str(number): known.of(str(number)) for number in range(50)}
        await asyncio.sleep(UNUSED_S - 1)
        assert all(known.of(name) is one for name, one in all_of_them.items())
        await asyncio.sleep(UNUSED_S)
        for number in range(50, 150):
            known.of(str(number))
        assert len(known) == 100

    run_virtually(run())


def test_hosts_and_their_robots_txt_are_forgotten_but_not_for_how_long_they_fail() -> None:
    async def visit(town: Town) -> None:
        town.says["/"] = "200 OK\n\nx"
        town.says["fails.localhost/robots.txt"] = "500 No"
        async with new_web() as web:

            async def failing() -> None:
                with pytest.raises(RobotsDisallowed):
                    await fetch(town.url("fails"), web=web)

            await failing()
            for day in range(5):
                for name in "abc":
                    await fetch(town.url(f"{name}{day}"), web=web)
                await asyncio.sleep(6 * UNUSED_S - 3600)
            assert len(web._pacer._hosts) == 3
            assert len(web._robots._records) <= 6
            await failing()
            await asyncio.sleep(UNUSED_S)
            # A month of failures, though the host was out of use in between.
            await fetch(town.url("fails"), web=web)

    in_town(visit)
