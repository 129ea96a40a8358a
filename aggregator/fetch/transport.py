"""httpx over connections that the address guard opened."""

import functools
import ssl
from collections.abc import AsyncIterator
from typing import Protocol, cast

import httpcore
import httpx

from aggregator.fetch.address import Guard, GuardedBackend


class _Stream(Protocol):
    """What httpcore's pool gives, and its types do not say."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests through `GuardedBackend`, a connection each.

    httpx's own transport takes no network backend. It is used without httpx's client, which
    reads every Location to prepare the redirect, asked to follow it or not, and some that sites
    send make it fail; the client also brings cookies and settings of the environment. No
    connection is kept: with seconds between two requests to a host there is little to gain, and
    so every request is judged anew.
    """

    def __init__(self, guard: Guard, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=None,  # the crawl decides how many hosts it asks at once
            max_keepalive_connections=0,
            network_backend=GuardedBackend(guard),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the body is left to be streamed.

        Raises:
            Refused: The host has a private or reserved address.
            Exception: httpcore's own, as they are; see failures.py.
        """
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(cast("_Stream", answer.stream)),
            extensions=answer.extensions,
            request=request,
        )

    async def aclose(self) -> None:
        """Close what is still open."""
        await self._pool.aclose()


@functools.cache
def trusted_authorities() -> ssl.SSLContext:
    """Return what certificates are checked against: the public authorities (certifi)."""
    return httpx.create_ssl_context(trust_env=False)
