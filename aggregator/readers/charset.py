"""The characters of a feed: which charset its bytes really are in.

Labels are often wrong, bytes seldom: non-ASCII text that is valid UTF-8 is UTF-8 whatever its
label says, since no text in another charset looks like it by accident.
"""

import codecs
import re

from aggregator.model import Page

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,20}=\s{0,20}[\"']\s*([\w.:-]+)")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_OVER_ASCII = {b"utf-8", b"us-ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252"}
# « < » or « <? » without a byte order mark (XML 1.0, appendix F).
_WIDE_STARTS = (
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0<\0", "utf-16-be"),
    (b"<\0", "utf-16-le"),
)


def decode(page: Page) -> str:
    """Return the text of a feed; bytes that no charset explains become U+FFFD."""
    body = page.body
    if may_be_utf8(page):
        try:
            return body.decode()
        except UnicodeDecodeError:
            pass  # nearly UTF-8, or something else
    from w3lib.encoding import read_bom, to_unicode  # noqa: PLC0415 - slow to import, seldom needed

    charset, mark = read_bom(body)
    if charset is not None and mark is not None:
        return body[len(mark) :].decode(charset, "replace")
    for start, wide in _WIDE_STARTS:
        if body.lstrip(b" \r\n\t").startswith(start):
            return body.decode(wide, "replace")
    return to_unicode(body, _charset(page))


def may_be_utf8(page: Page) -> bool:
    """Tell whether a feed's bytes, if they are valid UTF-8, are to be read as UTF-8."""
    body = page.body
    if body.startswith(_MARKS) or b"\0" in body:
        return False
    return not body.isascii() or _is_plain_ascii(page)


def _is_plain_ascii(page: Page) -> bool:
    """Tell whether an ASCII text is labelled as what is ASCII where it is."""
    declared = _DECLARED.search(page.body, 0, 2000)
    if declared is not None:
        return declared[1].lower() in _OVER_ASCII
    _, names, label = page.content_type.lower().partition("charset")
    return not names or label.strip("= \"';").encode() in _OVER_ASCII


def _charset(page: Page) -> str:
    if not page.body.isascii() and _is_utf8(page.body):
        return "utf-8"
    from w3lib.encoding import (  # noqa: PLC0415 - slow to import, seldom needed
        http_content_type_encoding,
        resolve_encoding,
    )

    declared = _DECLARED.search(page.body, 0, 2000)
    labels = [
        resolve_encoding(declared[1].decode("ascii", "replace")) if declared else None,
        http_content_type_encoding(page.content_type),
        "cp1252",
    ]
    return next((label for label in labels if label and _explains(page.body, label)), "cp1252")


def _is_utf8(body: bytes) -> bool:
    """Tell whether a text is UTF-8, but for a few letters that software cut in two."""
    try:
        # Not final: the text may be cut in the middle of a letter.
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        wrong = text.count("\ufffd")
        right = len(text) - len(text.encode("ascii", "ignore")) - wrong
        return right > 10 * wrong
    return True


def _explains(body: bytes, charset: str) -> bool:
    try:
        # UTF-16 and EBCDIC were looked for by their bytes: as a label alone they are wrong.
        return "<?xml".encode(charset) == b"<?xml" and bool(body.decode(charset)) >= bool(body)
    except (UnicodeError, LookupError):
        return False
