"""YouTube: which feed is asked for, and what is said of a video."""

import pytest
from platforms_made import NOW, PageOf, platform_source, read_as

from aggregator.errors import NothingFound, ReadError
from aggregator.readers.platforms import first_ask, recognise

CHANNEL = "UC0123456789abcdefghi-_x"
PLAYLIST = "PL0123456789abcdef"

FEED = f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
 <link rel="hub" href="https://hub.exemple.fr/"/>
 <link rel="self" href="https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"/>
 <id>yt:channel:{CHANNEL[2:]}</id><title>Ville d’Exemple</title>
 <author><name>Ville d’Exemple</name></author>
 <entry>
  <id>yt:video:abcdefghijk</id>
  <title>Conseil municipal du 12 mars</title>
  <link rel="alternate" href="https://www.youtube.com/watch?v=abcdefghijk"/>
  <author><name>Ville d’Exemple</name></author>
  <published>2026-03-12T18:00:05+00:00</published>
  <updated>2026-03-13T08:00:00+00:00</updated>
  <media:group>
   <media:title>Conseil municipal du 12 mars</media:title>
   <media:description>Ordre du jour :
00:00 Appel &amp; quorum
05:12 &lt;Budget&gt; participatif

À revoir sur exemple.fr</media:description>
  </media:group>
 </entry>
 <entry>
  <id>yt:video:lmnopqrstuv</id><title>Sans texte</title>
  <link rel="alternate" href="https://www.youtube.com/watch?v=lmnopqrstuv"/>
  <published>2026-03-10T18:00:05+00:00</published>
  <media:group><media:description/></media:group>
 </entry>
</feed>"""


@pytest.mark.parametrize(
    ("url", "options", "asked"),
    [
        ("https://www.youtube.com/@ville", {"channel": CHANNEL}, f"channel_id={CHANNEL}"),
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", {}, f"channel_id={CHANNEL}"),
        ("https://www.youtube.com/@ville", {"playlist": PLAYLIST}, f"playlist_id={PLAYLIST}"),
        (f"https://www.youtube.com/playlist?list={PLAYLIST}", {}, f"playlist_id={PLAYLIST}"),
        # Of a channel and one of its lists, the list is meant.
        (
            f"https://www.youtube.com/channel/{CHANNEL}",
            {"channel": CHANNEL, "playlist": PLAYLIST},
            f"playlist_id={PLAYLIST}",
        ),
    ],
)
def test_the_feed_is_worked_out(url: str, options: dict[str, str], asked: str) -> None:
    ask = first_ask(platform_source("youtube", url, **options), now=NOW)
    assert ask.url == f"https://www.youtube.com/feeds/videos.xml?{asked}"


def test_an_address_without_a_number_says_what_to_add() -> None:
    with pytest.raises(ReadError, match=r"add it as « youtube: \{channel: UC…\} »"):
        first_ask(platform_source("youtube", "https://www.youtube.com/@ville"), now=NOW)


def test_the_description_is_kept_as_the_plain_text_it_is(page_of: PageOf) -> None:
    found = read_as(page_of, platform_source("youtube", channel=CHANNEL), FEED)
    first, second = found.entries
    assert (first.guid, first.link) == (
        "yt:video:abcdefghijk",
        "https://www.youtube.com/watch?v=abcdefghijk",
    )
    assert first.html == (
        "<p>Ordre du jour :<br>00:00 Appel &amp; quorum<br>05:12 &lt;Budget&gt; participatif</p>"
        "<p>À revoir sur exemple.fr</p>"
    )
    assert (second.title, second.html) == ("Sans texte", "")
    assert found.title == "Ville d’Exemple"
    # A hub would send the feed past this reader.
    assert (found.hints.hub, found.hints.topic) == (None, None)


@pytest.mark.parametrize(
    "body", ["<html><body>Avant de continuer", '{"items": 3}', "", "{" * 10_000]
)
def test_an_answer_of_another_shape_is_told(body: str, page_of: PageOf) -> None:
    source = platform_source("youtube", channel=CHANNEL)
    with pytest.raises(NothingFound, match="YouTube changed, or the address is none of YouTube"):
        read_as(page_of, source, body)


@pytest.mark.parametrize(
    ("url", "option"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}", ("channel", CHANNEL)),
        (f"https://youtube.com/playlist?list={PLAYLIST}&si=x", ("playlist", PLAYLIST)),
        (f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}", ("channel", CHANNEL)),
    ],
)
def test_addresses_are_recognised(url: str, option: tuple[str, str]) -> None:
    found = recognise(url)
    assert found is not None
    assert (found.name, found.options) == ("youtube", (option,))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/@ville",  # its page announces its feed
        f"https://exemple.fr/channel/{CHANNEL}",
        f"https://www.youtube.com/channel/{CHANNEL}x",
    ],
)
def test_other_addresses_are_not(url: str) -> None:
    assert recognise(url) is None
