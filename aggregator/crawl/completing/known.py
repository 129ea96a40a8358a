"""Which posts of an archive we have already: they are neither opened nor written again.

A feed may cut its posts where the archive has them whole; writing now the one and now the other
would make a version of each at every crawl.
"""

from collections.abc import Iterable

from aggregator.model import Post
from aggregator.store import KnownPost


class Known:
    """The posts of one source, as numbers: there may be a hundred thousand of them.

    Args:
        posts: Those that the store has.
        home: The source's own address, which posts without one of their own bear.
    """

    def __init__(self, posts: Iterable[KnownPost], *, home: str) -> None:
        self._home = bare(home)
        self._addresses: set[int] = set()
        self._marks: set[int] = set()
        self._pages: set[int] = set()
        for post in posts:
            self._add(post.guid, post.url, post.title)

    def has_page(self, url: str) -> bool:
        """Tell whether a page is that of a post we have."""
        return hash(bare(url)) in self._addresses

    def is_of_another(self, url: str, *, asked: str) -> bool:
        """Tell whether an address is the source's own, a post's, or a listed page's.

        Args:
            url: The address.
            asked: It may be that of this page, which is being opened.
        """
        if (short := bare(url)) == bare(asked):
            return False
        is_listed = hash(short) in self._addresses or hash(short) in self._pages
        return is_listed or short == self._home

    def is_new(self, post: Post) -> bool:
        """Tell whether we lack a post.

        Several posts may share an address, where a blog comments on pages of others, or a guid.
        """
        by_guid, by_title = _marks(post.guid, post.url, post.title)
        if by_guid in self._marks:
            return False
        return by_title not in self._marks or bare(post.url) == self._home

    def add_pages(self, urls: Iterable[str]) -> None:
        """Know that these pages are listed, each as that of a post."""
        self._pages.update(hash(bare(url)) for url in urls)

    def add(self, posts: Iterable[Post]) -> None:
        """Know these, too."""
        for post in posts:
            self._add(post.guid, post.url, post.title)

    def _add(self, guid: str, url: str, title: str) -> None:
        self._marks.update(_marks(guid, url, title))
        if (short := bare(url)) != self._home:
            self._addresses.add(hash(short))


def _marks(guid: str, url: str, title: str) -> tuple[int, int]:
    short = bare(url)
    return hash((guid, short)), hash((short, title))


def bare(url: str) -> str:
    """Return an address without what sites change one day: the scheme, « www. », a last slash."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")
