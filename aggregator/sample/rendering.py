"""Turn a site into the documents it answers: every address of it, and the bytes behind."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from aggregator.errors import UsageError
from aggregator.sample.content import SamplePost, SampleSite
from aggregator.sample.platforms import PLATFORMS, Platform

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
SHORT_MONTHS = (
    *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
    *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
)
# A link to another sample site is written `href="site:"`, to a post there `href="site:slug"`.
_REFERENCE = re.compile(r'href="([a-z-]+):([a-z0-9-]*)"')
_TAG = re.compile(r"<[^>]*>")
_EXCERPT_WORDS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one address answers."""

    content_type: str
    render: Callable[[], bytes]


def publish(sites: Mapping[str, SampleSite]) -> dict[str, SampleSite]:
    """Give every post its address, then resolve the links between them.

    Raises:
        UsageError: A post links to a site or post that does not exist.
    """
    addressed = {name: _with_addresses(site) for name, site in sites.items()}
    urls = {(name, post.slug): post.url for name, site in addressed.items() for post in site.posts}
    urls |= {(name, ""): f"{site.home}/" for name, site in addressed.items()}

    def resolve(match: re.Match[str]) -> str:
        target = match[1], match[2]
        if target not in urls:
            raise UsageError(f"sample town: a post links to « {':'.join(target)} », not there")
        return f'href="{urls[target]}"'

    return {
        name: replace(
            site,
            posts=tuple(
                replace(post, html=_REFERENCE.sub(resolve, post.html)) for post in site.posts
            ),
        )
        for name, site in addressed.items()
    }


def _with_addresses(site: SampleSite) -> SampleSite:
    if not site.platform:
        return site
    platform = PLATFORMS[site.platform]
    posts = (replace(post, url=site.home + platform.address(post)) for post in site.posts)
    return replace(site, posts=tuple(posts))


def documents(site: SampleSite) -> dict[str, Document]:
    """Return everything a site with a platform answers, by address (path and query)."""
    platform = PLATFORMS[site.platform]
    found = dict(_listing(site, platform))
    found.setdefault("/", found[platform.listing])
    for post in site.posts:
        found[platform.address(post)] = _document(site, platform.post_template, post=post)
    for feed in platform.feeds:
        # « application/rss+xml » is what few send: WordPress does, most send text/xml.
        found[feed.address] = Document(
            content_type=f"{feed.type}; charset=UTF-8",
            render=_renderer(site, feed.template, charset="utf-8", feed=feed, posts=site.posts),
        )
    return found


def _listing(site: SampleSite, platform: Platform) -> Iterator[tuple[str, Document]]:
    size = platform.per_page
    pages = [site.posts[start : start + size] for start in range(0, len(site.posts), size)] or [()]
    for index, posts in enumerate(pages):
        following = platform.listing_address(index + 1) if index + 1 < len(pages) else None
        yield (
            platform.listing_address(index),
            _document(site, platform.listing_template, posts=posts, following=following),
        )


def _document(site: SampleSite, template: str, **values: object) -> Document:
    platform = PLATFORMS[site.platform]
    return Document(
        content_type=platform.html_type,
        render=_renderer(site, template, charset=platform.charset, **values),
    )


def _renderer(
    site: SampleSite, template: str, *, charset: str, **values: object
) -> Callable[[], bytes]:
    def render() -> bytes:
        text = _TEMPLATES.get_template(template).render(
            site=site, platform=PLATFORMS[site.platform], **values
        )
        return text.encode(charset, "xmlcharrefreplace")

    return render


# --- what templates may say ------------------------------------------------------------------


def long_date(moment: datetime) -> str:
    """« 1er juillet 2025 »."""
    day = "1er" if moment.day == 1 else str(moment.day)
    return f"{day} {MONTHS[moment.month - 1]} {moment.year}"


def event_date(moment: datetime) -> str:
    """« Mercredi 2 juillet 2025 à 13h30 »."""
    minutes = f"{moment.minute:02}" if moment.minute else ""
    day = DAYS[moment.weekday()].capitalize()
    return f"{day} {long_date(moment)} à {moment.hour}h{minutes}"


def short_date(moment: datetime) -> str:
    """« 27 oct. 2025 »."""
    return f"{moment.day} {SHORT_MONTHS[moment.month - 1]} {moment.year}"


def excerpt(post: SamplePost) -> str:
    """Return a post's first words, as text."""
    text = html.unescape(_TAG.sub("", post.html.replace("\n", " ").replace("</li>", " ")))
    words = [word for word in text.split(" ") if word]  # no-break spaces stay
    cut = " ".join(words[:_EXCERPT_WORDS])
    return cut if len(words) <= _EXCERPT_WORDS else f"{cut}…"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("aggregator.sample"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        rfc822=format_datetime,
        iso=datetime.isoformat,
        long_date=long_date,
        event_date=event_date,
        short_date=short_date,
        excerpt=excerpt,
    )
    return environment


_TEMPLATES = _environment()
