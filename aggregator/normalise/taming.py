"""Other people's HTML before the parser: tags that make parsers slow or pages confused.

Nothing here makes HTML safe; that is the parser's work, afterwards.
"""

import re

HTML_BYTES = 400_000
# html5ever walks its stack of open elements at each tag (40,000 nested <div>: 5 s) and moves its
# buffer at each character reference (400,000 « & »: 2 s). The richest of 2,126 real entries has
# 1,642 tags.
_MAX_TAGS = 5_000
_MAX_REFERENCES = 20_000
_BARE_AMPERSAND = re.compile(r"&(?!#?[a-z0-9]{1,32};)", re.IGNORECASE)

# HTML re-opens unclosed formatting elements in each new block (HTML Living Standard §13.2.4.3, at
# most three alike): 75 kB of <b id=1><b id=2>… grew into 112 MB. Without attributes they are all
# alike, and those that are not kept become <span>, which is not re-opened.
_DROPPED_NAMES = "big|font|nobr|s|small|strike|tt|u"
_KEPT_NAMES = "b|code|em|i|strong"
# Landmarks and the main heading belong to our page; their block stays a block.
_LANDMARK_NAMES = (
    "address|article|aside|center|details|fieldset|footer|header|main|nav|section|summary"
)
_ANY_CASE = re.IGNORECASE | re.ASCII
_DROPPED_FORMATTING = re.compile(rf"<(/?)(?:{_DROPPED_NAMES})(?=[\s/>])[^>]*>", _ANY_CASE)
_KEPT_FORMATTING = re.compile(rf"<({_KEPT_NAMES})(?=[\s/])[^>]*>", _ANY_CASE)
_LANDMARK = re.compile(rf"<(/?)(?:{_LANDMARK_NAMES})(?=[\s/>])", _ANY_CASE)
_MAIN_HEADING = re.compile(r"<(/?)h1(?=[\s/>])", _ANY_CASE)
# Any of them, or a name with a capital. Most texts have none, and one search that minds case
# takes a fifth of the time of the four that do not; the commonest tags are told first.
_UNTAMED = re.compile(
    r"<(?!/?(?:a|blockquote|br|img|li|p|strong(?=>)|ul)[ >])"
    rf"(?:/?(?:{_DROPPED_NAMES}|h1|{_LANDMARK_NAMES})[\s/>]|(?:{_KEPT_NAMES})[\s/]"
    r"|/?[a-z0-9]*[A-Z])",
    re.ASCII,
)


def tamed(raw: str) -> str:
    """Rewrite the tags that make parsers slow or pages confused, and bound their number."""
    if len(raw) > _MAX_TAGS and raw.count("<") > _MAX_TAGS:
        raw = "<".join(raw.split("<", _MAX_TAGS + 1)[: _MAX_TAGS + 1])
    if len(raw) > _MAX_REFERENCES and raw.count("&") > _MAX_REFERENCES:
        raw = _BARE_AMPERSAND.sub("&amp;", raw)[:HTML_BYTES]
    if not _UNTAMED.search(raw):
        return raw
    # Nothing after the last > is a whole tag; without that tail each search below ends early.
    raw, end, tail = raw.rpartition(">")
    raw = _DROPPED_FORMATTING.sub(r"<\1span>", raw + end)
    raw = _KEPT_FORMATTING.sub(r"<\1>", raw)
    raw = _MAIN_HEADING.sub(r"<\1h2", _LANDMARK.sub(r"<\1div", raw))
    return raw + tail
