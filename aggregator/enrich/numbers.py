"""Numbers of délibérations, as councils write them: 469, 2021-045, 23-C-0123."""

import re
from collections.abc import Iterator

MOST = 50

_NUMBER = r"(?=[A-Za-z_./-]{0,6}\d)[A-Za-z0-9]{1,12}+(?:[-_./][A-Za-z0-9]{1,12}+){0,5}+(?!\w)"
_SIGN = r"n(?:[°ºo]s?|um[ée]ros?)\s{0,3}:?\s{0,3}"
_MORE = rf"(?:\s{{0,3}}(?:,|;|et|&)\s{{1,3}}(?:{_SIGN})?{_NUMBER})"
_LIST = rf"{_NUMBER}{_MORE}{{0,20}}+"
# Laws, decrees and orders have numbers too, and délibérations name them.
_OTHERS = (
    r"(?:loi|d[ée]cret|arr[êe]t[ée]|article|d[ée]cision|march[ée]|lot|ordonnance|circulaire"
    r"|modificative)s?\b"
)
# « délibération du conseil municipal n° 12 »: a few words between, none that has a number.
_NAMED = re.compile(
    rf"\b(?:d[ée]lib(?:[ée]rations?|s)?|dcm)\b\.?(?:\s(?!{_OTHERS}|n[°º])[^\W\d_][\w’'-]{{0,20}}+){{0,6}}"
    rf"[\s_:,(-]{{0,4}}{_SIGN}({_LIST})",
    re.IGNORECASE,
)
# « DEL_2023_112 », « délib 2021-045 ».
_CODED = re.compile(
    r"(?<![^\W_])(?:d[ée]lib(?:[ée]ration)?|del|dcm)[\s._-]{0,2}"
    r"((?:19|20)\d\d[-_./](?:\d{1,2}[-_./])?\d{1,4})(?![^\W_]|[-_./]\d)",
    re.IGNORECASE,
)
# A délibération's own number stands in its head, on a line that it begins.
_HEAD_CHARACTERS = 800
_HEADING = re.compile(
    r"^[ \t]{0,9}(?:extraits?\s.{0,40})?d[ée]lib[ée]rations?\b", re.IGNORECASE | re.MULTILINE
)
_OWN = re.compile(
    rf"^[ \t]{{0,9}}{_SIGN}((?=[^\s]{{0,20}}[-_./])(?=[^\s]{{0,20}}\d){_NUMBER})",
    re.IGNORECASE | re.MULTILINE,
)
_ONE = re.compile(_NUMBER)
_PARTS = re.compile(r"[-_./]+")
_PREFIX = re.compile(r"^(?:DELIB|DEL|DCM)-?(?=\d)")


def deliberation_numbers(text: str) -> tuple[str, ...]:
    """Return the numbers of délibérations that a text names, in order, each once, MOST at most.

    Letters are capitals, parts are joined by hyphens. A number that stands alone is none: « n° »
    must follow the word, or begin a line in the head of a délibération.
    """
    found = sorted(_found(text))
    return tuple(dict.fromkeys(_normal(number) for _, number in found))[:MOST]


def _found(text: str) -> Iterator[tuple[int, str]]:
    for named in _NAMED.finditer(text):
        for one in _ONE.finditer(text, *named.span(1)):
            if any(map(str.isdigit, one[0])):
                yield one.start(), one[0]
    for coded in _CODED.finditer(text):
        yield coded.start(1), coded[1]
    heading = _HEADING.search(text[:_HEAD_CHARACTERS])
    if heading and (own := _OWN.search(text, heading.end(), _HEAD_CHARACTERS)):
        yield own.start(1), own[1]


def _normal(number: str) -> str:
    return _PREFIX.sub("", _PARTS.sub("-", number.upper()).strip("-"))
