"""What looks like a day in a text, in French and in English; what it means is read elsewhere."""

import re

_MONTHS = (
    r"janv(?:ier)?|f[ée]vr?(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|ao[uû]t"
    r"|sept?(?:embre)?|oct(?:obre)?|nov(?:embre)?|d[ée]c(?:embre)?"
    r"|jan(?:uary)?|feb(?:r?uary)?|march|apr(?:il)?|may|june?|july?|aug(?:ust)?|september"
    r"|october|november|december"
)
DAY = re.compile(
    rf"(?<![\w.])(?:\d{{1,2}}(?:er|st|nd|rd|th)?[ .\u00a0-]{{1,2}}(?:{_MONTHS})\b\.?"
    rf"(?:[ ,\u00a0-]{{1,3}}(?:19|20)\d\d\b)?"
    rf"|(?:{_MONTHS})\.?[ \u00a0-]{{1,3}}\d{{1,2}}(?:er|st|nd|rd|th)?\b"
    r"(?:,?[ \u00a0]{0,3}(?:19|20)\d\d\b)?"
    rf"|(?:{_MONTHS})\.?[ ,\u00a0-]{{1,3}}(?:19|20)\d\d\b"
    r"|\d{1,2}([/.-])\d{1,2}\1(?:(?:19|20)\d\d|\d\d)(?!\d)"
    r"|(?:19|20)\d\d-\d\d-\d\d)",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|(?:mon|tues?|wed(?:nes)?|thurs?|fri"
    r"|sat(?:ur)?|sun)(?:day)?)\b|\b(?:le|du|à|at|on|publié|posté|posted)\b|\d{1,2}\s?[h:]\s?\d{0,2}",
    re.IGNORECASE,
)


def weight(text: str) -> float:
    """Return how much of a text is a day, from 0 to 1: « Posté le 3 mai 2024 » is all of it."""
    found = DAY.search(text)
    if found is None:
        return 0.0
    rest = _WEEKDAY.sub("", text[: found.start()] + text[found.end() :])
    letters = sum(map(str.isalnum, rest))
    return len(found[0]) / (len(found[0]) + letters)
