"""A site on loopback that keeps an archive, logs all it is asked and never gives too much at once.

`with serve("wordpress-rest") as site:` gives an `ArchiveSite`; `KINDS` are all there are.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from archives import platforms, wordpress
from archives.answers import Asked, Given, Platform
from archives.content import Written, write

from aggregator.model import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPost:
    """One post that the archive is to give back."""

    url: str  # absolute
    published: str  # UTC, ISO 8601 with Z; of a site that tells days only, the day in Paris
    written: Written

    @property
    def title(self) -> str:
        """As its site writes it."""
        return self.written.title


@dataclass(kw_only=True)
class ArchiveSite:
    """A site that is being served.

    Attributes:
        kind: One of KINDS.
        source: As a moderator would list it.
        posts: All it ever published, newest first.
        requests: Path and query of every request so far.
        beside: Those that every visit makes (robots.txt, the home page, the feed): an archive
            costs nothing more by them.
        fewest: How many others read all posts, at best.
        days_only: Whether the pages tell only the day.
    """

    kind: str
    root: str
    source: Source
    posts: tuple[ArchivedPost, ...]
    requests: list[str] = field(default_factory=list)
    beside: frozenset[str]
    fewest: int
    days_only: bool = False

    @property
    def spent(self) -> int:
        """How many requests the archive itself has cost so far."""
        return sum(target not in self.beside for target in self.requests)


KINDS: Mapping[str, Callable[[str, tuple[Written, ...]], Platform]] = {
    "wordpress-feed": wordpress.feed,
    "wordpress-rest": wordpress.rest,
    "wordpress-both": wordpress.both,
    "blogger": platforms.blogger,
    "spip": platforms.spip,
    "drupal": platforms.drupal,
    "sitemap": platforms.sitemap,
    "rfc5005": platforms.rfc5005,
}


@contextmanager
def serve(kind: str, *, posts: int = 500) -> Iterator[ArchiveSite]:
    """Serve a site of one of the KINDS for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    root = f"http://127.0.0.1:{server.server_address[1]}"
    platform = KINDS[kind](root, write(posts))
    site = ArchiveSite(
        kind=kind,
        root=root,
        source=platform.source,
        posts=tuple(
            ArchivedPost(
                url=platform.url_of(one),
                published=f"{one.local:%Y-%m-%d}"
                if platform.days_only
                else f"{one.published:%Y-%m-%dT%H:%M:%SZ}",
                written=one,
            )
            for one in platform.posts
        ),
        beside=frozenset({"/robots.txt", *platform.beside}),
        fewest=platform.fewest,
        days_only=platform.days_only,
    )
    server.RequestHandlerClass = _handler(platform.answer, site.requests)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(answer: Callable[[Asked], Given], requests: list[str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            requests.append(self.path)
            parts = urlsplit(self.path)
            fields = dict(parse_qsl(parts.query, keep_blank_values=True))
            given = answer(Asked(path=parts.path, query=parts.query, fields=fields))
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", given.content_type)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the test output quiet."""

    return Handler
