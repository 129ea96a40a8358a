"""Addresses whose query holds the number of a page."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


def query_of(url: str) -> dict[str, str]:
    """Return the fields of an address's query; of several of one name, the last."""
    try:
        return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=100))
    except ValueError:  # « http://[ », or too many
        return {}


def number_in(url: str, name: str) -> int | None:
    """Return the number that a field of the query holds; None without one."""
    text = query_of(url).get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def with_field(url: str, name: str, value: int) -> str:
    """Return an address with another value in one field of its query; the others stay."""
    parts = urlsplit(url)
    fields = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name
    ]  # fmt: skip
    query = urlencode([*fields, (name, str(value))], safe="/:,")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
