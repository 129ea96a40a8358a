import asyncio
import gzip
from typing import Any

import pytest

from aggregator.portal.guard import App, Message, Receive, Scope, Send, guarded

BODY = b"bonjour " * 500


def _app(seen: list[Scope], body: bytes = BODY) -> App:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        seen.append(scope)
        headers = [(b"set-cookie", b"a=b"), (b"vary", b"Cookie"), (b"x-own", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body[:10], "more_body": True})
        await send({"type": "http.response.body", "body": body[10:]})

    return app


def _ask(
    *, method: str = "GET", headers: Any = (), raw_path: bytes = b"/", body: bytes = BODY
) -> tuple[Scope, dict[bytes, bytes], bytes]:
    seen: list[Scope] = []
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": "/", "raw_path": raw_path,
        "headers": list(headers),
    }  # fmt: skip
    asyncio.run(guarded(_app(seen, body))(scope, receive, send))
    return seen[0], dict(sent[0]["headers"]), b"".join(one["body"] for one in sent[1:])


def test_every_answer_allows_our_own_files_only_and_sets_no_cookie() -> None:
    _, headers, body = _ask()
    policy = headers[b"content-security-policy"].decode().split("; ")
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in " ".join(policy)
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"referrer-policy"] == b"strict-origin-when-cross-origin"
    assert b"set-cookie" not in headers
    assert headers[b"vary"] == b"accept-encoding"
    assert headers[b"x-own"] == b"1"
    assert body == BODY


def test_cookies_and_credentials_never_reach_the_pages() -> None:
    kept = (b"accept", b"text/html")
    scope, _, _ = _ask(headers=[(b"cookie", b"a=b"), (b"authorization", b"x"), kept])
    assert scope["headers"] == [kept]


def test_answers_are_compressed_when_asked() -> None:
    _, headers, body = _ask(headers=[(b"accept-encoding", b"br, gzip")])
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == str(len(body)).encode()
    assert gzip.decompress(body) == BODY


def test_small_answers_are_not_compressed() -> None:
    _, headers, body = _ask(headers=[(b"accept-encoding", b"gzip")], body=b"bonjour, le monde")
    assert b"content-encoding" not in headers
    assert body == b"bonjour, le monde"


def test_head_gets_the_headers_of_get_and_no_content() -> None:
    _, headers, body = _ask(method="HEAD")
    assert headers[b"content-length"] == str(len(BODY)).encode()
    assert body == b""


@pytest.mark.parametrize("raw_path", [b"/caf\xe9", b"/\xff\xfe", "/été".encode()])
def test_bytes_beyond_ascii_become_harmless(raw_path: bytes) -> None:
    scope, _, _ = _ask(raw_path=raw_path)
    scope["raw_path"].decode("ascii")


def test_escapes_in_a_path_stay_as_they_are() -> None:
    scope, _, _ = _ask(raw_path=b"/a%2Fb~2E")
    assert scope["raw_path"] == b"/a%2Fb~2E"


def test_websockets_are_refused() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(guarded(_app([]))({"type": "websocket"}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1000}]
