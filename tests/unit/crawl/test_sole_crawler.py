"""One crawler a database; the kernel forgets a killed one."""

import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.crawl.lock import sole_crawler
from aggregator.errors import StoreError

HOLD = """
import sys, time
from pathlib import Path
from aggregator.crawl.lock import sole_crawler
with sole_crawler(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_crawler_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    database = tmp_path / "db" / "veille.db"
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with (
            pytest.raises(StoreError, match=rf"another crawler \(process {first.pid}\)"),
            sole_crawler(database, patience_s=0.2),
        ):
            pass
    finally:
        first.kill()
        first.communicate()
    with sole_crawler(database, patience_s=0.0):
        pass
    with sole_crawler(database, patience_s=0.0):
        pass


def test_a_crawler_that_is_stopping_is_waited_for(tmp_path: Path) -> None:
    script = HOLD.replace("sleep(60)", "sleep(0.5)")
    database = tmp_path / "veille.db"
    first = subprocess.Popen(
        [sys.executable, "-c", script, str(database)], stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    with sole_crawler(database, patience_s=20.0):
        pass
    first.communicate()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="check who owns"), sole_crawler(tmp_path / "file" / "db"):
        pass
