"""The short extract of a post, and the button labels that hang at a text's ends."""

import re

from aggregator.normalise.plain import cut_at_word

EXCERPT_CHARACTERS = 300
_TAIL_CHARACTERS = 700

# What platforms glue to the end of a body (docs of WordPress feeds; seen on Drupal, Overblog).
_TAILS = (
    re.compile(
        r"[\s.…]*[\[(«]?\s?(?:lire la suite|lire plus|en savoir plus|continuer la lecture|"
        r"poursuivre la lecture|voir plus|continue reading|read more)"
        r"(?: (?:de|of) [«“\"].{0,200})?\s?[\])»→…>.\s]*$",
        re.IGNORECASE,
    ),
    re.compile(r"\s*The post .{1,300} (?:first appeared|appeared first) on .{1,200}$"),
    re.compile(
        r"\s*(?:L[’']article|Cet article|Le billet|L[’']post) .{0,300}"
        r"est apparu en premier sur .{1,200}$"
    ),
    re.compile(
        r"\s*Imprimer\s+(?:(?:E-?)?Mail|Courriel)\s+Facebook\s+Twitter(?:\s+AddThis)?$",
        re.IGNORECASE,
    ),
    re.compile(r"\s*Version imprimable\s*Envoyer par courriel$", re.IGNORECASE),
)
# One of these is in every tail above, near its end: asking first is ten times faster.
_TAIL_WORDS = (
    *("suite", "lecture", "voir plus", "lire plus", "read"),
    *("appeared", "apparu", "twitter", "courriel"),
)
_NEAR_CHARACTERS = 300
_PUNCTUATION = " ])»→….>"  # that may follow without bound
_HEADS = re.compile(
    r"^(?:-A\s+A\s+\+A\s*|Version imprimable\s*Envoyer par courriel\s*|"
    r"Imprimer\s+(?:E-?)?Mail\s+Facebook\s+Twitter(?:\s+AddThis)?\s*)+",
    re.IGNORECASE,
)
_CUT_MARK = re.compile(r"[\s.…]*(?:\[\s?(?:…|\.{2,})\s?\]|\(\s?(?:…|\.{3})\s?\)|…|\.{3})[\s.…]*$")


def without_labels(text: str) -> str:
    """Drop « Lire la suite », « The post … appeared first on … » and their like at both ends."""
    text = _HEADS.sub("", text)
    head, tail = text[:-_TAIL_CHARACTERS], text[-_TAIL_CHARACTERS:]
    near = tail.rstrip(_PUNCTUATION)[-_NEAR_CHARACTERS:].casefold()
    before = None if any(word in near for word in _TAIL_WORDS) else tail
    while before != tail:
        before = tail
        for label in _TAILS:
            tail = label.sub("", tail)
    return (head + tail).rstrip()


def excerpt(text: str) -> str:
    """Shorten a text, labels already dropped, to about 300 characters cut at a word."""
    end = text[-50:]
    whole = _CUT_MARK.sub("", end) if "…" in end or ".." in end else end
    if len(whole) < len(end):  # its site cut it already
        text = text[:-50] + whole + "…"
    return cut_at_word(text, EXCERPT_CHARACTERS)
