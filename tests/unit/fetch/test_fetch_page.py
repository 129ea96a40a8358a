"""What one fetch gives, and what it sends."""

import asyncio
import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from conftest import Answer, Request, Site
from unit.fetch.servers import answering, get, get_raw, new_web, page

from aggregator import __version__
from aggregator.errors import (
    BadStatus,
    FetchError,
    ForbiddenAddress,
    TooManyRedirects,
    UsageError,
)
from aggregator.fetch import fetch
from aggregator.model import Memory, NotModified, Page

pytestmark = pytest.mark.usefixtures("loopback_allowed")


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_a_page_is_its_bytes(site: Site) -> None:
    body = "<p>été".encode("latin-1")
    site.pages["/a?b=c"] = Answer(body=body, content_type="text/html; charset=ISO-8859-1")
    got = page(site.url("/a?b=c#part"))
    assert got.body == body
    assert got.content_type == "text/html; charset=ISO-8859-1"
    assert (got.requested_url, got.url) == (site.url("/a?b=c#part"), site.url("/a?b=c"))
    assert (got.status, got.moved_to) == (200, None)
    assert got.memory == Memory(body_sha256=sha(body))
    assert got.elapsed_s > 0


def test_an_empty_body_is_a_page(site: Site) -> None:
    site.pages["/"] = Answer()
    assert page(site.url()).body == b""


def test_the_request_is_honest_and_carries_nothing_else(site: Site) -> None:
    site.pages["/"] = Answer(headers={"Set-Cookie": "a=b"})
    page(site.url())
    sent = site.requests[0].headers
    assert sent["user-agent"] == f"civic-aggregator/{__version__} (+watch@example.org)"
    assert sent["accept-encoding"] == "gzip, deflate"
    assert "application/rss+xml" in sent["accept"]
    assert not {"cookie", "authorization", "if-none-match", "if-modified-since"} & sent.keys()


def test_the_robot_s_page_is_named_where_there_is_one(site: Site) -> None:
    site.pages["/"] = Answer()
    page(site.url(), address="https://veille.example.org/")
    about = "https://veille.example.org/robot; watch@example.org"
    assert site.requests[0].headers["user-agent"] == f"civic-aggregator/{__version__} (+{about})"


def test_the_request_says_that_it_keeps_no_connection(site: Site) -> None:
    site.pages["/"] = Answer()
    page(site.url())
    assert site.requests[0].headers["connection"] == "close"


def test_no_proxy_of_the_environment_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    site.pages["/"] = Answer(body=b"direct")
    assert page(site.url()).body == b"direct"


def test_no_cookie_comes_back(site: Site) -> None:
    site.pages["/"] = Answer(headers={"Set-Cookie": "a=b; Path=/"})

    async def twice() -> None:
        async with new_web() as web:
            await fetch(site.url(), web=web, obey_robots=False)
            await fetch(site.url(), web=web, obey_robots=False)

    asyncio.run(twice())
    assert len(site.requests) == 2
    assert all("cookie" not in request.headers for request in site.requests)


@pytest.mark.parametrize("contact", ["a\r\nX: y", "é@example.org"])
def test_a_contact_that_no_header_can_hold_is_refused(contact: str) -> None:
    with pytest.raises(UsageError, match="contact"):
        new_web(contact=contact)
    with pytest.raises(UsageError, match="contact"):
        new_web(address=contact)


# --- conditional requests ----------------------------------------------------------------------

ETAGS = ['"abc"', 'W/"abc"', "abc", '"a,b"', '"é"', "W/unquoted:1", '""', '"abc"-gzip', "\\"]


@pytest.mark.parametrize("etag", ETAGS)
def test_an_etag_comes_back_byte_for_byte(etag: str) -> None:
    raw = etag.encode("utf-8")
    seen: list[bytes] = []

    async def run() -> None:
        async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            sent = [line for line in head.split(b"\r\n") if line.startswith(b"If-None-Match: ")]
            seen.extend(sent)
            if sent:
                writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
            else:
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: " + raw + b"\r\n\r\nhi"
                )
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with server, new_web() as web:
            first = await fetch(url, web=web, obey_robots=False)
            second = await fetch(url, web=web, memory=first.memory, obey_robots=False)
        assert isinstance(second, NotModified)
        assert second.memory == first.memory

    asyncio.run(run())
    assert seen == [b"If-None-Match: " + raw]


def test_a_date_comes_back_as_it_was(site: Site) -> None:
    date = "lundi 3 mars 2025 10h"  # no date at all, but theirs
    site.pages["/"] = Answer(body=b"x", headers={"Last-Modified": date})
    first = page(site.url())
    assert first.memory.last_modified == date
    again = get(site.url(), first.memory)
    assert isinstance(again, NotModified)
    assert (again.status, again.size_bytes, again.memory) == (304, 0, first.memory)


def test_a_304_may_bring_a_new_validator(site: Site) -> None:
    site.pages["/"] = Answer(status=304, headers={"ETag": '"2"'})
    got = get(site.url(), Memory(etag='"1"', last_modified="then", body_sha256="0"))
    assert got.memory == Memory(etag='"2"', last_modified="then", url=site.url(), body_sha256="0")


def test_a_304_that_nobody_asked_for_is_an_error(site: Site) -> None:
    site.pages["/"] = Answer(status=304)
    with pytest.raises(BadStatus) as caught:
        get(site.url(), Memory(body_sha256="0"))
    assert caught.value.status == 304


def test_the_same_bytes_are_not_modified(site: Site) -> None:
    site.pages["/"] = Answer(body=b"same", headers={"ETag": '"1"'})
    first = page(site.url())
    site.pages["/"] = Answer(body=b"same", headers={"ETag": '"2"'})
    again = get(site.url(), first.memory)
    assert isinstance(again, NotModified)
    assert (again.status, again.size_bytes) == (200, 4)
    assert again.memory == replace(first.memory, etag='"2"')


def test_marks_are_kept_with_what_they_belong_to(site: Site) -> None:
    site.pages["/"] = Answer(body=b"same", headers={"ETag": '"1"'})
    first = page(site.url()).memory
    assert (first.marks, first.read_whole) == (b"", None)
    marked = replace(first, marks=b"12345678", read_whole=datetime(2026, 3, 1, tzinfo=UTC))
    assert get(site.url(), marked).memory == marked  # a 304
    site.pages["/"] = Answer(body=b"same", headers={"ETag": '"2"'})
    assert get(site.url(), marked).memory == replace(marked, etag='"2"')
    site.pages["/"] = Answer(body=b"other")
    assert page(site.url(), marked).memory == Memory(body_sha256=sha(b"other"))


def test_validators_are_sent_behind_redirects(site: Site) -> None:
    site.pages["/old"] = Answer(status=301, headers={"Location": "/new"})
    site.pages["/new"] = Answer(body=b"x", headers={"ETag": '"1"'})
    first = page(site.url("/old"))
    again = get(site.url("/old"), first.memory)
    assert isinstance(again, NotModified)
    assert (again.url, again.moved_to) == (site.url("/new"), site.url("/new"))
    assert "if-none-match" not in site.requests[2].headers


def test_validators_of_one_address_are_no_question_to_another(site: Site) -> None:
    site.pages["/feed"] = Answer(status=302, headers={"Location": "/works"})
    site.pages["/works"] = Answer(body=b"works", headers={"Last-Modified": "today"})
    first = page(site.url("/feed"))
    assert first.memory.url == site.url("/works")

    def feed(request: Request) -> Answer:
        # Older than what the other page said: as servers compare dates, nothing would be new.
        asked = "if-modified-since" in request.headers
        return Answer(status=304) if asked else Answer(body=b"feed")

    site.pages["/feed"] = feed
    again = page(site.url("/feed"), first.memory)
    assert (again.body, again.memory) == (b"feed", Memory(body_sha256=sha(b"feed")))


def test_a_304_of_a_hop_that_was_not_asked_is_an_error(site: Site) -> None:
    memory = Memory(etag='"1"', url=site.url("/elsewhere"))
    site.pages["/"] = Answer(status=304)
    with pytest.raises(BadStatus):
        get(site.url(), memory)
    # Nor is it one where an earlier hop was.
    site.pages["/"] = Answer(status=302, headers={"Location": "/next"})
    site.pages["/next"] = Answer(status=304)
    with pytest.raises(BadStatus):
        get(site.url(), Memory(etag='"1"'))
    assert ["if-none-match" in request.headers for request in site.requests] == [False, True, False]


def test_validators_of_an_unknown_address_are_those_of_the_one_asked_for(site: Site) -> None:
    site.pages["/"] = Answer(body=b"x", headers={"ETag": '"1"'})
    again = get(site.url("/#part"), Memory(etag='"1"'))
    assert isinstance(again, NotModified)
    assert again.memory == Memory(etag='"1"', url=site.url())


# --- redirects ---------------------------------------------------------------------------------


def chain(site: Site, *statuses: int) -> None:
    """Make /0 lead to /1 and so on, with these statuses."""
    for number, status in enumerate(statuses):
        site.pages[f"/{number}"] = Answer(status=status, headers={"Location": f"/{number + 1}"})
    site.pages[f"/{len(statuses)}"] = Answer(body=b"end")


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ((301,), "/1"),
        ((308, 301), "/2"),
        ((301, 302), "/1"),
        ((301, 307, 301), "/1"),
        ((302,), None),
        ((303, 301), None),
        ((307, 308), None),
        ((301,) * 5, "/5"),
    ],
)
def test_moved_to_follows_permanent_redirects_only(
    site: Site, statuses: tuple[int, ...], moved_to: str | None
) -> None:
    chain(site, *statuses)
    got = page(site.url("/0"))
    assert got.url == site.url(f"/{len(statuses)}")
    assert got.moved_to == (moved_to and site.url(moved_to))


def test_six_redirects_are_too_many(site: Site) -> None:
    chain(site, *(301,) * 6)
    with pytest.raises(TooManyRedirects, match="more than 5"):
        get(site.url("/0"))
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (b"b", "/a/b"),
        (b"/x y", "/x%20y"),
        (b"?q=1", "/a/?q=1"),
        ("/é".encode(), "/%C3%A9"),
        ("/é".encode("latin-1"), "/%C3%A9"),
        (b"  /b#part", "/b"),
        (b"/%C3%A9", "/%C3%A9"),
    ],
)
def test_locations_are_read_as_browsers_do(location: bytes, path: str) -> None:
    asked: list[str] = []

    async def run() -> str:
        async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            asked.append(head.split(b" ")[1].decode("ascii"))
            if len(asked) == 1:
                writer.write(
                    b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
                    + location
                    + b"\r\n\r\n"
                )
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
        root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, new_web() as web:
            got = await fetch(root + "/a/", web=web, obey_robots=False)
        return got.url.removeprefix(root)

    assert asyncio.run(run()) == path
    assert asked == ["/a/", path]


@pytest.mark.parametrize(
    "location",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "//",
        "http://[",
        "http://a:b@example.org/",
        "data:text/html,hi",
        "http://example.org:99999/",
        "mailto:a@b",
    ],
)
def test_a_redirect_to_what_is_no_page_is_an_error(site: Site, location: str) -> None:
    site.pages["/"] = Answer(status=302, headers={"Location": location})
    with pytest.raises(FetchError) as caught:
        get(site.url())
    assert "a:b@" not in str(caught.value)
    assert len(site.requests) <= 6


def test_a_forbidden_redirect_names_both_ends_and_no_control_characters(site: Site) -> None:
    site.pages["/"] = Answer(status=302, headers={"Location": "ftp://example.org/\x1b[31m"})
    with pytest.raises(FetchError, match=r"redirects to ftp://example\.org/") as caught:
        get(site.url())
    assert str(caught.value).startswith(site.url())
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("headers", [{}, {"Location": " "}])
def test_a_redirect_without_a_target_is_an_error(site: Site, headers: dict[str, str]) -> None:
    site.pages["/"] = Answer(status=301, headers=headers)
    with pytest.raises(TooManyRedirects, match="without saying where"):
        get(site.url())


# --- statuses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "browser"),
        (401, "password"),
        (403, "refuses"),
        (404, "no longer exists"),
        (410, "removed for good"),
        (429, "too often"),
        (500, "asked again later"),
        (503, "maintenance"),
        (599, "asked again later"),
        (300, "browser"),
    ],
)
def test_a_bad_status_says_what_to_do(site: Site, status: int, advice: str) -> None:
    site.pages["/"] = Answer(status=status, body=b"sorry")
    with pytest.raises(BadStatus, match=advice) as caught:
        get(site.url())
    assert str(caught.value).startswith(f"{site.url()}: {status}: ")
    assert (caught.value.status, caught.value.url) == (status, site.url())
    assert caught.value.retry_after_s is None


def test_the_error_of_a_redirected_page_names_the_page_that_failed(site: Site) -> None:
    site.pages["/"] = Answer(status=302, headers={"Location": "/gone"})
    with pytest.raises(BadStatus) as caught:
        get(site.url())
    assert caught.value.url == site.url("/gone")


def test_a_page_may_depend_on_the_request(site: Site) -> None:
    def echo(request: Request) -> Answer:
        return Answer(body=request.headers["host"].encode())

    site.pages["/"] = echo
    got = page(f"http://atelier.localhost:{site.port}/")
    assert got.body == f"atelier.localhost:{site.port}".encode()


def test_http_1_0_without_a_length_is_a_page() -> None:
    got = get_raw(answering(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nold"))
    assert isinstance(got, Page)
    assert got.body == b"old"


# --- forms (WebSub) ----------------------------------------------------------------------------


def posted(answer: bytes) -> tuple[int, bytes]:
    """Post a form to a server that gives this answer; the status, and what it got."""
    got = bytearray()

    async def run() -> int:
        async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            got.extend(await reader.readuntil(b"\r\n\r\n"))
            length = int(bytes(got).lower().partition(b"content-length: ")[2].split(b"\r")[0])
            got.extend(await reader.readexactly(length))
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, new_web() as web:
            return await web.post(
                f"http://127.0.0.1:{port}/hub", {"hub.mode": "subscribe", "hub.topic": "é&="}
            )

    return asyncio.run(run()), bytes(got)


def test_a_form_is_posted() -> None:
    status, got = posted(b"HTTP/1.1 202 Accepted\r\n\r\n")
    head, _, body = got.partition(b"\r\n\r\n")
    assert status == 202
    assert head.startswith(b"POST /hub HTTP/1.1\r\n")
    assert b"Content-Type: application/x-www-form-urlencoded" in head
    assert body == b"hub.mode=subscribe&hub.topic=%C3%A9%26%3D"


def test_a_form_follows_no_redirect_and_reads_no_body() -> None:
    assert posted(b"HTTP/1.1 307 Go\r\nLocation: http://10.0.0.1/\r\n\r\n")[0] == 307
    assert posted(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx")[0] == 200


def test_a_form_goes_nowhere_forbidden() -> None:
    async def run() -> None:
        async with new_web() as web:
            await web.post("http://10.0.0.1/", {})

    with pytest.raises(ForbiddenAddress):
        asyncio.run(run())


# --- start-up ----------------------------------------------------------------------------------


def test_what_a_crawl_of_feeds_does_not_need_is_not_imported() -> None:
    code = "import aggregator.fetch, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"httpx", "httpcore", "anyio", "protego", "certifi", "email"} & set(
        run.stdout.split()
    )
