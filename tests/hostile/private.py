"""Ways into a private network; 127.0.0.2 stands for it, and nothing must ever connect to it."""

from hostile.pages import fresh, to
from hostile.redirects import port_of, silent_proof
from hostile.server import Asked, Reply
from hostile.table import Seen, Table

from aggregator.model import State

PRIVATE = Table()
row = PRIVATE.row

# How the same private address can be written, and others that no program should reach.
FORMS = {
    "literal": ("127.0.0.2", "RFC 1122 §3.2.1.3; OWASP SSRF"),
    "decimal": ("2130706434", "inet_aton(3); changedetection.io's address block"),
    "octal": ("0177.0.0.2", "inet_aton(3); CVE-2021-29921 (ipaddress and leading zeros)"),
    "hexadecimal": ("0x7f000002", "inet_aton(3)"),
    "short": ("127.2", "inet_aton(3)"),
    "mapped": ("[::ffff:127.0.0.2]", "RFC 4291 §2.5.5.2"),
    "mapped-hex": ("[::ffff:7f00:2]", "RFC 4291 §2.5.5.2"),
    "compatible": ("[::127.0.0.2]", "RFC 4291 §2.5.5.1"),
    "nat64": ("[64:ff9b::7f00:2]", "RFC 6052 §2.1"),
    "6to4": ("[2002:7f00:2::1]", "RFC 3056 §2"),
    "ipv6-loopback": ("[::1]", "RFC 4291 §2.5.3"),
    "nowhere": ("0.0.0.0", "RFC 1122 §3.2.1.3: this host"),
    "metadata": ("169.254.169.254", "RFC 3927; the clouds' metadata service"),
    "ten": ("10.0.0.1", "RFC 1918 §3"),
    "fullwidth": ("１２７．０．０．２", "UTS 46 maps it to ASCII"),
    "trailing-dot": ("127.0.0.2.", "WHATWG URL: an IPv4 address all the same"),
}


def _direct(form: str, host: str, origin: str) -> None:
    @row(
        f"private-{form}",
        does=f"is listed at {host}",
        origin=origin,
        state=State.FAILING,
        url=f"http://{host}:{{port}}/feed.xml",
        proof=silent_proof,
        posts=False,
    )
    def _(_asked: Asked) -> None:
        return None


def _redirected(form: str, host: str, origin: str) -> None:
    @row(
        f"to-private-{form}",
        does=f"redirects to {host}",
        origin=origin,
        state=State.FAILING,
        posts=False,
    )
    def _(asked: Asked) -> Reply:
        return to(f"http://{host}:{port_of(asked)}/feed.xml")


for _form, (_host, _origin) in FORMS.items():
    _direct(_form, _host, _origin)
    _redirected(_form, _host, _origin)

# What the names answer, call by call; the last list answers all further calls.
NAMES: dict[str, list[list[str]]] = {
    "inside.hostile.test": [["127.0.0.2"]],
    "mixed.hostile.test": [["127.0.0.1", "127.0.0.2"]],
    "mixed-v6.hostile.test": [["127.0.0.1", "::1"]],
    "mapped.hostile.test": [["::ffff:127.0.0.2"]],
    "rebinding.hostile.test": [["127.0.0.1"], ["127.0.0.2"]],
    "flapping.hostile.test": [["127.0.0.1"], ["127.0.0.2"]] * 400,
}


def _named(name: str, does: str, origin: str) -> None:
    @row(
        f"name-{name}",
        does=does,
        origin=origin,
        state=State.FAILING,
        url=f"http://{name}.hostile.test:{{port}}/feed.xml",
        error="ForbiddenAddress",
    )
    def _(asked: Asked) -> Reply:
        return fresh(asked)


_named("inside", "has a private address in DNS", "OWASP SSRF; FreshRSS PR #8400")
_named("mixed", "has a public and a private address", "OWASP SSRF: how rebinding looks")
_named("mixed-v6", "has a public IPv4 and a private IPv6 address", "RFC 8305 §4: either is tried")
_named("mapped", "has an IPv4-mapped private address in DNS", "RFC 4291 §2.5.5.2")
_named("rebinding", "is public when first asked, private later", "atomantic/PortOS#2046")


@row(
    "to-private-name",
    does="redirects to a name with a private address",
    origin="OWASP SSRF; feedparser PR #559",
    state=State.FAILING,
    error="ForbiddenAddress",
)
def _(asked: Asked) -> Reply:
    return to(f"http://inside.hostile.test:{port_of(asked)}/feed.xml")


def _flaps(seen: Seen) -> None:
    # Each call of the resolver is one check and one connection: never a check without it.
    assert all(asked.reply.status == 302 for asked in seen.asked)


@row(
    "to-flapping-name",
    does="redirects to a name that is public at every other look",
    origin="atomantic/PortOS#2046: checked, then looked up again",
    state=State.FAILING,
    proof=_flaps,
)
def _(asked: Asked) -> Reply:
    return to(f"http://flapping.hostile.test:{port_of(asked)}/nothing.xml")
