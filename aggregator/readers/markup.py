"""Small things about the markup of entries: plain texts in, HTML out."""

import html
import re

_EMPTY_LINES = re.compile(r"\n[ \t\r]*\n\s*")


def html_of(text: str) -> str:
    """Return a plain text as HTML: nothing in it is markup, empty lines part paragraphs."""
    escaped = html.escape(text.strip(), quote=False)
    if "\n" not in escaped:
        return escaped
    paragraphs = _EMPTY_LINES.split(escaped)
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)


def longest_first(bodies: list[str]) -> tuple[str, str]:
    """Return the longest of several bodies, and the longest of the others that differ."""
    ranked = sorted({body.strip() for body in bodies} - {""})
    ranked.sort(key=len, reverse=True)  # of equal length, still in order
    first, second, *_ = [*ranked, "", ""]
    return first, second
