"""Where feeds usually are: what to try when a page declares none."""

from urllib.parse import urljoin, urlsplit

from aggregator.model import FeedCandidate

# The platforms of the town's sites, commonest first.
_AT_ROOT = (
    "feed/",  # WordPress
    "rss.xml",  # Drupal, static sites
    "spip.php?page=backend",  # SPIP
    "feeds/posts/default",  # Blogger
    "feed.xml",  # static sites
    "rss",  # Overblog
    "?feed=rss2",  # WordPress without pretty addresses
    "blog-feed.xml",  # Wix
    "blog/do/rss.xml",  # e-monsite
    "atom.xml",  # TypePad
    "?format=feed&type=rss",  # Joomla
    "index.xml",  # Hugo
)
_IN_FOLDER = (
    "feed/",  # WordPress in a sub-directory, or one of its categories
    "rss.xml",
    "?format=feed&type=rss",  # Joomla
)


def guess_feeds(url: str) -> tuple[FeedCandidate, ...]:
    """Return at most a dozen addresses where a site may keep its feed, likeliest first.

    The folder of `url` comes before the root of its site: it is what the moderators chose.
    """
    try:
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}/"
        folder = urljoin(url, "." if not parts.path.endswith("/") else "")
    except ValueError:  # « http://[ »
        return ()
    if parts.scheme not in {"http", "https"}:
        return ()
    folder = folder.partition("?")[0].partition("#")[0]
    guesses = [folder + path for path in _IN_FOLDER] if folder != root else []
    guesses += [root + path for path in _AT_ROOT]
    return tuple(
        FeedCandidate(url=guess, found_by="well-known") for guess in dict.fromkeys(guesses)
    )[:12]
