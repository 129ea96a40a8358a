"""What kind of document one is: minutes, délibération, agenda, rules, poster."""

import re

from aggregator.language.folding import fold

_BEGINNING_CHARACTERS = 600
_POSTER_CHARACTERS = 1_200

# The first that matches is meant: « compte rendu des délibérations » is minutes, « ordre du jour
# et compte rendu » too. Texts are folded, and whatever parts their words is one space.
_PATTERNS = {
    "compte-rendu": re.compile(
        r"comptes? ?rendus?|proces ?verb(?:al|aux)|releves? (?:de|des) (?:decisions?|conclusions)"
        r"|\b(?:pv|cr)\b(?= (?:du|de|des|d|la|n|no|conseil|reunion|seance|ag|ca|cm|\d))"
        r"|^(?:pv|cr)\b"
    ),
    "deliberation": re.compile(r"\bdeliberations?\b|\bdelib\b"),
    "ordre-du-jour": re.compile(r"ordres? ?du ?jour|\bconvocations?\b|\bodj\b"),
    "reglement": re.compile(
        r"\breglements? (?:interieurs?|de|du|des|d)\b|\breglements?$|\bcharte\b"
    ),
    "affiche": re.compile(r"\baffich(?:e|es|ette|ettes)\b|\bflyers?\b|\btracts?\b"),
}
_PARTS = re.compile(r"[\W_]+")


def document_kind(title: str, label: str, beginning: str) -> str:
    """Return a key of DOCUMENT_KINDS, or "" where nothing tells.

    Args:
        title: The document's own title, or its file's name.
        label: What the link to it says.
        beginning: How its text begins.
    """
    for text in (label, title, beginning[:_BEGINNING_CHARACTERS]):
        folded = _PARTS.sub(" ", fold(text)).strip()
        for kind, pattern in _PATTERNS.items():
            if pattern.search(folded):
                return kind
    return ""
