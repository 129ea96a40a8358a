"""Where an answer says that the next one is: believed on its own host alone."""

from aggregator.model import Ask, Page
from aggregator.readers.addresses import following


def following_ask(page: Page, found: str, *, ask: Ask | None = None) -> Ask | None:
    """Return what to ask next.

    Args:
        page: The answer.
        found: The address it names; empty where it names none.
        ask: What was asked: its headers go with the next question too.
    """
    url = following(found, page, page.url)
    return None if url is None else Ask(url=url, headers=() if ask is None else ask.headers)
