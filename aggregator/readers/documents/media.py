"""What a file is by its first bytes; names and headers lie."""

import re
from urllib.parse import urlsplit

_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*+(?:<(?:\?xml|!--)[^>]*+>\s*+)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE,
)
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OTHERS = (
    (_OLE, "un fichier Office d’avant 2007"),
    (b"{\\rtf", "un fichier RTF"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"GIF8", "une image"),
)
_ENDINGS = {"pdf", "odt", "docx"}
_TYPES = {"pdf": "pdf", "opendocument.text": "odt", "wordprocessingml": "docx"}
_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}", re.ASCII)


def is_pdf(body: bytes) -> bool:
    """Tell whether a file says that it is a PDF; readers look for it in the first 1024 bytes."""
    return b"%PDF-" in body[:1024]


def is_zip(body: bytes) -> bool:
    """Tell whether a file may be an ODT or a DOCX."""
    return body.startswith(b"PK\x03\x04")


def is_locked_office(body: bytes) -> bool:
    """Tell whether a file is a DOCX behind a password (MS-OFFCRYPTO, 1.3.3)."""
    return body.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in body


def what_else(body: bytes, content_type: str) -> str:
    """Say in French what a file is that is no document."""
    if not body:
        return "Le fichier est vide."
    if _PAGE.match(body[:4096]):
        return "Le lien mène à une page web, pas à un document."
    for magic, name in _OTHERS:
        if body.startswith(magic):
            return f"Le lien mène à {name}, qui n’est pas lu."
    stated = _TYPE.match(content_type.strip())
    says = f" (le site dit\u00a0: {stated[0]})" if stated else ""
    return f"Le fichier n’est ni un PDF, ni un ODT, ni un DOCX{says}."


def announced(url: str, content_type: str) -> str:
    """Return what a file that cannot be read was meant to be: pdf, odt, docx, or ""."""
    try:
        ending = urlsplit(url).path.rpartition(".")[2].lower()
    except ValueError:  # an unfinished [IPv6] host
        ending = ""
    if ending in _ENDINGS:
        return ending
    stated = content_type.lower()
    return next((media for part, media in _TYPES.items() if part in stated), "")
