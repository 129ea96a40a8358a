"""A small IMAP server on loopback, over TLS: as much of RFC 3501 as reading a mailbox needs.

It refuses what would change the mailbox: SELECT, STORE, and FETCH without PEEK.
"""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import trustme


@dataclass(kw_only=True)
class ServedMailbox:
    """A mailbox; `mails` by number, `said` is all that was asked, without the password."""

    port: int = 0
    user: str = "veille@exemple.org"
    password: str = "mot-de-passe-secret"
    folder: str = "INBOX"
    validity: int = 7
    mails: dict[int, bytes] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    echoes: bool = False  # repeats the password when it refuses it
    greeting: bytes = b"* OK ready\r\n"


class _Handler(socketserver.StreamRequestHandler):
    mailbox: ServedMailbox

    def handle(self) -> None:
        self.wfile.write(self.mailbox.greeting)
        for raw in self.rfile:
            tag, _, words = raw.decode().strip().partition(" ")
            name = words.split(" ")[0].upper()
            self.mailbox.said.append(words if name != "LOGIN" else name)
            if name == "LOGOUT":
                self.wfile.write(f"* BYE\r\n{tag} OK\r\n".encode())
                return
            self.wfile.write(self._answer(name, words))
            self.wfile.write(f"{tag} {self.status}\r\n".encode())

    def _answer(self, name: str, words: str) -> bytes:
        box, self.status = self.mailbox, "OK done"
        answer = b""
        if name == "CAPABILITY":
            answer = b"* CAPABILITY IMAP4rev1\r\n"
        elif name == "LOGIN":
            if not (box.password in words and box.user in words):
                self.status = f"NO refused {words if box.echoes else ''}"
        elif name == "EXAMINE" and words == f'EXAMINE "{box.folder}"':
            answer = f"* {len(box.mails)} EXISTS\r\n* OK [UIDVALIDITY {box.validity}]\r\n".encode()
        elif words.startswith("UID SEARCH"):
            answer = self._search(words)
        elif found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", words):
            body = box.mails[int(found[1])][: int(found[2])]
            head = f"* 1 FETCH (UID {found[1]} BODY[]<0> {{{len(body)}}}\r\n"
            answer = head.encode() + body + b")\r\n"
        else:
            self.status = "NO not here"
        return answer

    def _search(self, words: str) -> bytes:
        sender = re.search(r'FROM "([^"]*)"', words)
        wanted = sender[1].encode() if sender else b""
        found = [
            str(number)
            for number, mail in self.mailbox.mails.items()
            if any(
                line.lower().startswith(b"from:") and wanted in line.lower()
                for line in mail.split(b"\r\n\r\n")[0].split(b"\r\n")
            )
        ]
        return f"* SEARCH {' '.join(found)}\r\n".encode()


@contextmanager
def serving_mailbox(authority: trustme.CA) -> Iterator[ServedMailbox]:
    """Serve a mailbox on 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    box = ServedMailbox()
    handler = type("Handler", (_Handler,), {"mailbox": box})

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self) -> tuple[ssl.SSLSocket, object]:
            sock, address = super().get_request()
            wrapped = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            return wrapped, address

        def handle_error(self, request: object, client_address: object) -> None:
            """Keep quiet: a client that mistrusts the certificate goes away."""

    server = Server(("127.0.0.1", 0), handler)
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
