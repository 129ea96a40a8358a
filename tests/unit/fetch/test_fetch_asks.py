"""Questions to platforms: a body is posted, and a key goes to the asked host alone."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from unit.fetch.servers import new_web

from aggregator.errors import FetchError, TooManyRedirects
from aggregator.fetch import fetch
from aggregator.model import Ask, Memory, NotModified, Page

KEY = "cle-tres-secrete"

pytestmark = pytest.mark.usefixtures("loopback_allowed")


class Platform:
    """Answers on loopback, GET as POST; `redirects["/a"] = (307, "/b")`; `asked` logs."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.redirects: dict[str, tuple[int, str]] = {}
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []


@contextmanager
def serving() -> Iterator[Platform]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            served.asked.append((self.command, self.path, headers, self.rfile.read(length)))
            status, location = served.redirects.get(self.path, (200, ""))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Platform(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def platform() -> Iterator[Platform]:
    with serving() as one:
        yield one


@pytest.fixture
def other() -> Iterator[Platform]:
    with serving() as one:
        yield one


def ask(
    url: str,
    *,
    body: bytes | None = b'{"query": "x"}',
    memory: Memory | None = None,
    key: str = KEY,
) -> Page | NotModified:
    async def run() -> Page | NotModified:
        async with new_web() as web:
            return await fetch(
                url,
                web=web,
                memory=memory or Memory(),
                obey_robots=False,
                body=body,
                headers=(("X-Key", key),),
            )

    return asyncio.run(run())


def test_a_body_is_posted_as_json_with_the_key(platform: Platform) -> None:
    page = ask(platform.root + "/graphql")
    ((method, path, headers, body),) = platform.asked
    assert (method, path, body) == ("POST", "/graphql", b'{"query": "x"}')
    assert headers["content-type"] == "application/json"
    assert headers["x-key"] == KEY
    assert KEY not in repr(page)


def test_a_key_is_not_shown_with_its_question() -> None:
    assert KEY not in repr(Ask(url="https://a.example/", headers=(("X-Key", KEY),)))


def test_a_header_of_ours_gives_way_to_one_that_is_given(platform: Platform) -> None:
    async def run() -> None:
        async with new_web() as web:
            accept = (("accept", "text/csv"),)
            await fetch(platform.root + "/f.csv", web=web, obey_robots=False, headers=accept)

    asyncio.run(run())
    assert platform.asked[0][2]["accept"] == "text/csv"


def test_the_same_answer_to_a_question_is_no_news(platform: Platform) -> None:
    first = ask(platform.root + "/graphql")
    assert isinstance(ask(platform.root + "/graphql", memory=first.memory), NotModified)


@pytest.mark.parametrize("status", [307, 308])
def test_a_question_is_repeated_on_its_own_host(status: int, platform: Platform) -> None:
    platform.redirects["/a"] = (status, "/b")
    ask(platform.root + "/a")
    assert [(method, path, body) for method, path, _, body in platform.asked] == [
        ("POST", "/a", b'{"query": "x"}'),
        ("POST", "/b", b'{"query": "x"}'),
    ]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_question_is_never_made_another(status: int, platform: Platform) -> None:
    platform.redirects["/a"] = (status, "/b")
    with pytest.raises(TooManyRedirects, match="give the address where the platform answers"):
        ask(platform.root + "/a")
    assert len(platform.asked) == 1


def test_a_question_is_not_repeated_elsewhere(platform: Platform, other: Platform) -> None:
    platform.redirects["/a"] = (308, other.root + "/b")
    with pytest.raises(TooManyRedirects):
        ask(platform.root + "/a")
    assert other.asked == []


def test_a_key_does_not_follow_to_another_host(platform: Platform, other: Platform) -> None:
    platform.redirects["/a"] = (302, other.root + "/b")
    ask(platform.root + "/a", body=None)
    assert platform.asked[0][2]["x-key"] == KEY
    assert "x-key" not in other.asked[0][2]


def test_a_key_is_never_repeated_in_what_is_said(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.redirects["/a"] = (403, "")
    said = []
    with caplog.at_level(logging.DEBUG):
        for key in (KEY, f"{KEY}\r\nHost: b", f"{KEY}é"):
            with pytest.raises(FetchError) as caught:
                ask(platform.root + "/a", key=key)
            said.append(f"{caught.value} {caught.value.__cause__!r}")
    assert "correct the key in the environment" in said[1]
    assert KEY not in " ".join(said) + caplog.text
