"""What kind of document one is: minutes, délibération, agenda, rules, poster."""

import re

from aggregator.language.folding import fold

_NAME_CHARACTERS = 300
_BEGINNING_CHARACTERS = 1_500
_BEGINNING_LINES = 25

# Texts are folded, and one space stands for whatever parts their words; some write none.
_PATTERNS = {
    "compte-rendu": (
        r"comptes? ?rendus?\b|proces ?verb(?:al|aux)\b"
        r"|releves? (?:de |des )?(?:decision|conclusion)s?\b"
        r"|\bpv\b|^cr\b|\bcr$|\bcr(?= (?:du|de|des|d|la|reunion|conseil|cm|cq|ag|ca|n|no|\d+)\b)"
    ),
    "deliberation": r"\bdeliberations?\b|\bdelib\b|\bdel(?= \d)",
    "ordre-du-jour": r"ordres? ?du ?jour\b|\bconvocations?\b|\bodj\b",
    "reglement": r"\breglements?(?: (?:interieurs?|de|du|des|d)\b|$)",
    "affiche": r"\baffiches?\b|\baffichettes?\b|\bflyers?\b|\btracts?\b",
}
_KIND = re.compile("|".join(f"({pattern})" for pattern in _PATTERNS.values()))
_KEYS = tuple(_PATTERNS)
# What may stand before the word in a heading.
_HEADING = re.compile(r"(?:le |la |projet (?:de |d )?|extrait (?:du )?(?:registre )?(?:des? )?)")
# Minutes begin with an agenda too, but say who came.
_ATTENDED = re.compile(r"\b(?:secretaire de seance|presents?|excuses?)\b")
_GLUED = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_BETWEEN = re.compile(r"[\W_]+")


def document_kind(title: str, label: str, beginning: str) -> str:
    """Return a key of DOCUMENT_KINDS, or "" where nothing tells.

    What is named first is meant: « compte rendu et délibérations » is minutes.

    Args:
        title: The document's own title, or its file's name.
        label: What the link to it says.
        beginning: How its text begins, in lines; only headings count there, for many texts
            mention minutes that are others.
    """
    for name in (label, title):
        if found := _KIND.search(_plain(name[:_NAME_CHARACTERS])):
            return _KEYS[(found.lastindex or 1) - 1]
    return _headed(beginning[:_BEGINNING_CHARACTERS])


def _headed(beginning: str) -> str:
    for line in beginning.split("\n")[:_BEGINNING_LINES]:
        plain = _plain(line)
        found = _KIND.search(plain)
        if found and (line.isupper() or _is_heading(plain[: found.start()])):
            kind = _KEYS[(found.lastindex or 1) - 1]
            is_past = kind == "ordre-du-jour" and _ATTENDED.search(_plain(beginning))
            return "compte-rendu" if is_past else kind
    return ""


def _is_heading(before: str) -> bool:
    return not before or _HEADING.fullmatch(before) is not None


def _plain(text: str) -> str:
    return _BETWEEN.sub(" ", fold(_GLUED.sub(" ", text))).strip()
