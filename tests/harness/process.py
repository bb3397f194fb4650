"""Child processes that never outlive the tests."""

import atexit
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

_started: list[subprocess.Popen] = []


def start(command: list, **options) -> subprocess.Popen:
    """Popen that ends with the tests, even when they are killed: by the kernel where setpriv is there, and at exit."""
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "KILL", *command]
    process = subprocess.Popen([os.fspath(part) for part in command], **options)
    _started.append(process)
    return process


def terminate(process: subprocess.Popen, timeout_s: float) -> int:
    """SIGTERM, SIGKILL after timeout_s; returns the status once the process is gone."""
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
    try:
        return process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def wait_until(what: str, condition, timeout_s: float, pause_s: float = 0.02):
    """The first true value of condition(); TimeoutError naming `what` if there is none within timeout_s."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout_s} s: {what}")
        time.sleep(pause_s)
    return value


def tail(path: Path, lines: int = 40) -> str:
    """The last lines of a log file, empty if there is none."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


@atexit.register
def _end_all() -> None:
    for process in _started:
        if process.poll() is None:
            process.kill()
            process.wait()
