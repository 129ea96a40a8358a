"""What a file is by its first bytes; names and headers lie."""

import re
from urllib.parse import urlsplit

_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OTHERS = (
    (b"{\\rtf", "un texte RTF"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"GIF8", "une image"),
)


def is_pdf(body: bytes) -> bool:
    """Tell whether a file says that it is a PDF; readers look for it in the first 1024 bytes."""
    return b"%PDF-" in body[:1024]


def is_zip(body: bytes) -> bool:
    """Tell whether a file may be an ODT or a DOCX."""
    return body.startswith(b"PK\x03\x04")


def is_locked_office(body: bytes) -> bool:
    """Tell whether a file is a DOCX behind a password ([MS-OFFCRYPTO] 2.3)."""
    return body.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in body


def what_it_is(body: bytes, content_type: str) -> str:
    """Say, in French, what a file is that is no document; ends without a full stop."""
    if not body:
        return "Le fichier est vide"
    if _HTML.match(body[:4096].removeprefix(b"\xef\xbb\xbf")):
        return "Le lien mène à une page web, et non à un document"
    if body.startswith(_OLE):
        return "C’est un fichier d’un ancien format (.doc), qui n’est pas lu"
    for magic, name in _OTHERS:
        if body.startswith(magic):
            return f"C’est {name}, et non un PDF, un ODT ou un DOCX"
    stated = content_type.partition(";")[0].strip()
    said = (
        f" (le site l’annonce comme «\u00a0{stated[:60]}\u00a0»)"
        if stated.isascii() and stated
        else ""
    )
    return f"Ce n’est ni un PDF, ni un ODT, ni un DOCX{said}"


def announced(url: str, content_type: str) -> str:
    """Return what a broken file was meant to be: pdf, odt, docx, or ""."""
    try:
        ending = urlsplit(url).path.rpartition(".")[2].lower()
    except ValueError:
        ending = ""
    if ending in {"pdf", "odt", "docx"}:
        return ending
    kinds = {"pdf": "pdf", "opendocument.text": "odt", "wordprocessingml": "docx"}
    return next((media for part, media in kinds.items() if part in content_type.lower()), "")
