"""The platforms of the sample web: where each puts its pages, and which template makes them.

Addresses are path and query together, as on a request line. What makes a platform recognisable
(elements, order, habits) is in its templates.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.sample.content import SamplePost

RSS = "application/rss+xml"
ATOM = "application/atom+xml"
JSON = "application/feed+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed of a platform."""

    address: str
    template: str
    type: str
    label: str  # in the home page's <link>, after the site's title


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """How one kind of site answers."""

    generator: str
    post: str  # address pattern: {slug} {number} {year} {month}
    feeds: tuple[Feed, ...] = ()
    listing: str = "/"  # address of the first page of the list
    following: str = "/page/{page}/"  # of the others: {page} from 2, {index} from 1
    per_page: int = 10
    listing_template: str = "listing.html"
    post_template: str = "post.html"
    charset: str = "utf-8"
    html_type: str = "text/html; charset=utf-8"

    def address(self, post: SamplePost) -> str:
        """Return the address of a post's own page."""
        return self.post.format(
            slug=post.slug,
            number=post.number,
            year=post.published.year,
            month=f"{post.published.month:02}",
        )

    def listing_address(self, index: int) -> str:
        """Return the address of the list's page `index`, from 0."""
        return self.listing if index == 0 else self.following.format(page=index + 1, index=index)


PLATFORMS: Mapping[str, Platform] = {
    "spip": Platform(
        generator="SPIP 4.3.2 [26673]",
        post="/spip.php?article{number}",
        following="/spip.php?page=actualites&debut={index}0",
        feeds=(
            Feed(
                address="/spip.php?page=backend",
                template="spip.xml",
                type=RSS,
                label="Syndiquer tout le site",
            ),
        ),
    ),
    "wordpress": Platform(
        generator="WordPress 6.6.2",
        post="/{year}/{month}/{slug}/",
        feeds=(
            Feed(address="/feed/", template="wordpress.xml", type=RSS, label="Flux"),
            Feed(
                address="/comments/feed/",
                template="comments.xml",
                type=RSS,
                label="Flux des commentaires",
            ),
        ),
    ),
    "wordpress-excerpts": Platform(
        generator="WordPress 6.8.1",
        post="/{year}/{month}/{slug}/",
        feeds=(Feed(address="/feed/", template="wordpress-excerpts.xml", type=RSS, label="Flux"),),
    ),
    "blogger": Platform(
        generator="blogger",
        post="/{year}/{month}/{slug}.html",
        following="/search?max-results=10&start={index}0",
        feeds=(
            Feed(address="/feeds/posts/default", template="blogger.xml", type=ATOM, label="– Atom"),
        ),
    ),
    "overblog": Platform(
        generator="OverBlog",
        post="/{year}/{month}/{slug}.html",
        feeds=(Feed(address="/rss", template="overblog.xml", type=RSS, label="– RSS"),),
    ),
    "drupal": Platform(
        generator="Drupal 10 (https://www.drupal.org)",
        post="/actualites/{slug}",
        listing="/actualites",
        following="/actualites?page={index}",
        listing_template="drupal.html",
    ),
    "joomla": Platform(
        generator="Joomla! - Open Source Content Management",
        post="/index.php/recits/{number}-{slug}",
        following="/?start={index}0",
        feeds=(
            Feed(
                address="/?format=feed&type=rss", template="joomla.xml", type=RSS, label="RSS 2.0"
            ),
        ),
    ),
    # Says ISO-8859-1 and means Windows-1252, as such pages do (WHATWG Encoding maps one to the
    # other); the header names no charset at all.
    "static": Platform(
        generator="Microsoft FrontPage 4.0",
        post="/projets/{slug}.htm",
        per_page=500,
        listing_template="static.html",
        post_template="static-post.html",
        charset="cp1252",
        html_type="text/html",
    ),
    "json-feed": Platform(
        generator="Eleventy v3.0.0",
        post="/carnet/{slug}/",
        feeds=(Feed(address="/feed.json", template="feed.json", type=JSON, label="JSON Feed"),),
    ),
    "agenda": Platform(
        generator="Agenda 2.4",
        post="/evenement/{slug}",
        following="/?page={page}",
        per_page=20,
        listing_template="agenda.html",
        post_template="agenda-post.html",
    ),
    "cards": Platform(
        generator="Modulo Pages",
        post="/actus/{slug}",
        listing="/actus",
        following="/actus?p={page}",
        per_page=12,
        listing_template="cards.html",
    ),
    "rss": Platform(
        generator="PMB Portail",
        post="/actualite/{number}/{slug}",
        following="/?p={page}",
        feeds=(Feed(address="/rss.xml", template="rss.xml", type=RSS, label="Actualités"),),
    ),
    "notes": Platform(
        generator="Carnet",
        post="/notes/{slug}",
        feeds=(Feed(address="/atom.xml", template="atom.xml", type=ATOM, label="Notes"),),
    ),
}
