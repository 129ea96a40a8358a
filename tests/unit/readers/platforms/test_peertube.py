"""PeerTube: which feed is asked for, and what it holds."""

import pytest
from platforms_made import NOW, PageOf, platform_source, read_as

from aggregator.errors import NothingFound
from aggregator.readers.platforms import first_ask, recognise

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/">
 <channel>
  <title>Télé de quartier</title><link>https://videos.exemple.fr</link>
  <item>
   <title>Le conseil de quartier en vingt minutes</title>
   <link>https://videos.exemple.fr/w/abc</link><guid>https://videos.exemple.fr/w/abc</guid>
   <pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>
   <description>Résumé de la séance…</description>
   <content:encoded>&lt;p&gt;Résumé de la séance du 19 novembre, avec l’intervention de
 l’association des habitants.&lt;/p&gt;</content:encoded>
   <dc:creator>Télé de quartier</dc:creator>
   <media:title type="plain">Le conseil de quartier en vingt minutes</media:title>
   <media:description type="plain">Résumé de la séance…</media:description>
  </item>
 </channel>
</rss>"""


@pytest.mark.parametrize(
    ("path", "options", "asked"),
    [
        ("/", {}, "isLocal=true"),
        ("/c/tele_quartier/videos", {}, "videoChannelName=tele_quartier"),
        ("/video-channels/tele_quartier", {}, "videoChannelName=tele_quartier"),
        ("/a/tele", {}, "accountName=tele"),
        ("/accounts/tele/video-channels", {}, "accountName=tele"),
        ("/a/tele", {"channel": "tele_quartier"}, "videoChannelName=tele_quartier"),
        ("/", {"account": "tele@autre.exemple.fr"}, "accountName=tele%40autre.exemple.fr"),
    ],
)
def test_the_feed_is_worked_out(path: str, options: dict[str, str], asked: str) -> None:
    source = platform_source("peertube", f"https://videos.exemple.fr{path}", **options)
    assert first_ask(source, now=NOW).url == f"https://videos.exemple.fr/feeds/videos.xml?{asked}"


def test_the_whole_text_is_kept(page_of: PageOf) -> None:
    (entry,) = read_as(page_of, platform_source("peertube"), FEED).entries
    assert "l’association des habitants" in entry.html
    assert entry.summary == "Résumé de la séance…"
    assert (entry.author, entry.link) == ("Télé de quartier", "https://videos.exemple.fr/w/abc")


@pytest.mark.parametrize("body", ["<html><body>502", '{"error": "not found"}', ""])
def test_an_answer_of_another_shape_is_told(body: str, page_of: PageOf) -> None:
    with pytest.raises(NothingFound, match="PeerTube changed, or the address is none of PeerTube"):
        read_as(page_of, platform_source("peertube"), body)


@pytest.mark.parametrize(
    ("url", "option"),
    [
        ("https://peertube.exemple.fr/c/tele/videos", ("channel", "tele")),
        ("https://exemple.fr/video-channels/tele", ("channel", "tele")),
        ("https://video.exemple.fr/a/tele", ("account", "tele")),
    ],
)
def test_addresses_are_recognised(url: str, option: tuple[str, str]) -> None:
    found = recognise(url)
    assert found is not None
    assert (found.name, found.options) == ("peertube", (option,))


@pytest.mark.parametrize("url", ["https://exemple.fr/c/tele", "https://tube.exemple.fr/about"])
def test_other_addresses_are_not(url: str) -> None:
    assert recognise(url) is None
