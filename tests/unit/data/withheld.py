"""A database with texts that may be shown and texts that may not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.model import (
    Attached,
    DateOrigin,
    Display,
    DocumentState,
    DocumentText,
    Memory,
    Post,
    Rejection,
    Source,
    Town,
)
from aggregator.store import PageRead, ReadDocument, Store, Subscription

PDF = "https://blog.example/cr.pdf"
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
BLOG = Source(
    slug="blog", name="Le blog", url="https://blog.example/", kind="blog", display=Display.FULL
)
TOWN = Town(
    name="Valmont",
    timezone="Europe/Paris",
    contact="veille@example.org",
    sources=(
        BLOG,
        replace(BLOG, slug="presse", display=Display.TITLE),
        replace(BLOG, slug="extrait", display=Display.EXCERPT),
    ),
)


def post(source: str, number: int, *, text: str) -> Post:
    """A post whose every withheld field says SECRET."""
    secret = "" if source == "blog" else "SECRET "
    label = "Le compte rendu" if source == "extrait" else f"{secret}compte rendu"
    return Post(
        source=source,
        guid=str(number),
        url=f"https://blog.example/{source}/{number}",
        title=f"Titre {number}",
        # A source shown by extracts lets the extract through, and nothing else.
        excerpt="Un début…" if source == "extrait" else f"{secret}début",
        html=f"<p>SECRET html {text}</p>",
        text=f"{secret}{text} {number}",
        published=datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(minutes=number),
        date_origin=DateOrigin.STATED,
        instance=None,
        quartiers=(),
        digest=f"{source} {number} {text}",
        attached=(Attached(url=PDF, label=label),) if secret and number == 1 else (),
        lack="text" if (source, number) == ("presse", 0) else None,
    )


def open_page(store: Store) -> None:
    """Read the page of one post: the better text stands with it, the other one beside it."""
    (due,) = store.due_pages(NOW, limit=9)
    whole = replace(post("presse", 0, text="après"), html="<p>SECRET page</p>", text="SECRET page")
    store.save_page(due.uid, PageRead(state="better", reason="plus long", post=whole), now=NOW)


def read_document(store: Store) -> None:
    """Read the document that one post of each source links to."""
    pages = ("SECRET un", "SECRET deux")
    text = DocumentText(
        state=DocumentState.READ, media="pdf", pages=pages, page_count=2, title="Conseil"
    )
    store.save_document(ReadDocument(url=PDF, text=text, memory=Memory(), asked=NOW))


def refuse_rows(store: Store) -> None:
    """Refuse a row of open data of each source."""
    with store.transaction():
        for source in TOWN.sources:
            row = "ligne ouverte" if source.slug == "blog" else "SECRET ligne"
            refused = Rejection(entry=row, reason="montant est vide", line=3)
            store.save_refused(source.slug, [refused], seen=NOW)


def build(path: Path, *, many: int = 4) -> Path:
    """Write the database: three sources, one of each `display`; all posts were edited once.

    One of them is told of by a hub.
    """
    with Store.open(path) as store:
        store.sync_town(TOWN, definitions={}, now=NOW)
        for source in TOWN.sources:
            for text in ("avant", "après"):
                posts = [post(source.slug, number, text=text) for number in range(many)]
                with store.transaction():
                    store.save(source.slug, posts, seen=NOW)
        refuse_rows(store)
        open_page(store)
        read_document(store)
        store.save_subscription(
            Subscription(
                source="blog",
                hub="https://hub.example/SECRET",
                topic=BLOG.url,
                token="SECRET token",
                secret="SECRET",
                lease_until=None,
                asked=NOW,
                state="verified",
            )
        )
    return path
