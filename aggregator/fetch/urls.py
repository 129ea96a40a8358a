"""Web addresses, read as browsers read them (WHATWG URL, by the library Ada)."""

import re
from contextlib import suppress
from dataclasses import dataclass

from ada_url import URL, join_url

from aggregator.errors import ForbiddenAddress

# RFC 9110 §4.1 wants 8,000 octets supported; nobody publishes longer addresses.
MAX_URL_LENGTH = 8_000

_DEFAULT_PORTS = {"http": 80, "https": 443}
# The standard passes over control characters and missing or superfluous slashes. On a list they
# are slips of the pen: a moderator gets to know rather than have us guess.
_SLIP = re.compile(r"[\x00-\x1f\x7f]|https?:(?!//[^/\\])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Url:
    """An http(s) address, normalised: ASCII, no fragment, numeric hosts as `127.0.0.1`.

    Attributes:
        text: The whole of it.
        scheme: `http` or `https`.
        host: Lower case, international names as `xn--…`, IPv6 without brackets.
        port: The one that is connected to.
        authority: Host and port as the Host header has them: the usual port is left out.
        target: Path and query.
    """

    text: str
    scheme: str
    host: str
    port: int
    authority: str
    target: str

    def __str__(self) -> str:
        return self.text

    @property
    def name(self) -> str:
        """The host, the same for all spellings of it: `example.org.` is `example.org`."""
        return self.host.rstrip(".")

    def at(self, target: str) -> "Url":
        """Return the address of another target of the same site."""
        return Url(
            text=f"{self.scheme}://{self.authority}{target}",
            scheme=self.scheme,
            host=self.host,
            port=self.port,
            authority=self.authority,
            target=target,
        )

    def joined(self, reference: str) -> "Url":
        """Return where a reference leads from here, as browsers read it.

        Raises:
            ForbiddenAddress: As `parse_url`.
        """
        with suppress(ValueError):  # parse_url says what is wrong with it
            reference = join_url(self.text, reference)
        return parse_url(reference)


def parse_url(url: str) -> Url:
    """Read a web address; the fragment is dropped.

    Raises:
        ForbiddenAddress: It is no http(s) address, or holds a user name or password.
    """
    url = url.strip()
    try:
        parsed = URL(url)
    except ValueError as error:  # surrogates are one too
        raise _no_address(url, "it cannot be read as one") from error
    if parsed.username or parsed.password:
        parsed.username = parsed.password = ""
        raise ForbiddenAddress(
            f"{parsed.href[:200]}: the address holds a user name or password; give it without",
            url=parsed.href[:200],
        )
    parsed.hash = ""
    text, scheme, host = parsed.href, parsed.protocol[:-1], parsed.hostname
    if scheme not in _DEFAULT_PORTS or not host or host.startswith("."):
        raise ForbiddenAddress(
            f"{text[:200]}: only http:// and https:// addresses are read", url=text[:200]
        )
    if _SLIP.search(url):
        raise _no_address(url, "a control character, or not the two slashes before the name")
    if len(text) > MAX_URL_LENGTH:
        raise ForbiddenAddress(
            f"{text[:200]}…: longer than {MAX_URL_LENGTH} characters", url=text[:200]
        )
    if parsed.port == "0":
        raise ForbiddenAddress(f"{text[:200]}: there is no port 0", url=text[:200])
    return Url(
        text=text,
        scheme=scheme,
        host=host.strip("[]"),
        port=int(parsed.port or _DEFAULT_PORTS[scheme]),
        authority=parsed.host,
        target=parsed.pathname + parsed.search,
    )


def _no_address(url: str, why: str) -> ForbiddenAddress:
    shown = "".join(letter if letter.isprintable() else "?" for letter in url[:200])
    return ForbiddenAddress(f"{shown}: this is no web address ({why})", url=shown)
