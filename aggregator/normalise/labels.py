"""The labels that platforms hang at the end of a text."""

import re

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


def without_tails(tail: str) -> str:
    """Drop « Lire la suite », « The post … appeared first on … » and their like."""
    before = None
    while before != tail:
        before = tail
        for label in _TAILS:
            tail = label.sub("", tail)
    return tail
