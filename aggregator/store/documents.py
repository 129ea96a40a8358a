"""Documents that posts link to (linking.py): what they say, and their words in the index.

A document's words join those of its posts one post after the other: it may be long, and linked to
by many. Until then, and in between, the view posts_indexed leaves the document out, as the index
does (`post_documents.indexed`), so that a program may be killed anywhere.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate

from aggregator.clock import to_iso
from aggregator.language import lemmas
from aggregator.model import Memory
from aggregator.store import opening
from aggregator.store.database import Database
from aggregator.store.lock import let_others_write
from aggregator.store.model import DueDocument, ReadDocument

# Of a document, and of all documents of a post, that are kept and put into the index: some 500
# pages. More would hold others up.
MOST_CHARACTERS = 1_500_000
_LEARNT_PAGES = 100  # whose words are written at once

_UNINDEXED, _INDEXED, _TO_INDEX = range(3)  # post_documents.indexed

# The reservation of any site that links to it holds: it may be its own. What such a document says
# goes whatever the hour, and whether or not its source is read.
_DUE = """
SELECT d.url, d.characters > 0, d.tries, d.etag, d.last_modified, d.sha256,
    coalesce((
        SELECT l.label FROM post_documents AS l
        WHERE l.document_id = d.id AND l.label <> '' ORDER BY l.post_id LIMIT 1
    ), ''),
    EXISTS (
        SELECT 1 FROM post_documents AS l JOIN posts AS p ON p.id = l.post_id
        JOIN source_states AS t ON t.source_id = p.source_id
        WHERE l.document_id = d.id AND t.tdm_reserved
    )
FROM documents AS d WHERE d.next_try <= :now AND (
    d.found >= :since AND EXISTS (
        SELECT 1 FROM post_documents AS l JOIN posts AS p ON p.id = l.post_id
        JOIN sources AS s ON s.id = p.source_id
        WHERE l.document_id = d.id AND s.listed AND NOT s.paused
    ) OR d.characters AND EXISTS (
        SELECT 1 FROM post_documents AS l JOIN posts AS p ON p.id = l.post_id
        JOIN source_states AS t ON t.source_id = p.source_id
        WHERE l.document_id = d.id AND t.tdm_reserved
    )
)
ORDER BY d.next_try, d.id LIMIT :limit
"""
_SAVE = """
UPDATE documents SET state = :state, reason = :reason, media = :media, kind = :kind,
    title = :title, pages = :pages, read_pages = :read_pages, characters = :characters,
    size_bytes = :size_bytes, refs = :refs, ocr = :ocr, sha256 = :sha256, etag = :etag,
    last_modified = :last_modified, asked = :asked, tries = 0, next_try = :next_try
WHERE id = :id
"""
# What was read before stays, and can be found.
_FAIL = """
UPDATE documents SET state = iif(characters > 0 AND ?1 = 'failed', state, ?1), reason = ?2,
    asked = ?3, tries = tries + 1, next_try = ?4
WHERE url = ?5
"""
# Of what it said nothing stays; should the reservation end, it is read as a new one is.
_WITHDRAW = """
UPDATE documents SET state = 'refused', reason = ?1, media = '', kind = '', title = '', pages = 0,
    read_pages = 0, characters = 0, size_bytes = 0, refs = '[]', ocr = 0, sha256 = NULL,
    etag = NULL, last_modified = NULL, asked = ?2, tries = tries + 1, next_try = ?3
WHERE id = ?4
"""
_UNCHANGED = """
UPDATE documents SET asked = ?, tries = tries + 1, next_try = ? WHERE url = ?
"""
_ROOM = """
SELECT coalesce(sum(d.characters), 0) FROM post_documents AS l
JOIN documents AS d ON d.id = l.document_id WHERE l.post_id = ? AND l.indexed = 1
"""


class Documents(Database):
    """The part of the store that keeps documents."""

    def due_documents(
        self, now: datetime, *, limit: int, found_since: datetime | None = None
    ) -> tuple[DueDocument, ...]:
        """Return the documents to ask for now, longest due first.

        Args:
            now: The present moment.
            limit: How many, at most.
            found_since: Only those that are known since then, or are to be withdrawn.
        """
        asked = {
            "now": to_iso(now),
            "since": "" if found_since is None else to_iso(found_since),
            "limit": limit,
        }
        with opening.explained(self.path):
            rows = self._connection.execute(_DUE, asked).fetchall()
        return tuple(
            DueDocument(
                url=url,
                label=label,
                is_read=bool(is_read),
                is_reserved=bool(reserved),
                tries=tries,
                memory=Memory(
                    etag=etag,
                    last_modified=last_modified,
                    url=url if etag or last_modified else None,
                    body_sha256=sha256,
                ),
            )
            for url, is_read, tries, etag, last_modified, sha256, label, reserved in rows
        )

    def save_document(self, found: ReadDocument) -> None:
        """Keep what a document says, and put its words into the index; nothing where none has it.

        In transactions well under 1 s. A document that changed is not found by its words for the
        time of it; killed in between, `index_documents` goes on.

        Raises:
            StoreError: The file cannot be written.
        """
        pages = _kept(found.text.pages)
        with opening.explained(self.path):
            document = self._number_of(found.url)
            if document is None:
                return
            if pages != self._pages_of(document):
                self._learn(pages)
                self._take_out_of_all(document)
            with self.transaction():
                self._write(document, found, pages)
            self._put_in_all(self._posts_of(document, _TO_INDEX))

    def document_unchanged(self, url: str, *, asked: datetime, next_try: datetime | None) -> None:
        """Keep that a document is still what it was."""
        with opening.explained(self.path):
            self._connection.execute(
                _UNCHANGED, (to_iso(asked), next_try and to_iso(next_try), url)
            )

    def put_off_document(self, url: str, next_try: datetime | None) -> None:
        """Ask for a document later, for it was not asked for now."""
        with opening.explained(self.path):
            self._connection.execute(
                "UPDATE documents SET next_try = ? WHERE url = ?",
                (next_try and to_iso(next_try), url),
            )

    def document_failed(
        self, url: str, *, state: str, reason: str, asked: datetime, next_try: datetime | None
    ) -> None:
        """Keep that a document could not be had; what it said before stays, and is found.

        Args:
            url: Its address.
            state: refused, gone, too_large or failed.
            reason: A French sentence.
            asked: When.
            next_try: When to ask again, if ever.
        """
        row = (state, reason, to_iso(asked), next_try and to_iso(next_try), url)
        with opening.explained(self.path):
            self._connection.execute(_FAIL, row)

    def withdraw_document(
        self, url: str, *, reason: str, asked: datetime, next_try: datetime | None
    ) -> None:
        """Forget what a document says, for its site reserves it; in short transactions.

        Args:
            url: Its address.
            reason: A French sentence.
            asked: When.
            next_try: When to look again, if ever.
        """
        with opening.explained(self.path):
            document = self._number_of(url)
            if document is None:
                return
            self._take_out_of_all(document)
            with self.transaction():
                self._replace(document, [])
                row = (reason, to_iso(asked), next_try and to_iso(next_try), document)
                self._connection.execute(_WITHDRAW, row)

    def index_documents(self, limit: int) -> int:
        """Put words of documents that were read before into the index, a post a transaction.

        Args:
            limit: Of how many posts, at most.

        Returns:
            Of how many posts.
        """
        with opening.explained(self.path):
            posts = self._connection.execute(
                "SELECT DISTINCT post_id FROM post_documents WHERE indexed = 2 LIMIT ?", (limit,)
            ).fetchall()
            self._put_in_all(post for (post,) in posts)
        return len(posts)

    # ------------------------------------------------------------------------------------------

    def _number_of(self, url: str) -> int | None:
        row = self._connection.execute("SELECT id FROM documents WHERE url = ?", (url,)).fetchone()
        return None if row is None else int(row[0])

    def _pages_of(self, document: int) -> list[str]:
        rows = self._connection.execute(
            "SELECT text FROM document_pages WHERE document_id = ? ORDER BY page", (document,)
        )
        return [text for (text,) in rows]

    def _posts_of(self, document: int, indexed: int) -> list[int]:
        rows = self._connection.execute(
            "SELECT post_id FROM post_documents WHERE document_id = ? AND indexed = ?",
            (document, indexed),
        )
        return [post for (post,) in rows]

    def _learn(self, pages: Sequence[str]) -> None:
        lemmas("mots")  # reads the dictionary now, rather than while others wait
        for start in range(0, len(pages), _LEARNT_PAGES):
            with self.transaction():
                self._backlog.learn(pages[start : start + _LEARNT_PAGES])
            let_others_write()

    def _take_out_of_all(self, document: int) -> None:
        for post in self._posts_of(document, _INDEXED):
            with self.transaction():
                self._take_out(document, [post])
            let_others_write()

    def _take_out(self, document: int, posts: Sequence[int]) -> None:
        """Take a document's words out of the index; inside a transaction."""
        self._backlog.remove(posts)
        self._connection.executemany(
            "UPDATE post_documents SET indexed = ? WHERE post_id = ? AND document_id = ?",
            [(_TO_INDEX, post, document) for post in posts],
        )
        self._backlog.add(posts)

    def _write(self, document: int, found: ReadDocument, pages: Sequence[str]) -> None:
        text, memory = found.text, found.memory
        if list(pages) != self._pages_of(document):
            self._replace(document, pages)
        row = {
            "id": document,
            "state": text.state.value,
            "reason": text.reason,
            "media": text.media,
            "kind": found.kind,
            "title": text.title,
            "pages": text.page_count,
            "read_pages": len(pages),
            "characters": sum(map(len, pages)),
            "size_bytes": found.size_bytes,
            "refs": json.dumps(found.refs, ensure_ascii=False),
            "ocr": text.is_ocr,
            "sha256": memory.body_sha256,
            # Validators of another address, which it leads to, are of no use to this one.
            "etag": memory.etag if memory.url == found.url else None,
            "last_modified": memory.last_modified if memory.url == found.url else None,
            "asked": to_iso(found.asked),
            "next_try": found.next_try and to_iso(found.next_try),
        }
        self._connection.execute(_SAVE, row)

    def _replace(self, document: int, pages: Sequence[str]) -> None:
        # Another may have put it into the index of a post meanwhile.
        self._take_out(document, self._posts_of(document, _INDEXED))
        self._connection.execute("DELETE FROM document_pages WHERE document_id = ?", (document,))
        self._connection.executemany(
            "INSERT INTO document_pages (document_id, page, text) VALUES (?, ?, ?)",
            [(document, number, page) for number, page in enumerate(pages, 1)],
        )
        self._connection.execute(
            "UPDATE post_documents SET indexed = ? WHERE document_id = ?",
            (_TO_INDEX if any(pages) else _UNINDEXED, document),
        )

    def _put_in_all(self, posts: Iterable[int]) -> None:
        for post in posts:
            with self.transaction():
                self._put_in(post)
            let_others_write()

    def _put_in(self, post: int) -> None:
        """Put a post's documents into the index, as far as there is room; in a transaction."""
        (used,) = self._connection.execute(_ROOM, (post,)).fetchone()
        wanted = self._connection.execute(
            "SELECT l.document_id, d.characters FROM post_documents AS l"
            " JOIN documents AS d ON d.id = l.document_id"
            " WHERE l.post_id = ? AND l.indexed = ? ORDER BY l.position",
            (post, _TO_INDEX),
        ).fetchall()
        self._backlog.remove([post])
        for document, characters in wanted:
            has_room = characters and used + characters <= MOST_CHARACTERS
            used += characters if has_room else 0
            self._connection.execute(
                "UPDATE post_documents SET indexed = ? WHERE post_id = ? AND document_id = ?",
                (_INDEXED if has_room else _UNINDEXED, post, document),
            )
        self._backlog.add_documents(post)


def _kept(pages: Sequence[str]) -> list[str]:
    """Return the pages there is room for."""
    ends = accumulate(map(len, pages))
    whole = sum(end <= MOST_CHARACTERS for end in ends)
    if whole or not pages:
        return list(pages[:whole])
    return [pages[0][:MOST_CHARACTERS]]  # of ODT and DOCX all is one page
