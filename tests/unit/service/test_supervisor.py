"""The supervisor, with small real processes in place of the three roles."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from aggregator.service import Child, supervise, supervisor

# A child writes a line when it starts; then it does what its argument says.
LIVES = {
    "sleeps": "time.sleep(60)",
    "dies": "sys.exit(7)",
    "is deaf": "signal.signal(signal.SIGTERM, signal.SIG_IGN); note('deaf'); time.sleep(60)",
    "watches its lifeline": "os.read(0, 1); note('cut')",
    "has an environment": "note(os.environ['TOLD'])",
}
SCRIPT = """
import os, signal, sys, time
from pathlib import Path
def note(text):
    with Path({notes!r}).open('a') as file: file.write(text + '\\n')
note('up ' + str(os.getpid()))
{life}
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes"
    path.touch()
    return path


@pytest.fixture
def child(notes: Path, monkeypatch: pytest.MonkeyPatch) -> Child:
    """A child whose life the test chooses by `live`."""
    popen = subprocess.Popen

    def start(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        assert command[1:3] == ["-m", "aggregator.service.child"]
        script = SCRIPT.format(notes=str(notes), life=LIVES[command[3]])
        return popen([sys.executable, "-c", script], **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(supervisor, "POLL_S", 0.01)
    return Child(name="the child", arguments=["sleeps"], environment={"TOLD": "told"})


def living(child: Child, life: str) -> Child:
    return Child(name=child.name, arguments=[life], environment=child.environment)


def run_until(condition: object, *children: Child) -> tuple[list[str], float]:
    """Supervise until the condition holds; give the complaints and how long stopping took."""
    complaints: list[str] = []
    asked_s = 0.0

    def stop() -> None:
        nonlocal asked_s
        deadline_s = time.monotonic() + 20
        while not condition() and time.monotonic() < deadline_s:  # type: ignore[operator]
            time.sleep(0.01)
        asked_s = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop)
    thread.start()
    supervise(children, complain=complaints.append, ready=lambda: True, announce=lambda: None)
    thread.join()
    return complaints, time.monotonic() - asked_s


def pids(notes: Path) -> list[int]:
    return [int(line[3:]) for line in notes.read_text().splitlines() if line.startswith("up ")]


def test_a_child_that_dies_starts_again_after_a_growing_pause(
    child: Child, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_RESTART_S", 0.05)
    monkeypatch.setattr(supervisor, "LONGEST_RESTART_S", 0.1)
    complaints, _ = run_until(lambda: len(pids(notes)) >= 4, living(child, "dies"))
    assert [text.rpartition(" in ")[2] for text in complaints[:4]] == [
        *("0.05 s", "0.1 s", "0.1 s"),
        *["0.1 s"] * (len(complaints[:4]) - 3),
    ]
    assert all("the child stopped (status 7)" in text for text in complaints)


def test_a_child_that_was_well_for_long_starts_again_soon(
    child: Child, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_RESTART_S", 0.05)
    monkeypatch.setattr(supervisor, "SETTLED_S", 0.0)
    complaints, _ = run_until(lambda: len(pids(notes)) >= 3, living(child, "dies"))
    assert all(text.endswith("again in 0.05 s") for text in complaints)


def test_all_stop_soon_and_a_deaf_one_is_killed(
    child: Child, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert supervisor.STOP_GRACE_S < 5
    monkeypatch.setattr(supervisor, "STOP_GRACE_S", 0.5)
    children = [living(child, "is deaf"), living(child, "is deaf"), child]
    complaints, stopped_s = run_until(lambda: notes.read_text().count("\n") >= 5, *children)
    assert complaints == []
    # One grace for all of them, not one each.
    assert 0.5 <= stopped_s < 1.0
    assert not any(psutil.pid_exists(pid) for pid in pids(notes))


def test_children_that_hear_stop_at_once(child: Child, notes: Path) -> None:
    _, stopped_s = run_until(lambda: len(pids(notes)) == 2, child, child)
    assert stopped_s < 1.0
    assert not any(psutil.pid_exists(pid) for pid in pids(notes))


def test_a_child_has_the_environment_it_was_given(child: Child, notes: Path) -> None:
    run_until(lambda: "told" in notes.read_text(), living(child, "has an environment"))
    assert "told" in notes.read_text()


def test_the_lifeline_is_cut_when_the_supervisor_goes(child: Child, notes: Path) -> None:
    running = supervisor._Running(living(child, "watches its lifeline"))
    running.start()
    running._close_lifeline()
    assert running.process is not None
    running.process.wait(timeout=10)
    assert "cut" in notes.read_text()


def test_a_real_child_ends_with_its_lifeline(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "aggregator.service.child", "crawler"),
            *("--town", str(tmp_path), "--db", str(tmp_path / "veille.db")),
        ],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=30) != 0


def test_signals_are_as_before_afterwards(child: Child, notes: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    run_until(lambda: pids(notes), child)
    assert signal.getsignal(signal.SIGTERM) == before
