"""Documents made to harm: each ends within bounds, in a clear state, and leaves nothing behind."""

import resource
import signal
import subprocess
import sys
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import documents_made as made
import pytest

from aggregator.model import DocumentState
from aggregator.readers import read_document
from aggregator.readers.documents import asking
from aggregator.readers.documents.limits import LIMITS, SCAN_LIMITS, Limits
from aggregator.readers.documents.lines import Ending, hear
from aggregator.readers.documents.reading import read_within

FONT = b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
DEFLATED = b"/Filter/FlateDecode"
# What the parent may take for a document, beside the document itself.
SPARE_BYTES = 60 << 20


def children() -> set[str]:
    found: set[str] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has just ended
            found.update((task / "children").read_text().split())
    return found


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    before, threads = children(), threading.active_count()
    files = len(list(Path("/proc/self/fd").iterdir()))
    yield
    assert children() == before
    assert threading.active_count() == threads
    assert len(list(Path("/proc/self/fd").iterdir())) == files


def zeros_as_page() -> bytes:
    return made.page_of(made.stream(made.zeros(1024), DEFLATED))


def zeros_within_zeros() -> bytes:
    packed = zlib.compress(made.zeros(1024), 9)
    return made.page_of(made.stream(packed, b"/Filter[/FlateDecode/FlateDecode]"))


def endless_text() -> bytes:
    said = b"BT /F 12 Tf " + b"(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj " * 2_000_000
    return made.page_of(made.stream(zlib.compress(said, 9), DEFLATED), resources=FONT)


def forms_within_forms() -> bytes:
    """20 forms, each of which draws the next one ten times."""
    kind = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]"
    forms = [
        made.stream(b"/A Do " * 10, kind + b"/Resources<</XObject<</A %d 0 R>>>>" % number)
        for number in range(6, 26)
    ]
    last = made.stream(b"0 0 m", kind)
    resources = b"/XObject<</A 5 0 R>>"
    return made.page_of(made.stream(b"/A Do"), *forms, last, resources=resources)


def loop_of_pages() -> bytes:
    return made.pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[2 0 R 2 0 R 3 0 R]/Count 1000000000/Parent 2 0 R>>",
            b"<</Type/Pages/Kids[2 0 R]/Count 5/Parent 2 0 R>>",
        ]
    )


def arrays_within_arrays() -> bytes:
    deep = b"[" * 2_000_000 + b"]" * 2_000_000
    return made.pdf_of([b"<</Type/Catalog/Pages " + deep + b">>"])


def states_within_states() -> bytes:
    return made.page_of(made.stream(b"q " * 1_000_000))


def spaces_as_docx() -> bytes:
    return made.zipped({"word/document.xml": b"<document>" + b" " * (1 << 28)})


def elements_within_elements() -> bytes:
    return made.odt_of("<p>" * 1_000_000)


def names_without_end() -> bytes:
    return made.zipped({str(number): b"" for number in range(20_000)})


@pytest.mark.parametrize(
    ("written", "state"),
    [
        (zeros_as_page, DocumentState.TOO_LARGE),
        (zeros_within_zeros, DocumentState.TOO_LARGE),
        (endless_text, DocumentState.TOO_LARGE),
        (forms_within_forms, DocumentState.TOO_LARGE),
        (loop_of_pages, DocumentState.DAMAGED),
        (arrays_within_arrays, DocumentState.DAMAGED),
        (states_within_states, DocumentState.READ),
        (spaces_as_docx, DocumentState.TOO_LARGE),
        (elements_within_elements, DocumentState.TOO_LARGE),
        (names_without_end, DocumentState.DAMAGED),
    ],
)
def test_a_hostile_document_ends_in_a_clear_state(
    written: Callable[[], bytes], state: DocumentState
) -> None:
    body = written()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    document = read_document(body, content_type="", url="https://exemple.fr/a.pdf")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    assert document.state is state
    assert document.reason
    assert grown < SPARE_BYTES


def test_scripts_and_files_within_a_pdf_are_let_be() -> None:
    body = made.pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R/Names<</EmbeddedFiles 6 0 R>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<%s>>>>"
            % FONT,
            made.stream(b"BT /F 12 Tf 50 700 Td (Un texte assez long pour une page) Tj ET"),
            b"<</S/JavaScript/JS(app.alert\\('ici'\\);while\\(1\\);)>>",
            b"<</Names[(a.exe) <</Type/Filespec/F(a.exe)/EF<</F 7 0 R>>>>]>>",
            made.stream(b"MZ", b"/Type/EmbeddedFile"),
        ]
    )
    document = read_document(body, content_type="", url="https://exemple.fr/a.pdf")
    assert document.state is DocumentState.READ
    assert document.pages == ("Un texte assez long pour une page",)


def heavy(pages: int) -> bytes:
    """Return a PDF whose pages take a while each; they share one stream."""
    said = (
        b"BT /F 12 Tf "
        + b"(Le conseil de quartier a deux bancs et un arbre) Tj 0 -1 Td " * 30_000
        + b"ET"
    )
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<<%s>>>>"
    kids = b" ".join(b"%d 0 R" % number for number in range(4, 4 + pages))
    return made.pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
            made.stream(zlib.compress(said), DEFLATED),
            *([leaf % FONT] * pages),
        ]
    )


@pytest.mark.parametrize("limits", [Limits(wall_s=2), Limits(cpu_s=1)], ids=["wall", "processor"])
def test_what_was_read_in_time_is_kept(limits: Limits) -> None:
    body = heavy(400)
    document = read_within(body, limits=limits, scan_limits=SCAN_LIMITS, meant="pdf")
    assert document.state is DocumentState.TOO_LARGE
    assert document.page_count == 400
    assert 0 < len(document.pages) < 400
    assert document.pages[0].startswith("Le conseil")
    assert "La lecture prenait trop de temps" in document.reason
    assert "premières pages ont été lues" in document.reason


def test_the_reader_ends_by_itself_when_nobody_listens() -> None:
    with tempfile.TemporaryFile() as given:
        given.write(heavy(400))
        given.seek(0)
        process = asking._start(Limits(wall_s=1, cpu_s=30).as_words(), given)
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read()
    # No timer of ours runs: as if the one that asked had been killed.
    assert process.wait() == -signal.SIGALRM
    assert hear(said.splitlines()).ending is Ending.CRASH


def test_the_reader_may_write_no_file_and_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGGREGATOR_TOKEN", "secret")
    attempt = (
        "from aggregator.readers.documents.worker import bind;"
        "from aggregator.readers.documents.limits import LIMITS; bind(LIMITS);"
        f"print(open({str(tmp_path / 'a')!r}, 'w').write('a'))"
    )
    subprocess.run([sys.executable, "-I", "-c", attempt], capture_output=True, check=False)
    assert (tmp_path / "a").read_bytes() == b""
    with tempfile.TemporaryFile() as given:
        process = asking._start(LIMITS.as_words(), given)
        known = Path(f"/proc/{process.pid}/environ").read_bytes()
        process.communicate()
    assert b"secret" not in known


def test_memory_is_bound() -> None:
    limits = Limits(memory_bytes=150 << 20)
    body = made.page_of(made.stream(made.zeros(200), DEFLATED))
    document = read_within(body, limits=limits, scan_limits=SCAN_LIMITS, meant="pdf")
    assert document.state is DocumentState.TOO_LARGE
