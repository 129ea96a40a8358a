"""Hosts without a server, without a name, with a bad certificate; and a source that is paused."""

from hostile.pages import fresh
from hostile.redirects import silent_proof
from hostile.server import Asked, Reply
from hostile.table import Seen, Table

from aggregator.model import State

STANDING = Table()
row = STANDING.row


def _certified(name: str, does: str, error: str) -> None:
    @row(
        f"tls-{name}",
        does=does,
        origin="RFC 9110 §4.3.4; RFC 9525",
        state=State.FAILING,
        url=f"https://tls-{name}.hostile.localhost:{{secure[{name}]}}/feed.xml",
        error=error,
        proof=silent_proof,
        posts=False,
    )
    def _(asked: Asked) -> Reply:
        return fresh(asked)


_certified("expired", "has a certificate that expired", "CertificateExpired")
_certified("self-signed", "has a certificate that nobody vouches for", "BadCertificate")
_certified("other-name", "has the certificate of another name", "BadCertificate")
_certified("future", "has a certificate that is not valid yet", "BadCertificate")


@row(
    "tls-good",
    does="has a good certificate",
    origin="RFC 9110 §4.3.4",
    state=State.OK,
    url="https://tls-good.hostile.localhost:{secure[good]}/feed.xml",
    posts=True,
)
def _(asked: Asked) -> Reply:
    assert asked.secure
    return fresh(asked)


@row(
    "tls-on-plain",
    does="speaks plain HTTP where https is listed",
    origin="RFC 8446 §6: no TLS answer",
    state=State.FAILING,
    url="https://tls-on-plain.hostile.localhost:{port}/feed.xml",
    error="HostUnreachable",
    proof=silent_proof,
)
def _(asked: Asked) -> Reply:
    return fresh(asked)


@row(
    "plain-on-tls",
    does="speaks TLS where http is listed",
    origin="RFC 9110 §4.2.2",
    state=State.FAILING,
    url="http://plain-on-tls.hostile.localhost:{secure[good]}/feed.xml",
    error="HostUnreachable",
    proof=silent_proof,
)
def _(asked: Asked) -> Reply:
    return fresh(asked)


def _unreached(name: str, does: str, origin: str, url: str, error: str = "HostUnreachable") -> None:
    row(
        name,
        does=does,
        origin=origin,
        state=State.FAILING,
        url=url,
        error=error,
        proof=silent_proof,
        posts=False,
    )(lambda _: None)


_unreached(
    "no-name", "has no name in DNS", "RFC 1035 §4.1.1", "http://nobody.hostile.test/feed.xml"
)
_unreached(
    "no-dns", "has a name server that fails", "RFC 8914", "http://again.hostile.test/feed.xml"
)
_unreached(
    "no-server",
    "has no server on its port",
    "RFC 9293 §3.10.7.1",
    "http://no-server.hostile.localhost:1/feed.xml",
)
_unreached(
    "bad-name",
    "has a name that cannot be one",
    "RFC 1035 §2.3.4",
    f"http://{'a' * 70}.test/feed.xml",
)


@row(
    "paused",
    does="is paused by a moderator",
    origin="the list of sources",
    state=State.PAUSED,
    paused=True,
    proof=silent_proof,
    posts=False,
)
def _(asked: Asked) -> Reply:
    return fresh(asked)


def _few(seen: Seen) -> None:
    assert 25 <= len(seen.of("/feed.xml")) <= 45


@row(
    "dying",
    does="fails more and more, then for good",
    origin="Media Cloud: never disabled, asked ever more rarely",
    state=State.FAILING,
    posts=True,
    proof=_few,
)
def _(asked: Asked) -> Reply | None:
    return fresh(asked) if asked.day < 3 else None
