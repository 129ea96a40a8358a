"""The operator's mailbox of newsletters, by IMAP: read only, over TLS, the beginning of each mail.

IMAP4rev1 is RFC 3501; `imaplib` blocks, so each step of it is made in a thread.
"""

import asyncio
import imaplib
import os
import re
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Self, TypeVar

from aggregator.errors import BadCertificate, FetchError, HostUnreachable

HOST, USER = "AGGREGATOR_IMAP_HOST", "AGGREGATOR_IMAP_USER"
SECRET, FOLDER = "AGGREGATOR_IMAP_PASSWORD", "AGGREGATOR_IMAP_FOLDER"
MOST_MAILS = 200  # of one visit, oldest first
MOST_BYTES = 2_000_000  # of one mail: its text comes first, then what is attached
MOST_BYTES_IN_ALL = 30_000_000
STEP_S = 20.0  # of one answer
VISIT_S = 80.0  # of all; a whole visit to a source has 120 s
_PORT = 993
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ADDRESS = re.compile(r"(?P<host>[\w.-]{1,253})(?::(?P<port>\d{1,5}))?", re.ASCII)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """How the mailbox is reached."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str

    @classmethod
    def from_environment(cls) -> Self:
        """Read where it is from the environment.

        Raises:
            FetchError: A variable is missing or wrong.
        """
        values = {name: os.environ.get(name, "").strip() for name in (HOST, USER, SECRET)}
        missing = [name for name, value in values.items() if not value]
        if missing:
            raise FetchError(
                f"the mailbox of newsletters is not known: set {', '.join(missing)} in the"
                " environment of this program",
                url="imaps:",
            )
        match = _ADDRESS.fullmatch(values[HOST])
        port = int((match and match["port"]) or _PORT)
        folder = os.environ.get(FOLDER, "").strip() or "INBOX"
        if match is None or not 0 < port < 65_536:
            raise FetchError(f"{HOST}: write it as imap.exemple.fr, or with :993", url="imaps:")
        if not (folder + values[USER] + values[SECRET]).isascii() or not folder.isprintable():
            raise FetchError(f"{FOLDER}, {USER} and {SECRET} must be ASCII", url="imaps:")
        return cls(
            host=match["host"],
            port=port,
            user=values[USER],
            password=values[SECRET],
            folder=folder,
        )

    @property
    def url(self) -> str:
        """Its address, without the user."""
        return f"imaps://{self.host}:{self.port}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """What a mailbox holds of one sender.

    Attributes:
        url: The mailbox's address, without its user.
        bodies: The beginnings of the mails that were not read before, oldest first.
        known: How many were.
        mark: Tells the next visit what was read.
    """

    url: str
    bodies: tuple[bytes, ...]
    known: int
    mark: str


async def fetch_mails(mailbox: Mailbox, *, sender: str, since: date, mark: str) -> Mails:
    """Fetch the mails of a sender, without marking them as read.

    Args:
        mailbox: Whose.
        sender: An address or a part of one, in ASCII without quotes.
        since: The day from which on they came in.
        mark: Of the last visit; empty for all.

    Raises:
        FetchError: The mailbox cannot be reached or read; no text holds the password.
    """
    session = _Session(mailbox)
    try:
        async with asyncio.timeout(VISIT_S):
            validity = await session.make(session.enter)
            found = await session.make(partial(session.search, sender, since))
            before = _highest(mark, validity)
            fresh = [uid for uid in found if uid > before]
            bodies = await _read(session, fresh)
    except TimeoutError as late:
        raise HostUnreachable(
            f"{mailbox.url}: the mailbox does not answer within {VISIT_S:g} s", url=mailbox.url
        ) from late
    finally:
        await asyncio.to_thread(session.leave)
    read = fresh[: len(bodies)]
    return Mails(
        url=mailbox.url,
        bodies=tuple(body for body in bodies if body),
        known=len(found) - len(fresh),
        mark=f"{validity}.{max([before, *read])}",
    )


async def _read(session: "_Session", numbers: Sequence[int]) -> list[bytes]:
    """Return the first mails of some; the next visit goes on behind them."""
    ticks = asyncio.get_running_loop().time
    end = ticks() + VISIT_S / 2
    bodies: list[bytes] = []
    for number in numbers[:MOST_MAILS]:
        bodies.append(await session.make(partial(session.read, number)))
        if ticks() > end or sum(map(len, bodies)) > MOST_BYTES_IN_ALL:
            break
    return bodies


def _highest(mark: str, validity: str) -> int:
    """Return the number of the last mail that was read; numbers start anew with the validity."""
    before, _, number = mark.partition(".")
    return int(number) if before == validity and number.isdecimal() else 0


class _Session:
    """One connection, step by step."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._connection: imaplib.IMAP4_SSL | None = None

    async def make(self, step: Callable[[], _T]) -> _T:
        """Make one step in a thread, and say in its own words what went wrong."""
        url = self._mailbox.url
        try:
            return await asyncio.to_thread(step)
        except ssl.SSLCertVerificationError as error:
            raise BadCertificate(
                f"{url}: the certificate is not accepted: {error.verify_message}", url=url
            ) from error
        except TimeoutError as error:
            raise HostUnreachable(f"{url}: no answer within {STEP_S:g} s", url=url) from error
        except (OSError, imaplib.IMAP4.abort) as error:
            raise HostUnreachable(
                f"{url}: no connection ({type(error).__name__}); check {HOST}, or it is tried again"
                " later",
                url=url,
            ) from error
        # What a server says may repeat what it was sent: it is not told.
        except (imaplib.IMAP4.error, ValueError) as error:
            raise FetchError(f"{url}: the mailbox answers as no IMAP server does", url=url) from (
                None if isinstance(error, imaplib.IMAP4.error) else error
            )

    def enter(self) -> str:
        """Log in and open the folder for reading alone (EXAMINE); return its validity."""
        box = self._mailbox
        connection = imaplib.IMAP4_SSL(
            box.host, box.port, ssl_context=_authorities(), timeout=STEP_S
        )
        self._connection = connection
        try:
            connection.login(box.user, box.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise FetchError(
                f"{box.url}: the mailbox refuses its user or password; correct {USER} and {SECRET}",
                url=box.url,
            ) from None
        escaped = box.folder.replace("\\", "\\\\").replace('"', '\\"')
        status, _ = connection.select(f'"{escaped}"', readonly=True)
        if status != "OK":
            raise FetchError(
                f"{box.url}: there is no folder « {box.folder} »; correct {FOLDER}", url=box.url
            )
        _, validity = connection.response("UIDVALIDITY")
        return _digits(validity[0] if validity else b"")

    def search(self, sender: str, since: date) -> Sequence[int]:
        """Return the numbers of a sender's mails, lowest first."""
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        data = self._ask("SEARCH", "SINCE", day, "FROM", f'"{sender}"')
        words = b" ".join(line for line in data if isinstance(line, bytes)).split()
        return sorted({int(word) for word in words if word.isdigit() and len(word) < 12})

    def read(self, uid: int) -> bytes:
        """Return the beginning of a mail, which stays unread (BODY.PEEK)."""
        data = self._ask("FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
        found = [part[1] for part in data if isinstance(part, tuple) and len(part) > 1]
        return bytes(found[0])[:MOST_BYTES] if found else b""

    def leave(self) -> None:
        """Log out, whatever happened."""
        if self._connection is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                self._connection.logout()

    def _ask(self, *words: str) -> Sequence[Any]:
        assert self._connection is not None  # noqa: S101 - `enter` came first
        command, *arguments = words
        status, data = self._connection.uid(command, *arguments)
        if status != "OK":
            raise imaplib.IMAP4.error(command)
        return data


def _authorities() -> ssl.SSLContext:
    """Return what the certificate is checked against: the machine's authorities and certifi's."""
    import certifi  # noqa: PLC0415 - see transport.py

    context = ssl.create_default_context()  # with SSL_CERT_FILE, for an authority of one's own
    context.load_verify_locations(cafile=certifi.where())
    return context


def _digits(text: object) -> str:
    word = text.decode("ascii", "replace") if isinstance(text, bytes) else ""
    return word if word.isdecimal() else "0"
