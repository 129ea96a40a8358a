"""The loop on which months of crawling are tested keeps its promises."""

import asyncio
import time

import pytest
import virtual_time
from virtual_time import Stuck, run_virtually

DAY_S = 86_400


def now() -> float:
    return asyncio.get_running_loop().time()


def test_a_month_of_sleep_takes_no_time() -> None:
    async def main() -> float:
        for _ in range(30):
            await asyncio.sleep(DAY_S)
        await asyncio.sleep(30 * DAY_S)
        return now()

    begun_s = time.monotonic()
    assert run_virtually(main()) == pytest.approx(60 * DAY_S, abs=1e-3)
    assert time.monotonic() - begun_s < 5


def test_timers_fire_in_their_order() -> None:
    async def main() -> list[tuple[float, int]]:
        fired: list[tuple[float, int]] = []

        async def wait(delay_s: float, name: int) -> None:
            await asyncio.sleep(delay_s)
            fired.append((now(), name))

        await asyncio.gather(*(wait((n * 7919) % 1000, n) for n in range(200)))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(50):
                await asyncio.sleep(51)
        return fired

    fired = run_virtually(main())
    assert [at for at, _ in fired] == pytest.approx(sorted((n * 7919) % 1000 for n in range(200)))


@pytest.mark.parametrize("size", [1, 1000, 300_000, 5_000_000])
def test_bytes_on_their_way_lose_no_time(size: int) -> None:
    async def main() -> list[float]:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            body = await reader.readexactly(size)
            writer.write(body)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]

        async def ask() -> float:
            begun = now()
            async with asyncio.timeout(5):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"a" * size)
                assert len(await reader.read(-1)) == size
                writer.close()
            return now() - begun

        async with server:
            return await asyncio.gather(*(ask() for _ in range(10)))

    assert run_virtually(main()) == [0.0] * 10


def test_a_server_s_delays_are_virtual() -> None:
    async def main() -> tuple[int, float]:
        async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for _number in range(3600):
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(1)
            writer.close()

        async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            got = len(await reader.read(-1))
            writer.close()
            return got, now()

    assert run_virtually(main()) == (3600, 3600.0)


def test_a_reader_that_does_not_read_costs_the_sender_its_timeout() -> None:
    async def main() -> float:
        async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await asyncio.sleep(60)
            finally:
                writer.transport.abort()

        async with await asyncio.start_server(deaf, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"a" * 100_000_000)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.drain(), 10)
            writer.transport.abort()
            return now()

    assert run_virtually(main()) == pytest.approx(10)


def test_time_stands_still_while_a_thread_works() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await asyncio.sleep(3)
        begun = now()
        async with asyncio.timeout(0.01):
            await asyncio.to_thread(time.sleep, 0.1)
        return now() - begun

    assert run_virtually(main()) == 0.0


def test_waiting_for_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_time, "STUCK_S", 0.05)

    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stuck):
        run_virtually(main())
