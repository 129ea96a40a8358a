"""A browser, and a portal of its own on loopback."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from e2e.portal_town import build_town
from playwright.sync_api import Browser, BrowserContext, sync_playwright

CHROMIUM = shutil.which("chromium")
# Without these Chromium speaks to its maker, and cannot start as root or without a graphics card.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_WITHIN_S = 30.0
SERVE = """
import sys
from pathlib import Path
from aggregator.paths import TownFolder
from aggregator.portal.server import serve
serve(Path(sys.argv[1]), TownFolder(root=Path(sys.argv[2])),
      host="127.0.0.1", port=int(sys.argv[3]), data_socket=None)
"""


@contextmanager
def served(folder: Path, database: Path) -> Iterator[str]:
    """Serve a town's portal in a process of its own; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(database), str(folder), str(port)], env=os.environ
    )
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline_s = time.monotonic() + START_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline_s:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the portal did not answer on port {port}")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Valmont's portal."""
    town, database = build_town(tmp_path_factory.mktemp("valmont"), many=60)
    with served(town.root, database) as address:
        yield address


# Of the module, not the session: while Playwright runs, no other test of its thread could use
# asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; the test skips where it is missing."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian package chromium)")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def opened(browser: Browser, portal: str) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browser windows on the portal; none of them may ask anything of anyone else."""
    contexts: list[BrowserContext] = []
    strangers: list[str] = []

    def open_context(
        *, width: int = 1280, dark: bool = False, scripts: bool = True
    ) -> BrowserContext:
        context = browser.new_context(
            base_url=portal,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        context.on(
            "request",
            lambda request: (
                None if request.url.startswith(portal) else strangers.append(request.url)
            ),
        )
        contexts.append(context)
        return context

    yield open_context
    for context in contexts:
        context.close()
    assert strangers == []
