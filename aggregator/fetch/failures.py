"""What went wrong, in sentences that a moderator can act on."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import h11

from aggregator.errors import (
    BadCertificate,
    BadStatus,
    CertificateExpired,
    ForbiddenAddress,
    HostUnreachable,
)
from aggregator.fetch.address import ALLOW_VARIABLE, Refused
from aggregator.fetch.headers import http_date, seconds
from aggregator.fetch.transport import BrokenOff, TooMuch, Unreached
from aggregator.fetch.urls import Url

# Longer pleas are cut: no header may silence a source for years.
MAX_RETRY_AFTER_S = 86_400

_EXPIRED = 10

# OpenSSL's X509_V_ERR_* codes (x509_vfy.h).
_CERTIFICATES = {
    9: "the certificate is not valid yet; the site's clock or certificate is wrong",
    _EXPIRED: "the certificate has expired; tell the site's owner to renew it",
    18: "the certificate is self-signed; no authority vouches for it",
    19: "the certificate is self-signed; no authority vouches for it",
    20: "the certificate's authority is unknown; the site may not send its intermediate one",
    21: "the certificate's authority is unknown; the site may not send its intermediate one",
    62: "the certificate is for another name; check the address, with and without www",
    64: "the certificate is for another address; give the site's name instead",
}

# The first kind that fits is told.
_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLError, "no secure connection (TLS) comes about with {host}: {cause}"),
    (socket.gaierror, "the name {host} is unknown (DNS); check the spelling, or the site is gone"),
    (UnicodeError, "{host} cannot be a name (DNS); check the spelling"),
    (ConnectionRefusedError, "{host} refuses the connection; no web server runs there now"),
    (ConnectionError, "the connection to {host} broke off; it is tried again later"),
    (TimeoutError, "{host} does not answer; it is tried again later"),
    (OSError, "{host} cannot be reached ({cause}); it is tried again later"),
    (BrokenOff, "{host} broke off its answer; it is tried again later"),
)

_STATUSES = {
    206: "the site sends a part of the page only; tell its owner",
    401: "the page wants a password; give an address that everyone may read",
    403: "the site refuses to show it to us; ask its owner to let civic-aggregator in",
    404: "the address no longer exists; look for the page's new address on the site",
    410: "the page was removed for good; take the source off the list or give its new address",
    429: "the site says that we ask too often; it is asked again later",
    451: "the page is withheld for legal reasons",
    500: "the site's program failed; it is asked again later",
    502: "the site's server fails behind its front door; it is asked again later",
    503: "the site is overloaded or under maintenance; it is asked again later",
    504: "the site's server is too slow behind its front door; it is asked again later",
}


@contextmanager
def explained(url: Url) -> Iterator[None]:
    """Turn what the network raises inside the block into a `FetchError`."""
    try:
        yield
    except Refused as error:
        raise ForbiddenAddress(
            f"{url}: {error}; only public addresses are read, and networks that whoever runs the"
            f" server allows by {ALLOW_VARIABLE}",
            url=str(url),
        ) from error
    except ssl.SSLCertVerificationError as error:
        code = error.verify_code
        sentence = _CERTIFICATES.get(code, f"the certificate is wrong: {error.verify_message}")
        kind = CertificateExpired if code == _EXPIRED else BadCertificate
        raise kind(f"{url}: {sentence}", url=str(url)) from error
    except (Unreached, BrokenOff, TooMuch, OSError, UnicodeError, h11.ProtocolError) as error:
        raise HostUnreachable(f"{url}: {sentence_of(error, url.host)}", url=str(url)) from error


def sentence_of(error: BaseException, host: str) -> str:
    """Say what kept an answer from coming."""
    cause = error.__cause__ if isinstance(error, Unreached) and error.__cause__ else error
    if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN:
        return f"the name {host} cannot be looked up now (DNS); is this machine online?"
    for kind, sentence in _CAUSES:
        if isinstance(cause, kind):
            return sentence.format(host=host, cause=cause)
    # h11 quotes what it could not read, a whole header if need be.
    return f"the answer is not proper HTTP ({str(error)[:200]}); tell the site's owner"


def bad_status(url: Url, status: int, retry_after_s: int | None = None) -> BadStatus:
    """Return the error for an answer that brings no page."""
    sentence = _STATUSES.get(status)
    if sentence is None and status >= 500:
        sentence = "the site fails; it is asked again later"
    if sentence is None:
        sentence = "the site does not give the page; open the address in a browser to see why"
    return BadStatus(
        f"{url}: {status}: {sentence}", url=str(url), status=status, retry_after_s=retry_after_s
    )


def retry_after(text: str, now: datetime) -> int | None:
    """Read a Retry-After header, seconds or a date (RFC 9110 §10.2.3); at most a day."""
    wait_s = seconds(text)
    if wait_s is None:
        moment = http_date(text)
        if moment is None:
            return None
        wait_s = max(round((moment - now).total_seconds()), 0)
    return min(wait_s, MAX_RETRY_AFTER_S)
