"""What strangers may do at the door for hubs; on a virtual clock, over a real socket."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from virtual_time import run_virtually

from aggregator.crawl.receiving import listen_on_socket, serving
from aggregator.portal.callbacks import CHUNK_S, MOST_AT_ONCE, WHOLE_S, Callbacks

Receive = Callable[[], Awaitable[dict[str, Any]]]
NEVER = 10_000


class Door:
    """The portal's door, and a crawler behind it that takes `answer_s` to say 202."""

    def __init__(self, socket: Path, *, answer_s: float = 0) -> None:
        self._socket = socket
        self._answer_s = answer_s
        self._callbacks = Callbacks(self._pages, socket)
        self.forwarded: list[tuple[str, bytes, bytes]] = []

    def play(self, scenario: Callable[[], Awaitable[None]]) -> None:
        """Run a scenario while the crawler listens."""

        # Uvicorn tells by its looks how to call an application: a function, no method.
        async def crawler(scope: dict[str, Any], receive: Receive, send: Any) -> None:
            await self._crawler(scope, receive, send)

        async def go() -> None:
            client = self._callbacks._client
            assert client is not None
            async with client, serving(crawler, [listen_on_socket(self._socket)]):
                await scenario()

        run_virtually(go())

    async def call(
        self, method: str, *, query: bytes = b"", receive: Receive | None = None
    ) -> tuple[int | None, float]:
        """Return the status, none without an answer, and the seconds it took."""
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": f"/websub/{'x' * 43}",
            "query_string": query,
            "headers": [],
        }
        ticks = asyncio.get_running_loop().time
        begun = ticks()
        await self._callbacks(scope, receive or dawdling(0, parts=1), send)
        return sent[0]["status"] if sent else None, ticks() - begun

    async def _pages(self, _scope: Any, _receive: Any, _send: Any) -> None:
        raise AssertionError("this is for the crawler")

    async def _crawler(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        self.forwarded.append((scope["method"], scope["query_string"], body))
        await asyncio.sleep(self._answer_s)
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def dawdling(pause_s: float, *, parts: int = NEVER) -> Receive:
    """Return how a message comes that has a byte every so many seconds."""
    left = parts

    async def receive() -> dict[str, Any]:
        nonlocal left
        await asyncio.sleep(pause_s)
        left -= 1
        return {"type": "http.request", "body": b"x", "more_body": left > 0}

    return receive


async def hung_up() -> dict[str, Any]:
    return {"type": "http.disconnect"}


@pytest.fixture(autouse=True)
def nothing_logged(caplog: pytest.LogCaptureFixture) -> Any:
    """Whatever strangers do: nobody has to read of it."""
    yield
    assert caplog.records == []


def test_slow_messages_keep_no_hub_from_verifying(tmp_path: Path) -> None:
    door = Door(tmp_path / "s")

    async def scenario() -> None:
        slow = [
            asyncio.create_task(door.call("POST", receive=dawdling(4.0)))
            for _ in range(MOST_AT_ONCE)
        ]
        await asyncio.sleep(1)
        assert (await door.call("GET", query=b"hub.mode=subscribe"))[0] == 202
        assert (await door.call("POST"))[0] == 503
        answers = await asyncio.gather(*slow)
        assert {status for status, _ in answers} == {504}
        assert all(seconds == pytest.approx(WHOLE_S, abs=1) for _, seconds in answers)
        assert (await door.call("POST"))[0] == 202

    door.play(scenario)
    assert door.forwarded == [("GET", b"hub.mode=subscribe", b""), ("POST", b"", b"x")]


def test_a_message_that_stops_holds_its_slot_for_a_moment(tmp_path: Path) -> None:
    door = Door(tmp_path / "s")

    async def scenario() -> None:
        status, seconds = await door.call("POST", receive=dawdling(NEVER))
        assert status == 504
        assert seconds == pytest.approx(CHUNK_S, abs=1)
        assert (await door.call("POST", receive=hung_up))[0] is None
        # Slow, and over in time.
        assert (await door.call("POST", receive=dawdling(4.0, parts=3)))[0] == 202

    door.play(scenario)
    assert door.forwarded == [("POST", b"", b"xxx")]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "query",
    [
        b"hub.topic=\xe9",
        b"a=\x00",
        b"a=b c",
        b"a=\x7f",
        b"a=" + b"x" * 70_000,
        b"x" * 4_097,
        b"a#b",
    ],
)
def test_a_query_that_no_hub_asks_goes_nowhere(tmp_path: Path, method: str, query: bytes) -> None:
    door = Door(tmp_path / "s")

    async def scenario() -> None:
        for _ in range(MOST_AT_ONCE + 1):
            assert (await door.call(method, query=query))[0] == 400

    door.play(scenario)
    assert door.forwarded == []


def test_a_query_of_a_hub_arrives_as_it_was(tmp_path: Path) -> None:
    door = Door(tmp_path / "s")
    query = b"hub.topic=https%3A%2F%2Fs.example%2F%C3%A9&hub.challenge=a+b~'" + b"x" * 4_000

    async def scenario() -> None:
        assert (await door.call("GET", query=query))[0] == 202

    door.play(scenario)
    assert door.forwarded == [("GET", query, b"")]


def test_a_crawler_that_does_not_answer_is_not_waited_for_long(tmp_path: Path) -> None:
    door = Door(tmp_path / "s", answer_s=60)

    async def scenario() -> None:
        for method in ("GET", "POST"):
            status, seconds = await door.call(method)
            assert status == 504
            assert seconds == pytest.approx(WHOLE_S, abs=1)

    door.play(scenario)
