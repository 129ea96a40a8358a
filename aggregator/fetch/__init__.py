"""From an address to bytes: the one room that touches the network.

`fetch` asks for one address and gives a `Page` or `NotModified`; `Web` is what the fetches of a
crawl share: the transport, the pace each host is asked at, what robots.txt files said.
"""

from aggregator.fetch.web import Web, fetch

__all__ = ["Web", "fetch"]
