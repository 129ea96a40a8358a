"""Documents written for tests: plain ones, and such as nobody should open."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

A4_DOTS = (1654, 2339)  # at 200 dots an inch


def pdf(pages: Iterable[str], *, title: str = "", password: str | None = None) -> bytes:
    """Return a PDF with these texts; the password may be empty: then it opens by itself."""
    made = FPDF()
    made.set_font("helvetica", size=12)
    made.set_title(title)
    if password is not None:
        made.set_encryption(owner_password="owner", user_password=password)
    for text in pages:
        made.add_page()
        made.multi_cell(0, 8, text)
    return bytes(made.output())


def scan(pages: Iterable[str], *, written: Iterable[str] = (), stamp: str = "") -> bytes:
    """Return a PDF of pictures of pages, after pages with text; a stamp is text on each."""
    made = FPDF()
    made.set_font("helvetica", size=12)
    for text in written:
        made.add_page()
        made.multi_cell(0, 8, text)
    for text in pages:
        picture = Image.new("L", A4_DOTS, 255)
        draw = ImageDraw.Draw(picture)
        draw.multiline_text((150, 200), text, font=ImageFont.load_default(size=40), fill=0)
        made.add_page()
        made.image(picture, 0, 0, 210, 297)
        if stamp:
            made.multi_cell(0, 8, stamp)
    return bytes(made.output())


def pdf_of(objects: Iterable[bytes]) -> bytes:
    """Return a PDF of these objects, numbered from 1; the first is its catalogue."""
    out, starts = b"%PDF-1.5\n", []
    for number, written in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    count = len(starts) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
        + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out))
    )


def stream(data: bytes, filters: bytes = b"") -> bytes:
    """Return a stream; its filters as PDF writes them."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), filters, data)


def page_of(content: bytes, *others: bytes, resources: bytes = b"") -> bytes:
    """Return a PDF of one page with this stream; the other objects begin at number 5."""
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<%s>>>>"
            % resources,
            content,
            *others,
        ]
    )


def zeros(megabytes: int) -> bytes:
    """Return so many zeros, deflated; only their checksum is wrong."""
    deflate = zlib.compressobj(9)
    first, second = (
        deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    return first + second * (megabytes - 1) + deflate.flush()  # with the sum of two megabytes


def zipped(parts: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP file of these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return held.getvalue()


def docx_of(body: str, **parts: str) -> bytes:
    """Return a DOCX by its XML; other parts by their names within word/, without the ending."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    written = {
        f"word/{name}.xml": f"<w:{name} {space}>{xml}</w:{name}>" for name, xml in parts.items()
    }
    main = f"<w:document {space}><w:body>{body}</w:body></w:document>"
    return zipped({"word/document.xml": main, **written})


def odt_of(content: str, **parts: str) -> bytes:
    """Return an ODT by the whole XML of its content."""
    kind = "application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": kind, "content.xml": content, **parts})
