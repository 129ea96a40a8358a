"""Mastodon: which feed is asked for, and what it holds."""

import pytest
from platforms_made import NOW, PageOf, platform_source, read_as

from aggregator.errors import NothingFound, ReadError
from aggregator.readers.platforms import first_ask, recognise

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">
 <channel>
  <title>Comité du Hommelet</title><link>https://social.exemple.fr/@comite</link>
  <item>
   <guid isPermaLink="true">https://social.exemple.fr/@comite/1</guid>
   <link>https://social.exemple.fr/@comite/1</link>
   <pubDate>Sat, 21 Nov 2026 09:00:00 +0000</pubDate>
   <description>&lt;p&gt;Réunion jeudi, salle Watremez.&lt;/p&gt;</description>
   <media:content url="https://social.exemple.fr/m/1.jpg" medium="image">
    <media:description type="plain">Affiche : réunion publique &lt;19 h&gt;</media:description>
   </media:content>
   <media:content url="https://social.exemple.fr/m/2.jpg" medium="image">
    <media:description type="plain">Plan de la salle</media:description>
   </media:content>
   <category>hommelet</category>
  </item>
  <item>
   <guid isPermaLink="true">https://social.exemple.fr/@comite/2</guid>
   <link>https://social.exemple.fr/@comite/2</link>
   <pubDate>Fri, 20 Nov 2026 09:00:00 +0000</pubDate>
   <description>&lt;p&gt;Merci à tous.&lt;/p&gt;</description>
  </item>
 </channel>
</rss>"""


@pytest.mark.parametrize(
    ("path", "options", "asked"),
    [
        ("/@comite", {}, "/@comite.rss"),
        ("/@comite/with_replies", {}, "/@comite.rss"),
        ("/@comite.rss", {}, "/@comite.rss"),
        ("/", {"account": "@comite"}, "/@comite.rss"),
        ("/@autre", {"account": "comite"}, "/@comite.rss"),
        ("/tags/roubaix", {}, "/tags/roubaix.rss"),
        ("/", {"tag": "#Économie"}, "/tags/%C3%89conomie.rss"),
        ("/", {"account": "comite", "tag": "roubaix"}, "/@comite/tagged/roubaix.rss"),
    ],
)
def test_the_feed_is_worked_out(path: str, options: dict[str, str], asked: str) -> None:
    source = platform_source("mastodon", f"https://social.exemple.fr{path}", **options)
    assert first_ask(source, now=NOW).url == f"https://social.exemple.fr{asked}"


def test_an_address_that_names_nobody_says_what_to_add() -> None:
    with pytest.raises(ReadError, match=r"add « mastodon: \{account: nom\} »"):
        first_ask(platform_source("mastodon", "https://social.exemple.fr/explore"), now=NOW)


def test_what_describes_images_is_kept(page_of: PageOf) -> None:
    source = platform_source("mastodon", "https://social.exemple.fr/@comite")
    first, second = read_as(page_of, source, FEED).entries
    assert first.html == (
        "<p>Réunion jeudi, salle Watremez.</p>"
        "<p>[Image\u00a0: Affiche : réunion publique &lt;19 h&gt;]</p>"
        "<p>[Image\u00a0: Plan de la salle]</p>"
    )
    assert (first.categories, first.title) == (("hommelet",), None)
    assert second.html == "<p>Merci à tous.</p>"


@pytest.mark.parametrize("body", ["<html><body>Connexion</body></html>", "[]", "\0"])
def test_an_answer_of_another_shape_is_told(body: str, page_of: PageOf) -> None:
    source = platform_source("mastodon", account="comite")
    with pytest.raises(NothingFound, match="Mastodon changed, or the address is none of Mastodon"):
        read_as(page_of, source, body)


@pytest.mark.parametrize(
    ("url", "option"),
    [
        ("https://mastodon.exemple.fr/@comite", ("account", "comite")),
        ("https://piaille.fr/@comite/123", ("account", "comite")),
        ("https://mamot.fr/tags/roubaix", ("tag", "roubaix")),
    ],
)
def test_addresses_are_recognised(url: str, option: tuple[str, str]) -> None:
    found = recognise(url)
    assert found is not None
    assert (found.name, found.options) == ("mastodon", (option,))


@pytest.mark.parametrize("url", ["https://exemple.fr/@comite", "https://mastodon.exemple.fr/about"])
def test_other_addresses_are_not(url: str) -> None:
    assert recognise(url) is None
