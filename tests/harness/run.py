"""Runs redrive. Whatever a test is about, it fails on a sanitizer's report."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import paths, process

SANITIZER_STATUS = 99
SANITIZER_MARKS = ("==ERROR: AddressSanitizer", "LeakSanitizer", "runtime error:", "WARNING: ThreadSanitizer")
_SANITIZERS = {
    "ASAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:detect_leaks=1",
    "LSAN_OPTIONS": f"exitcode={SANITIZER_STATUS}",
    "TSAN_OPTIONS": f"exitcode={SANITIZER_STATUS}:suppressions={paths.ROOT}/tests/tsan/suppressions",
    "UBSAN_OPTIONS": f"halt_on_error=1:exitcode={SANITIZER_STATUS}:print_stacktrace=1",
}


@dataclass(frozen=True)
class Result:
    """How a run ended. status is as a shell tells it: 128 + N after signal N."""

    args: list[str]
    status: int
    out: bytes
    err: bytes
    seconds: float

    @property
    def stdout(self) -> str:
        """Standard output as text."""
        return self.out.decode(errors="replace")

    @property
    def stderr(self) -> str:
        """Standard error as text."""
        return self.err.decode(errors="replace")

    @property
    def summary(self) -> dict:
        """The object that --summary json prints: the last line of standard output."""
        lines = self.out.splitlines()
        assert lines, f"no summary on standard output\n{self}"
        return json.loads(lines[-1])

    def __str__(self) -> str:
        return (f"redrive {' '.join(self.args)}\nstatus {self.status} after {self.seconds:.2f} s\n"
                f"--- stdout\n{self.stdout[-4000:]}\n--- stderr\n{self.stderr[-8000:]}")


class Running:
    """A redrive at work, for the tests that kill, stop or watch it."""

    def __init__(self, args, stdin=None, env=None, cwd=None):
        self.args = [os.fspath(arg) for arg in args]
        self._began = time.monotonic()
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        with _input(stdin) as source:
            self.process = process.start([paths.binary(), *self.args], stdin=source, stdout=self._out,
                                         stderr=self._err, env=environment(env), cwd=cwd)

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    @property
    def stdout(self) -> str:
        """Standard output so far."""
        return _read(self._out).decode(errors="replace")

    @property
    def stderr(self) -> str:
        """Standard error so far."""
        return _read(self._err).decode(errors="replace")

    def signal(self, number: int) -> None:
        """Sends a signal."""
        self.process.send_signal(number)

    def kill(self, timeout: float = 60) -> Result:
        """SIGKILL, and how it ended."""
        self.process.kill()
        return self.wait(timeout)

    def wait_for(self, what: str, condition, timeout: float = 30):
        """The first true value of condition(); fails at once when redrive ends before."""
        def check():
            if value := condition():
                return value
            if self.process.poll() is not None:
                raise AssertionError(f"ended before: {what}\n{self._result()}")
            return None
        return process.wait_until(what, check, timeout)

    def wait(self, timeout: float = 60) -> Result:
        """How it ended; TimeoutError, after SIGKILL, if it doesn't within `timeout` seconds."""
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise TimeoutError(f"still running after {timeout} s\n{self._result()}") from None
        result = self._result()
        assert not any(mark in result.stderr for mark in SANITIZER_MARKS), result
        return result

    def _result(self) -> Result:
        code = self.process.returncode
        return Result(self.args, 128 - code if code < 0 else code, _read(self._out), _read(self._err),
                      time.monotonic() - self._began)


def spawn(args, stdin=None, env=None, cwd=None) -> Running:
    """Starts redrive with `args` and does not wait.

    stdin: bytes, text, the Path of a file, None for an empty one, or subprocess.PIPE, then .process.stdin.
    """
    return Running(args, stdin, env, cwd)


def run(args, stdin=None, timeout: float = 60, env=None, cwd=None) -> Result:
    """Runs redrive to its end, at most `timeout` seconds.

    stdin: bytes, text, the Path of a file, or None for an empty one. env: variables to set, None to unset;
    the REDRIVE_* of whoever runs the tests never reach it.
    """
    return Running(args, stdin, env, cwd).wait(timeout)


def environment(changes: dict | None = None) -> dict[str, str]:
    """The environment a run gets. It is on the librdkafka of the folder REDRIVE_LIBRDKAFKA, if there is one."""
    base = {k: v for k, v in os.environ.items() if not k.startswith("REDRIVE_")}
    library = {"LD_LIBRARY_PATH": folder} if (folder := os.environ.get("REDRIVE_LIBRDKAFKA")) else {}
    merged = {**base, **_SANITIZERS, **library, **(changes or {})}
    return {k: str(v) for k, v in merged.items() if v is not None}


def _input(stdin):
    if stdin is None:
        return open(os.devnull, "rb")
    if isinstance(stdin, Path):
        return stdin.open("rb")
    if stdin == subprocess.PIPE:
        return contextlib.nullcontext(stdin)
    file = tempfile.TemporaryFile()
    file.write(stdin.encode() if isinstance(stdin, str) else stdin)
    file.seek(0)
    return file


def _read(file) -> bytes:
    # By position: the process writes through the same open file, and a seek would move its end.
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)
