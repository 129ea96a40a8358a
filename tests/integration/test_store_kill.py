"""What was reported saved survives `kill -9` at any moment."""

import random
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from aggregator.store import Store, prepare
from aggregator.store.lexicon import is_word

KILLS = 20

# Saves batches for ever, edits and re-dates some, and prints what is saved after each commit.
WRITER = textwrap.dedent(
    """
    import itertools, sys
    from datetime import UTC, datetime, timedelta
    from pathlib import Path
    from aggregator.model import *
    from aggregator.store import Store

    start = datetime(2026, 1, 1, tzinfo=UTC)
    source = Source(slug="s", name="S", url="https://s/", kind="blog")
    town = Town(name="R", timezone="Europe/Paris", contact="c", sources=(source,))
    run = int(sys.argv[2])
    with Store.open(Path(sys.argv[1])) as store:
        store.sync_town(town, definitions={}, now=start)
        for number in itertools.count():
            guids = [f"shared-{number % 5}", *(f"{run}-{number}-{n}" for n in range(9))]
            posts = [
                Post(
                    source="s", guid=guid, url=f"https://s/{guid}", title=f"{run} {number}",
                    text=f"mot{guid} mot{guid.replace('-', '')}x " * 100,
                    published=start + timedelta(minutes=number, days=run),
                    date_origin=DateOrigin.STATED, digest=f"{run} {number}",
                )
                for guid in guids
            ]
            with store.transaction():
                count = store.save("s", posts, seen=start + timedelta(days=99)).count
                store.record(
                    SourceResult(source="s", outcome=Outcome.SAVED, count=count, fetched=start),
                    health=Health(state=State.OK, reason=""),
                    appointment=Appointment(at=start, reason=""),
                    memories={"https://s/": Memory(etag=guids[-1])},
                )
            print(guids[-1], *guids[:-1], flush=True)
    """
)


def kill_a_writer(path: Path, run: int, after_s: float) -> list[list[str]]:
    """Return the batches it reported, complete lines only."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(run)], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(after_s)
        child.kill()
        rest = child.stdout.read()
    reported = (first + rest).split("\n")[:-1]
    return [line.split() for line in reported]


def test_nothing_reported_is_lost_to_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    chance = random.Random(2)
    reported: set[str] = set()
    for run in range(KILLS):
        batches = kill_a_writer(path, run, chance.uniform(0, 0.05))
        assert batches
        reported.update(guid for batch in batches for guid in batch)
        connection = sqlite3.connect(path)
        saved = [guid for (guid,) in connection.execute("SELECT guid FROM posts")]
        assert len(saved) == len(set(saved))
        assert reported <= set(saved)
        (etag,) = connection.execute("SELECT etag FROM http_memory").fetchone()
        assert etag in saved  # a remembered validator never stands without its posts
        connection.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    prepare(connection)
    tables = ("posts", "post_facets", "posts_fts")
    counts = {connection.execute(f"SELECT count(*) FROM {t}").fetchone() for t in tables}
    assert len(counts) == 1
    connection.close()
    with Store.open(path) as store:
        assert store.check_index().sound
        assert store.history("s").post_count >= len(reported)
        store.count_terms()  # words of texts that were edited since go
        store._connection.execute(
            "CREATE VIRTUAL TABLE temp.v USING fts5vocab (main, posts_fts, col)"
        )
        vocabulary, terms = (
            {term for (term,) in store._connection.execute(query)}
            for query in (
                "SELECT term FROM temp.v WHERE col IN ('title', 'text')",
                "SELECT term FROM terms",
            )
        )
        assert terms == set(filter(is_word, vocabulary))


def test_a_killed_rebuild_neither_blocks_the_next_nor_loses_a_word(tmp_path: Path) -> None:
    path = tmp_path / "v.db"
    kill_a_writer(path, 0, 0.5)
    rebuilder = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from aggregator.store import Store, rebuilding

        rebuilding.BATCH = 10
        with Store.open(Path(sys.argv[1])) as store:
            while True:
                store.reindex(lambda done, total: print(done, flush=True))
        """
    )
    chance = random.Random(4)
    for run in range(1, 6):
        with subprocess.Popen(
            [sys.executable, "-c", rebuilder, str(path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            assert kill_a_writer(path, run, chance.uniform(0, 0.3))
            child.kill()
        with Store.open(path) as store:
            assert store.check_index().sound
    with Store.open(path) as store:
        assert store.reindex().posts == store.check_index().posts
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
