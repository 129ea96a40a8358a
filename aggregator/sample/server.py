"""Serve the sample town: one loopback server, a site for each `<name>.localhost`."""

import errno
import hashlib
import mimetypes
import shutil
import sys
import threading
from collections.abc import Mapping
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from aggregator.sample.content import SampleSite, load_sites
from aggregator.sample.rendering import Document, documents, publish

PORT = 8765  # the one demo/sources.yaml names


class SampleTown:
    """The sample town's web, served in threads while the context is open.

    Attributes:
        port: Where it listens on 127.0.0.1: the one of demo/sources.yaml, or any free one where
            that is taken.
        sites: The sites served, by name.
    """

    def __init__(self, folder: Path) -> None:
        self.port = PORT
        self.sites: Mapping[str, SampleSite] = {}
        self._folder = folder

    def __enter__(self) -> Self:
        """Listen and serve.

        Raises:
            UsageError: The folder holds no sample town.
        """
        self._server = _listen()
        self.port = self._server.server_address[1]
        try:
            self.sites = publish(load_sites(self._folder, port=self.port))
        except BaseException:
            self._server.server_close()
            raise
        self._server.hosts = {
            name: _Host(site, files=self._folder / "files" / name)
            for name, site in self.sites.items()
        }
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def write_town(self, folder: Path) -> None:
        """Write the town folder anew, with the addresses at which the sites answer now."""
        shutil.copytree(self._folder / "scrapers", folder / "scrapers")
        for name in ("metadata.json", "synonyms.yaml"):
            shutil.copy(self._folder / name, folder)
        sources = (self._folder / "sources.yaml").read_text(encoding="utf-8")
        moved = sources.replace(f".localhost:{PORT}/", f".localhost:{self.port}/")
        (folder / "sources.yaml").write_text(moved, encoding="utf-8")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _listen() -> "_Server":
    try:
        return _Server(("127.0.0.1", PORT), _Handler)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return _Server(("127.0.0.1", 0), _Handler)


class _Host:
    """One site as the server sees it: its answers by address."""

    def __init__(self, site: SampleSite, *, files: Path) -> None:
        self.site = site
        self.documents: dict[str, Document] = documents(site) if site.platform else {}
        self.documents |= _files(files)
        rules = [f"Disallow: {path}" for path in site.disallow] or ["Disallow:"]
        self.robots = "\n".join(["User-agent: *", *rules, ""]).encode()

    def validators(self, body: bytes) -> dict[str, str]:
        """Return the headers by which a client may ask again (RFC 9110, section 8.8)."""
        headers = {}
        if self.site.etag:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if self.site.last_modified is not None:
            headers["Last-Modified"] = format_datetime(self.site.last_modified, usegmt=True)
        return headers


def _files(folder: Path) -> dict[str, Document]:
    """Return the files of a site, by address; its index.html is the home page."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        address = f"/{path.relative_to(folder).as_posix()}".removesuffix("index.html")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found[address] = Document(content_type=kind, render=path.read_bytes)
    return found


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    hosts: Mapping[str, _Host] = {}

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hung up; the rest is a fault of ours, and told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # typeshed's names are private


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answer as the site that the Host header names."""
        name = self.headers.get("Host", "").partition(":")[0].removesuffix(".localhost")
        host = self.server.hosts.get(name)
        if host is None:
            self._send(404, b"Corvannes n'a pas de site de ce nom.\n")
        elif self.path == "/robots.txt":
            self._send(200, host.robots)
        elif host.site.moved_to is not None:
            moved_to = self.server.hosts[host.site.moved_to].site
            self._redirect(moved_to.home + self.path)
        elif host.site.fails:
            self._send(500, b"Erreur interne du serveur\n")
        else:
            self._answer(host)

    def do_HEAD(self) -> None:
        """Answer as to GET; `_send` leaves the body out."""
        self.do_GET()

    def _answer(self, host: _Host) -> None:
        document = host.documents.get(self.path)
        if document is not None:
            body = document.render()
            self._send_unless_known(body, document.content_type, host.validators(body))
        elif f"{self.path}/" in host.documents:
            self._redirect(f"{host.site.home}{self.path}/")
        else:
            self._send(404, b"Page introuvable\n")

    def _send_unless_known(
        self, body: bytes, content_type: str, validators: Mapping[str, str]
    ) -> None:
        if "If-None-Match" in self.headers:  # takes precedence (RFC 9110, section 13.2.2)
            known = self.headers["If-None-Match"] == validators.get("ETag")
        else:
            since = self.headers.get("If-Modified-Since")
            known = since is not None and since == validators.get("Last-Modified")
        if known:
            self._send(304, b"", content_type, validators)
        else:
            self._send(200, body, content_type, validators)

    def _redirect(self, url: str) -> None:
        self._send(301, b"", headers={"Location": url})

    def _send(
        self,
        status: int,
        body: bytes,
        content_type: str = "text/plain; charset=utf-8",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        if status != 304:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the crawl tells what it fetched."""
