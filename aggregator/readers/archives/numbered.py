"""Addresses that hold the number of a page, in their query or in their path."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_IN_PATH = re.compile(r"/(?:page|p)[/-]?(\d{1,6})(?=/|\.html?$|$)", re.IGNORECASE)
_IN_QUERY = re.compile(
    r"(?:debut_\w{1,60}|paged?|p|pg|pageno|page_?num(?:ber)?|(?:limit)?start|offset|tx_\S{1,80})",
    re.IGNORECASE,
)


def query_of(url: str) -> dict[str, str]:
    """Return the fields of an address's query; of several of one name, the last."""
    try:
        return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=100))
    except ValueError:  # « http://[ », or too many
        return {}


def number_in(url: str, name: str) -> int | None:
    """Return the number that a field of the query holds; None without one."""
    return _number(query_of(url).get(name, ""))


def with_field(url: str, name: str, value: int) -> str:
    """Return an address with another value in one field of its query; the others stay."""
    parts = urlsplit(url)
    fields = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    query = urlencode([*fields, (name, str(value))], safe="/:,")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def page_numbers(url: str) -> tuple[str, dict[str, int]]:
    """Part an address from the numbers in it that may count pages.

    Returns:
        The address without them, and the numbers by the name of their field; that of a number in
        the path is « / ».
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, {}
    numbers: dict[str, int] = {}
    path, kept = parts.path, []
    if found := _IN_PATH.search(path):
        numbers["/"] = int(found[1])
        path = path[: found.start()] + path[found.end() :]
    for field in parts.query.split("&")[:100]:
        name, _, value = field.partition("=")
        number = _number(value)
        if number is not None and _IN_QUERY.fullmatch(name):
            numbers[name] = number
        elif field:
            kept.append(field)
    path = path.rstrip("/") or "/"
    return urlunsplit((parts.scheme, parts.netloc, path, "&".join(kept), "")), numbers


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
