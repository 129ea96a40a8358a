"""A hub on loopback, as WebSub describes it, with the manners of real ones."""

import hashlib
import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import httpx


class Hub:
    """Takes subscriptions at `url`, and calls back.

    `manner` is one of: verifies, verifies before it answers, denies, refuses, breaks, keeps silent.
    """

    def __init__(self) -> None:
        self.manner = "verifies"
        self.lease_s: str | None = "864000"
        self.asked: list[dict[str, str]] = []
        self.answers: list[tuple[int, str]] = []  # what verification brought
        self._threads: list[threading.Thread] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                form = dict(parse_qsl(self.rfile.read(size).decode()))
                hub.asked.append(form)
                if hub.manner == "verifies before it answers":
                    hub.verify(form)
                answered = hub.later(form)
                self.send_response({"refuses": 403, "breaks": 500}.get(hub.manner, 202))
                self.send_header("Content-Length", "0")
                self.end_headers()
                answered.set()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Keep the test output quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hub"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def later(self, form: dict[str, str]) -> threading.Event:
        """Call back once the event is set, as the manner is."""
        answered = threading.Event()
        work = {"verifies": self.verify, "denies": self.deny}.get(self.manner)

        def call_back() -> None:
            answered.wait()
            if work is not None:
                work(form)

        thread = threading.Thread(target=call_back)
        thread.start()
        self._threads.append(thread)
        return answered

    def verify(self, form: dict[str, str], **changes: str) -> tuple[int, str]:
        query = {
            "hub.mode": "subscribe",
            "hub.topic": form["hub.topic"],
            "hub.challenge": "défi <b>",
            **({"hub.lease_seconds": self.lease_s} if self.lease_s else {}),
        }
        return self._get(form, query | changes)

    def deny(self, form: dict[str, str]) -> tuple[int, str]:
        return self._get(form, {"hub.mode": "denied", "hub.topic": form["hub.topic"]})

    def _get(self, form: dict[str, str], query: dict[str, str]) -> tuple[int, str]:
        answer = httpx.get(form["hub.callback"], params=query, trust_env=False)
        self.answers.append((answer.status_code, answer.text))
        return self.answers[-1]

    def tell(
        self,
        form: dict[str, str],
        body: bytes = b"<rss/>",
        *,
        method: str = "sha256",
        secret: str | None = None,
        signature: str | None = None,
    ) -> int:
        """Send news, signed as told; return the status of the answer."""
        key = (secret or form["hub.secret"]).encode()
        if signature is None and method:
            signature = f"{method}={hmac.new(key, body, getattr(hashlib, method)).hexdigest()}"
        headers = {"X-Hub-Signature": signature} if signature else {}
        return httpx.post(
            form["hub.callback"], content=body, headers=headers, trust_env=False, timeout=30
        ).status_code

    def settle(self) -> None:
        """Wait until its calls back are over."""
        for thread in self._threads:
            thread.join()

    def close(self) -> None:
        self.settle()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
