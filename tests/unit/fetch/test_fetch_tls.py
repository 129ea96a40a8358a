"""Certificates are judged by the host's name, though the connection goes to an address."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from conftest import Answer, Site
from unit.fetch.servers import Names, get, page

from aggregator.errors import BadCertificate, CertificateExpired, HostUnreachable
from aggregator.fetch import transport, web

pytestmark = pytest.mark.usefixtures("loopback_allowed")

Serve = Callable[[trustme.LeafCert], str]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the test's authority as if it were a public one."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    monkeypatch.setattr(web, "trusted_authorities", lambda: context)


@pytest.fixture
def serve(site: Site) -> Serve:
    """Put TLS with a given certificate before the loopback site; gives its address."""

    def start(certificate: trustme.LeafCert) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        listener = site._server.socket
        site._server.socket = context.wrap_socket(
            listener, server_side=True, do_handshake_on_connect=False
        )
        site._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        site.pages["/"] = Answer(body=b"secure")
        return f":{site.port}/"

    return start


@pytest.mark.usefixtures("trusted")
def test_the_name_is_what_counts(authority: trustme.CA, serve: Serve, names: Names) -> None:
    names.leads["www.example"] = [["127.0.0.1"]]
    assert (
        page("https://www.example" + serve(authority.issue_cert("www.example"))).body == b"secure"
    )


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_refused(
    authority: trustme.CA, serve: Serve, names: Names
) -> None:
    names.leads["www.example"] = [["127.0.0.1"]]
    with pytest.raises(BadCertificate, match="another name"):
        get("https://www.example" + serve(authority.issue_cert("other.example", "127.0.0.1")))


@pytest.mark.usefixtures("trusted")
def test_an_expired_certificate_is_said_to_be_so(authority: trustme.CA, serve: Serve) -> None:
    expired = authority.issue_cert(
        "a.localhost", not_after=datetime.now(tz=UTC) - timedelta(days=1)
    )
    with pytest.raises(CertificateExpired, match="the certificate has expired; tell") as caught:
        get("https://a.localhost" + serve(expired))
    assert isinstance(caught.value.__cause__, Exception)


def test_an_unknown_authority_is_said_to_be_so(authority: trustme.CA, serve: Serve) -> None:
    with pytest.raises(BadCertificate, match="authority") as caught:
        get("https://a.localhost" + serve(authority.issue_cert("a.localhost")))
    assert not isinstance(caught.value, CertificateExpired)


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_the_future_is_said_to_be_so(authority: trustme.CA, serve: Serve) -> None:
    early = authority.issue_cert("a.localhost", not_before=datetime.now(tz=UTC) + timedelta(days=1))
    with pytest.raises(BadCertificate, match="not valid yet"):
        get("https://a.localhost" + serve(early))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("host", ["a.localhost.", "127.0.0.1"])
def test_all_spellings_of_a_name_have_its_certificate(
    authority: trustme.CA, serve: Serve, host: str
) -> None:
    certificate = authority.issue_cert("a.localhost", "127.0.0.1")
    assert page(f"https://{host}" + serve(certificate)).body == b"secure"


def test_https_where_only_http_is_spoken_is_said_to_be_so(site: Site) -> None:
    with pytest.raises(HostUnreachable, match=r"\(TLS\)") as caught:
        get(site.url().replace("http:", "https:"))
    assert not isinstance(caught.value, BadCertificate)


def test_nothing_of_the_environment_changes_what_is_trusted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    context = transport.trusted_authorities.__wrapped__()
    assert context.get_ca_certs()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
