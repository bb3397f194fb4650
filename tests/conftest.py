"""What the tests of every tier share that run the binary."""

import functools
import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import paths, run as runner  # noqa: E402


# A shell's & has what it starts ignore them, and redrive keeps to that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def redrive():
    """Path of the binary under test."""
    if not paths.binary().exists():
        pytest.fail(f"no binary {paths.binary()}: build it, or set REDRIVE_BIN")
    return paths.binary()


@pytest.fixture
def run(redrive, tmp_path):
    """harness.run.run() in the test's own directory."""
    return functools.partial(runner.run, cwd=tmp_path)


@pytest.fixture
def spawn(redrive, tmp_path):
    """harness.run.spawn() in the test's own directory; what still runs at the end is killed."""
    running = []

    def start(args, **options):
        running.append(runner.spawn(args, **{"cwd": tmp_path, **options}))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.process.wait()
        if one.process.stdin:
            one.process.stdin.close()
