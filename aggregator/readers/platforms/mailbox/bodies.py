"""The text of a mail: its HTML part, else its plain one."""

from dataclasses import dataclass
from email.message import Message

_MOST_PARTS = 200
_MOST_CHARS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a mail says."""

    text: str
    is_html: bool


def body_of(mail: Message) -> Body:
    """Return the first HTML part of a mail, else its first plain one; attachments are none."""
    found: dict[str, str] = {}
    for rank, part in enumerate(mail.walk()):
        if rank >= _MOST_PARTS:
            break
        kind = part.get_content_type()
        if kind not in {"text/html", "text/plain"} or kind in found:
            continue
        if part.get_content_disposition() != "attachment" and (text := _text(part)).strip():
            found[kind] = text
    html = found.get("text/html")
    if html is not None:
        return Body(text=html, is_html=True)
    return Body(text=found.get("text/plain", ""), is_html=False)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in ("utf-8", part.get_content_charset() or "cp1252"):  # labels are often wrong
        try:
            return payload.decode(charset)[:_MOST_CHARS]
        except (UnicodeDecodeError, LookupError):
            continue
    return payload.decode("cp1252", "replace")[:_MOST_CHARS]
