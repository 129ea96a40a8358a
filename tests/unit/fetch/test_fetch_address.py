"""Nothing inside our own network is reached on a stranger's word."""

import asyncio
import socket
import threading
from ipaddress import ip_address

import pytest
from conftest import Answer, Site
from unit.fetch.servers import Names, get, new_web, page

from aggregator.errors import FetchError, ForbiddenAddress, HostUnreachable, UsageError
from aggregator.fetch import fetch
from aggregator.fetch.address import Guard, in_turn
from aggregator.fetch.urls import parse_url

PUBLIC = ["8.8.8.8", "1.1.1.1", "193.51.208.13", "2001:4860:4860::8888", "2a01:4f8::1"]
PUBLIC_INSIDE = ["::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1"]
# fmt: off
PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1",
    "127.9.9.9", "169.254.169.254", "168.63.129.16", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1",
    "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1", "2002:c0a8:101::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00::1", "fd00:ec2::254", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1",
    "4000::1",
]
# fmt: on


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_INSIDE)
def test_public_addresses_are_allowed(address: str) -> None:
    assert Guard().allows(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_other_addresses_are_refused(address: str) -> None:
    assert not Guard().allows(ip_address(address))


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "fd00::1"])
def test_networks_may_be_allowed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_ALLOW_NETWORKS", " 127.0.0.0/8 , fd00::/8,")
    guard = Guard.from_environment()
    assert guard.allows(ip_address(address))
    assert not guard.allows(ip_address("10.0.0.1"))


@pytest.mark.parametrize("value", ["localhost", "127.0.0.1/8", "127.0.0.0/33", "*", "10.0.0.0-9"])
def test_a_bad_exception_is_a_usage_error(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_ALLOW_NETWORKS", f"10.0.0.0/8,{value}")
    with pytest.raises(UsageError, match=r"AGGREGATOR_ALLOW_NETWORKS.*write networks as"):
        new_web()


# --- addresses as written ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "/feed",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://",
        "http:///x",
        "gopher://a/",
        "http://a:99999/",
        "http://a:b:c/",
        "http://[::1",
        "http://exa\nmple.org/",
        "http://" + "a" * 9000,
        "unix:/var/run/docker.sock",
        "http://١٢٧.٠.٠.١/",
        "http://a%20b/",
        "http://./",
        "http://.example.org/",
        "http:example.org",
        "http:/example.org",
        "http:\\\\example.org",
        "http://example.org/a\tb",
        "http://example.org:0/",
        "http://\ud800.fr/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ForbiddenAddress):
        get(url)


def test_passwords_are_refused_and_not_told() -> None:
    with pytest.raises(ForbiddenAddress, match="user name or password") as caught:
        get("https://someone:secret@example.org/")
    assert "secret" not in str(caught.value) + caught.value.url


def test_names_are_encoded_and_fragments_dropped() -> None:
    parsed = parse_url(" HTTPS://Éxample.FR/é?q=ç d#part ")
    assert str(parsed) == "https://xn--xample-9ua.fr/%C3%A9?q=%C3%A7%20d"


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("../b", "http://example.org/b"),
        ("//127.1/x", "http://127.0.0.1/x"),
        ("http://0x7f.1:8080", "http://127.0.0.1:8080/"),
        ("http:\\\\017700000001", "http://127.0.0.1/"),
        ("http:///example.net", "http://example.net/"),
        ("\thttp://exa\nmple.net", "http://example.net/"),
        ("HTTPS://[::FFFF:127.0.0.1]:443/", "https://[::ffff:7f00:1]/"),
        ("?q#part", "http://example.org/a/?q"),
    ],
)
def test_references_are_read_as_browsers_do(reference: str, text: str) -> None:
    assert str(parse_url("http://example.org/a/").joined(reference)) == text


def test_the_parts_of_an_address() -> None:
    url = parse_url("HTTPS://[2001:DB8::1]:8443/a?b")
    assert (url.host, url.port, url.target) == ("2001:db8::1", 8443, "/a?b")
    assert str(url.at("/robots.txt")) == "https://[2001:db8::1]:8443/robots.txt"
    url = parse_url("http://Example.ORG.:80")
    assert (url.name, url.port, url.authority) == ("example.org", 80, "example.org.")


# --- addresses as resolved ---------------------------------------------------------------------

LOOPBACK_SPELLINGS = ["127.0.0.1", "localhost", "LOCALHOST", "localhost.", "a.b.localhost"]
LOOPBACK_SPELLINGS += ["2130706433", "127.1", "0x7f000001", "0x7f.1", "017700000001", "0"]
LOOPBACK_SPELLINGS += ["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "127.000.000.001"]


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS)
@pytest.mark.parametrize("obey_robots", [True, False])
def test_no_spelling_of_loopback_gets_through(site: Site, host: str, *, obey_robots: bool) -> None:
    with pytest.raises(ForbiddenAddress):
        get(f"http://{host}:{site.port}/", obey_robots=obey_robots)
    assert site.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "a.localhost", "2130706433", "127.1"])
@pytest.mark.usefixtures("loopback_allowed")
def test_every_spelling_is_judged_by_its_address(site: Site, host: str) -> None:
    site.pages["/"] = Answer(body=b"x")
    assert page(f"http://{host}:{site.port}/").body == b"x"


REDIRECTS = ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[::1]/"]
REDIRECTS += ["http://3232235777/", "http://0xa9fea9fe/", "//192.168.1.1/x", "http://[fd00::1]/"]
REDIRECTS += ["https://[64:ff9b::a00:1]/", "http://100.64.0.1:8080/", "http://inside.example/"]


@pytest.mark.parametrize("location", REDIRECTS)
@pytest.mark.parametrize("obey_robots", [True, False])
@pytest.mark.usefixtures("loopback_allowed")
def test_redirects_are_judged_too(
    site: Site, names: Names, location: str, *, obey_robots: bool
) -> None:
    names.leads["inside.example"] = [["10.1.2.3"]]
    site.pages["/"] = Answer(status=302, headers={"Location": location})
    with pytest.raises(ForbiddenAddress, match="private or reserved"):
        get(site.url(), obey_robots=obey_robots)


@pytest.mark.usefixtures("loopback_allowed")
def test_robots_txt_that_redirects_inside_is_not_followed(site: Site) -> None:
    site.pages["/robots.txt"] = Answer(status=302, headers={"Location": "http://10.0.0.1/"})
    with pytest.raises(ForbiddenAddress):
        get(site.url(), obey_robots=True)


def test_a_name_that_leads_inside_is_refused(names: Names) -> None:
    names.leads["www.example"] = [["192.168.0.10"]]
    with pytest.raises(ForbiddenAddress, match=r"www\.example leads to 192\.168\.0\.10") as caught:
        get("http://www.example/feed")
    assert caught.value.url == "http://www.example/feed"
    assert "whoever runs the server allows by AGGREGATOR_ALLOW_NETWORKS" in str(caught.value)


@pytest.mark.parametrize("answer", [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"]])
def test_a_mix_of_addresses_is_refused(names: Names, answer: list[str]) -> None:
    names.leads["mixed.example"] = [answer]
    with pytest.raises(ForbiddenAddress):
        get("http://mixed.example/")


@pytest.mark.usefixtures("loopback_allowed")
def test_the_checked_address_is_the_one_connected_to(site: Site, names: Names) -> None:
    """A name that answers differently the second time (DNS rebinding) gains nothing."""
    names.leads["rebind.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    site.pages["/"] = Answer(body=b"first")
    url = f"http://rebind.example:{site.port}/"
    assert page(url).body == b"first"
    assert names.asked == ["rebind.example"]
    with pytest.raises(ForbiddenAddress):
        get(url)
    assert names.asked == ["rebind.example"] * 2
    assert len(site.requests) == 1


@pytest.mark.usefixtures("loopback_allowed")
def test_each_request_is_judged_anew(site: Site, names: Names) -> None:
    """A connection that was allowed once opens no way around the guard."""
    names.leads["rebind.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    site.pages["/"] = Answer(body=b"first")
    url = f"http://rebind.example:{site.port}/"

    async def twice() -> None:
        async with new_web() as web:
            await fetch(url, web=web, obey_robots=False)
            await fetch(url, web=web, obey_robots=False)

    with pytest.raises(ForbiddenAddress):
        asyncio.run(twice())


@pytest.mark.usefixtures("loopback_allowed")
def test_later_addresses_are_tried(site: Site, names: Names) -> None:
    names.leads["two.example"] = [["127.0.0.2", "127.0.0.1"]]
    site.pages["/"] = Answer(body=b"x")
    assert page(f"http://two.example:{site.port}/").body == b"x"


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "a.localhost"])
@pytest.mark.usefixtures("loopback_allowed")
def test_what_needs_no_lookup_gets_none(site: Site, names: Names, host: str) -> None:
    site.pages["/"] = Answer(body=b"x")
    assert page(f"http://{host}:{site.port}/").body == b"x"
    assert names.asked == []


@pytest.mark.usefixtures("loopback_allowed")
def test_lookups_have_threads_of_their_own(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[str] = []

    def lookup(*_: object, **__: object) -> list[tuple[object, ...]]:
        used.append(threading.current_thread().name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))] * 2

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    site.pages["/"] = Answer(body=b"x")
    assert page(f"http://www.example:{site.port}/").body == b"x"
    assert [name.partition("_")[0] for name in used] == ["lookup"]


def test_families_take_turns() -> None:
    assert in_turn(["::1", "::2", "::3", "1.1.1.1"]) == ["::1", "1.1.1.1", "::2", "::3"]
    assert in_turn(["1.1.1.1"]) == ["1.1.1.1"]


@pytest.mark.parametrize(
    "host", ["nowhere.invalid", "a..b.invalid", "a" * 64 + ".example", "xn--", "xn--a-.fr"]
)
def test_unknown_names_are_said_to_be_so(host: str, names: Names) -> None:
    async def unknown(host: str, _: int) -> list[str]:
        host.encode("idna")  # what the resolver does first
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    names.really = unknown
    with pytest.raises(HostUnreachable, match=r"(unknown|cannot be a name) \(DNS\); check"):
        get(f"http://{host}/")


def test_a_resolver_that_is_down_is_said_to_be_so(names: Names) -> None:
    async def down(*_: object) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    names.really = down
    with pytest.raises(FetchError, match="online"):
        get("http://example.org/")
