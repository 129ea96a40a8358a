"""Make the PDFs of the sample town from demo/documents.yaml.

They are kept in the repository, for what serves the sample town has no use for a maker of PDFs.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fpdf import FPDF
from PIL import Image, ImageDraw
from ruamel.yaml import YAML

DEMO = Path(__file__).resolve().parent.parent / "demo"
# The same bytes each time.
MADE = datetime(2026, 6, 1, tzinfo=UTC)


def make(described: dict[str, Any]) -> bytes:
    """Return the PDF of one document."""
    document = FPDF(format="A4")
    document.core_fonts_encoding = "windows-1252"  # « ’ » and « œ » are not in Latin-1
    document.set_creation_date(MADE)
    document.set_title(described["title"])
    for page in described["pages"]:
        document.add_page()
        if isinstance(page, str):
            document.set_font("Helvetica", size=12)
            document.multi_cell(0, 7, page)
        else:
            document.image(poster(), x=20, y=20, w=170)
    return bytes(document.output())


def poster() -> Image.Image:
    """Return a page as a scanner sees it: a picture, without a letter that a program can read."""
    picture = Image.new("1", (340, 480), 1)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((10, 10, 330, 470), outline=0, width=4)
    pen.text((90, 60), "FORUM DES DIX ANS", fill=0)
    pen.ellipse((110, 150, 230, 270), outline=0, width=6)
    return picture


def main() -> None:
    """Write them all."""
    for described in YAML(typ="safe").load(DEMO / "documents.yaml"):
        path = DEMO / "files" / described["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make(described))
        print(path.relative_to(DEMO), path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
