"""What every test may use: a loopback site, a network guard, the corpus.

No test reaches beyond loopback: `no_outside_network` refuses any other connection.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The machine may be busy: no example is wrong for being slow.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

REPOSITORY = Path(__file__).resolve().parent.parent
CORPUS = REPOSITORY.parent / "shared" / "corpus"


@pytest.fixture(autouse=True, scope="session")
def no_outside_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if not (host.startswith("127.") or host in {"::1", "localhost"}):
                raise PermissionError(f"a test tried to reach {address}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests leaks into them."""
    for name in ("AGGREGATOR_TOWN", "AGGREGATOR_DB", "AGGREGATOR_ALLOW_NETWORKS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real feeds and pages; the test skips where it is missing."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus of real feeds is not here ({CORPUS}): it is not redistributable")
    return CORPUS


@dataclass(kw_only=True)
class Answer:
    """What the loopback site answers on one path."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request that the loopback site saw."""

    path: str
    headers: Mapping[str, str]
    at_s: float  # time.monotonic()


class Site:
    """A web site on loopback: `site.pages["/feed"] = Answer(body=...)`; `site.requests` logs.

    A page may be a function of the request, for behaviours that depend on it. Answers with an
    ETag or Last-Modified header are answered 304 when the request names the same validator.
    """

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.pages: dict[str, Answer | Callable[[Request], Answer]] = {}
        self.requests: list[Request] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                request = Request(
                    path=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    at_s=time.monotonic(),
                )
                site.requests.append(request)
                page = site.pages.get(self.path, Answer(status=404, body=b"not here"))
                self._send(page(request) if callable(page) else page, request)

            def _send(self, answer: Answer, request: Request) -> None:
                time.sleep(answer.delay_s)
                sent = {name.lower(): value for name, value in answer.headers.items()}
                known = (
                    "etag" in sent and request.headers.get("if-none-match") == sent["etag"]
                ) or (
                    "last-modified" in sent
                    and request.headers.get("if-modified-since") == sent["last-modified"]
                )
                status = 304 if known and answer.status == 200 else answer.status
                body = b"" if status == 304 else answer.body
                self.send_response(status)
                if "content-length" not in sent:
                    self.send_header("Content-Length", str(len(body)))
                if "content-type" not in sent:
                    self.send_header("Content-Type", answer.content_type)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Keep the test output quiet."""

        self._server = ThreadingHTTPServer((address, 0), Handler)
        self._server.daemon_threads = True
        self.host = address
        self.port: int = self._server.server_address[1]
        self.root = f"http://{address}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def url(self, path: str = "/") -> str:
        """Return the absolute address of a path."""
        return self.root + path

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    """A loopback web site, empty at first (everything is 404)."""
    served = Site()
    yield served
    served.close()


@pytest.fixture
def loopback_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the fetcher reach loopback, as a demo does."""
    monkeypatch.setenv("AGGREGATOR_ALLOW_NETWORKS", "127.0.0.0/8")
