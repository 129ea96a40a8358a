"""The wheel, installed in another environment away from the checkout, runs whole."""

import os
import signal
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from conftest import REPOSITORY
from integration.commands import free_port, get, get_json, wait_until

BUNDLED = ("scrapers", "db", "demo", "sources.yaml", "synonyms.yaml", "metadata.json")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `aggregator` command of an environment that holds the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    packages = next((folder / "env" / "lib").glob("python*")) / "site-packages"
    # The dependencies are those of this environment; paths in a .pth file do not process the
    # .pth files they hold, so the editable install of the checkout stays out.
    (packages / "dependencies.pth").write_text(site.getsitepackages()[0] + "\n")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--disable-pip-version-check",
            str(wheel),
        ],
        check=True,
    )
    return folder / "env" / "bin" / "aggregator"


def clean() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("AGGREGATOR_", "PYTHON"))}


def test_the_wheel_holds_what_the_program_reads(installed: Path) -> None:
    code = "import aggregator, sys; print(aggregator.__file__)"
    found = subprocess.run(
        [str(installed.parent / "python"), "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
        env=clean(),
    )
    package = Path(found.stdout.strip()).parent
    assert REPOSITORY not in package.parents
    for name in BUNDLED:
        assert (package / "_bundled" / name).exists(), name
    assert (package / "sources" / "synonyms.yaml").exists()


def run_in(folder: Path, installed: Path, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(installed), command],
        cwd=folder,
        env=clean(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_checks_the_bundled_list(installed: Path, tmp_path: Path) -> None:
    done = run_in(tmp_path, installed, "check")
    assert done.returncode == 0, done.stderr
    assert "nothing wrong" in done.stdout


def test_the_wheel_never_writes_into_itself(installed: Path, tmp_path: Path) -> None:
    for command in ("crawl", "up", "migrate"):
        done = run_in(tmp_path, installed, command)
        assert done.returncode == 2, done.stderr
        assert "--town" in done.stderr


def test_the_wheel_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [str(installed), "demo", "--port", str(port)],
        cwd=tmp_path,
        env=clean(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip().rstrip("/")
        assert address == f"http://127.0.0.1:{port}"
        wait_until(lambda: get(f"{address}/donnees/")[0] == 200)
        assert get_json(f"{address}/recherche.json")["total"]["value"] >= 300
        for path in ("/", "/recherche?q=budget", "/sources"):
            assert get(address + path)[0] == 200
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=15)
    assert process.returncode == 0
