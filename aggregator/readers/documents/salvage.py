"""PDF files that were cut short: most have the list of their pages at the end, so it is lost."""

import re

_MOST_PAGES = 5_000
_OBJECT = re.compile(rb"\b(\d{1,7}) (\d{1,5}) obj\b")
_PAGE = re.compile(rb"/Type\s{0,9}/Page(?![A-Za-z])")
_OBJECT_BYTES = 4_000  # where a page object says that it is one


def with_new_list(body: bytes) -> bytes | None:
    """Return a PDF with a list of the pages that stand in it, in their order; None without any.

    Only objects that stand in the file as such are found, not those within compressed streams.
    """
    objects = list(_OBJECT.finditer(body))
    ends = [*(found.start() for found in objects[1:]), len(body)]
    pages = [
        b"%s %s R" % found.groups()
        for found, end in zip(objects, ends, strict=True)
        if _PAGE.search(body, found.end(), min(end, found.end() + _OBJECT_BYTES))
    ]
    if not pages:
        return None
    free = 1 + max(int(found[1]) for found in objects)
    kids = b" ".join(pages[:_MOST_PAGES])
    return (
        _ended(body)
        + b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (free, free + 1)
        + b"%d 0 obj\n<</Type/Pages/Count %d/Kids[%s]>>\nendobj\n" % (free + 1, len(pages), kids)
        + b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n0\n%%%%EOF\n" % (free + 2, free)
    )


def _ended(body: bytes) -> bytes:
    """End the last object, where it is a stream: a part of it can be read; else leave it out."""
    whole = body.rfind(b"endobj") + len(b"endobj")
    is_stream = b"stream" in body[whole:]
    return body + b"\nendstream\nendobj\n" if is_stream else body[:whole] + b"\n"
