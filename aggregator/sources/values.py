"""One function a kind of value: what is written → what it means, or a ValueError that says more."""

import re
import unicodedata
import warnings
import zoneinfo
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

from aggregator.language import slugified
from aggregator.model import Display, Option
from aggregator.sources.complaints import proposal, quoted

SHORTEST = timedelta(minutes=15)  # what a small site may be asked for, all day long
LONGEST = timedelta(days=31)
LONGEST_SLUG_CHARS = 60
LONGEST_URL_CHARS = 2000
LONGEST_SELECTOR_CHARS = 300

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DURATION = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s.<>]{2,}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")  # BCP 47, the part in use
_MODULE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def slug(text: str) -> str:
    """Check a slug: kebab-case, at most 60 characters."""
    if _SLUG.fullmatch(text) and len(text) <= LONGEST_SLUG_CHARS:
        return text
    better = slugified(text, longest=LONGEST_SLUG_CHARS)
    hint = f', such as "{better}"' if better else ""
    raise ValueError(
        f"{quoted(text)} is no slug; write small letters, digits and hyphens, "
        f"at most {LONGEST_SLUG_CHARS}{hint}"
    )


def url(text: str) -> str:
    """Check a web address: http(s), a host, no credentials."""
    if not re.match(r"https?://", text, re.IGNORECASE):
        raise ValueError(f"{quoted(text)} is no web address; begin it with https:// or http://")
    if len(text) > LONGEST_URL_CHARS or re.search(r"[\x00-\x20\x7f\\]", text):
        raise ValueError(
            f"{quoted(text)} holds spaces or is too long (over {LONGEST_URL_CHARS} "
            "characters); copy the address again from the browser"
        )
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is no web address ({error}); correct it") from error
    if not host:
        raise ValueError(f"{quoted(text)} names no site; write https://site.example/page")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address must not hold a user name or password; take it out")
    return text


def origin(text: str) -> str:
    """Check the address of a whole site: scheme, host and maybe port; in ASCII for headers."""
    parts = urlsplit(url(text))
    right = f"{parts.scheme}://{parts.netloc.encode('idna').decode('ascii')}"
    if text != right:
        raise ValueError(f"{quoted(text)} is more than the address of a site; write {right}")
    return text


def contact(text: str) -> str:
    """Check how sites may reach us: an e-mail or a web address, in ASCII for the User-Agent."""
    if text.isascii() and _EMAIL.fullmatch(text):
        return text
    if text.isascii() and re.match(r"https?://", text):
        return url(text)
    raise ValueError(f"{quoted(text)} is neither an e-mail nor a web address; write one of them")


def duration(text: str) -> timedelta:
    """Read `15m`, `1h` or `2d`."""
    found = _DURATION.fullmatch(text)
    if not found:
        hint = f' (here "{text}m" perhaps)' if text.isascii() and text.isdigit() else ""
        raise ValueError(f"{quoted(text)} is no duration; write 15m, 1h or 2d{hint}")
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not SHORTEST <= length <= LONGEST:
        raise ValueError(f"{quoted(text)} is out of bounds; write between 15m and 31d")
    return length


def day(text: str) -> date:
    """Read a date, `2015-06-25`."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is not in the calendar ({error})") from error
    raise ValueError(f"{quoted(text)} is no date; write year, month and day: 2015-06-25")


def language(text: str) -> str:
    """Check a language tag: `fr`, `pt-BR`."""
    if _LANGUAGE.fullmatch(text):
        return text
    raise ValueError(f"{quoted(text)} is no language tag; write fr, en, nl, ar, pt-BR …")


def timezone(text: str) -> str:
    """Check the name of a time zone: `Europe/Paris`."""
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        hint = proposal(text, zoneinfo.available_timezones()) or "; write one such as Europe/Paris"
        raise ValueError(f"{quoted(text)} is no time zone{hint}") from error
    return text


def display(text: str) -> Display:
    """Read how much of a text may be shown."""
    try:
        return Display(text)
    except ValueError as error:
        hint = proposal(text, list(Display))
        raise ValueError(f"{quoted(text)} is no display{hint}") from error


def selector(text: str) -> str:
    """Check a `selector@attribute` text."""
    if len(text) > LONGEST_SELECTOR_CHARS:
        raise ValueError(f"a selector of more than {LONGEST_SELECTOR_CHARS} characters; shorten it")
    from aggregator.scraping import parse_selector  # noqa: PLC0415 - for lists with recipes alone

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # soupsieve warns of pseudo-classes it will drop
            parse_selector(text)
    except (Warning, RecursionError) as error:
        raise ValueError(f"{quoted(text)} cannot be used: {error}") from error
    return text


def element(text: str) -> str:
    """Check a selector of whole elements, where an attribute has no sense."""
    from aggregator.scraping import parse_selector  # noqa: PLC0415 - see `selector`

    if parse_selector(selector(text)).attribute is not None:
        raise ValueError(f"{quoted(text)} names an attribute; name the elements only, such as li")
    return text


def module(text: str) -> str:
    """Check the name of a scraper's file, without `.py`."""
    if _MODULE.fullmatch(text):
        return text
    better = slugified(text.removesuffix(".py"), longest=LONGEST_SLUG_CHARS).replace("-", "_")
    hint = f', such as "{better}"' if _MODULE.fullmatch(better) else ""
    raise ValueError(
        f"{quoted(text)} is no scraper name; write the file's name without .py, in small "
        f"letters, digits and underscores{hint}"
    )


def prose(text: str) -> str:
    """Check a text, maybe of several lines."""
    # Cc: control characters; Cs: halves of a pair ("\ud800"), which no file or database can hold.
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text if char not in "\n\t"):
        raise ValueError("holds control characters; delete them")
    return text


def line(text: str) -> str:
    """Check a text of one line."""
    if "\n" in text:
        raise ValueError("must stand on one line")
    if not text:
        raise ValueError("is empty; write something")
    return prose(text)


def option(option: Option) -> Callable[[str], str]:
    """Return the check of one thing that the list says of a platform."""

    def check(text: str) -> str:
        if option.means == "url":
            url(text)
        if option.means == "number" and not (text.isdecimal() and int(text[:9]) > 0):
            raise ValueError(f"{quoted(text)} is no whole number from 1; {option.about}")
        if option.means == "choice" and text not in option.choices:
            hint = proposal(text, option.choices) or f"; write one of {', '.join(option.choices)}"
            raise ValueError(f"unknown {quoted(text)}{hint}")
        if option.pattern is not None and not re.fullmatch(option.pattern, text):
            raise ValueError(f"{quoted(text)} is not of its form; {option.about}")
        return line(text)

    return check
