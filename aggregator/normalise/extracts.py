"""The short extract of a post, and the button labels that hang at a text's ends."""

import re

from aggregator.normalise.plain import cut_at_word

EXCERPT_CHARACTERS = 300
_TAIL_CHARACTERS = 700

# One of these is in every label of labels.py, and near the end: asking first is ten times faster.
_TAIL_WORDS = (
    *("suite", "lecture", "voir plus", "lire plus", "read"),
    *("appeared", "apparu", "twitter", "courriel"),
)
# The last word of a label; two go on after it, with what they quote or name.
_LAST_WORDS = ("suite", "plus", "lecture", "reading", "more", "twitter", "addthis", "courriel")
_LAST_CHARACTERS = max(map(len, _LAST_WORDS))
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
    near = text[-_TAIL_CHARACTERS:].rstrip(_PUNCTUATION)[-_NEAR_CHARACTERS:]
    if _may_be_label(near) and any(map(near.casefold().__contains__, _TAIL_WORDS)):
        from aggregator.normalise.labels import without_tails  # noqa: PLC0415 - start-up

        text = text[:-_TAIL_CHARACTERS] + without_tails(text[-_TAIL_CHARACTERS:])
    return text.rstrip()


def _may_be_label(near: str) -> bool:
    """Tell whether a text's end may be a label, at a third of the time of looking for each."""
    end = near[-_LAST_CHARACTERS:]
    return (
        end.lower().endswith(_LAST_WORDS)
        or not end.isascii()  # ſuıte
        or '"' in near
        or "«" in near
        or "“" in near
        or "apparu" in near
        or "appeared" in near
    )


def excerpt(text: str) -> str:
    """Shorten a text, labels already dropped, to about 300 characters cut at a word."""
    end = text[-50:]
    whole = _CUT_MARK.sub("", end) if "…" in end or ".." in end else end
    if len(whole) < len(end):  # its site cut it already
        text = text[:-50] + whole + "…"
    return cut_at_word(text, EXCERPT_CHARACTERS)
