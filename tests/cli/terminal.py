"""Runs redrive on a terminal of its own."""

import contextlib
import fcntl
import os
import pty
import struct
import termios

from harness import paths, process
from harness.run import environment


def run(args, columns=80, env=None, stdout=None, watch=lambda shown: None, answer=None):
    """Everything that redrive writes to a terminal; watch sees it as it grows.

    answer: what is typed when "[y/N]" has been asked. stdout: a file that takes standard output instead. The terminal's line ends are turned back.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = process.start([paths.binary(), *args], stdin=theirs, stdout=stdout or theirs, stderr=theirs,
                          env=environment({"TERM": "xterm", "NO_COLOR": None, **(env or {})}))
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody holds its other end
        while chunk := os.read(ours, 65536):
            shown += chunk
            watch(shown.decode(errors="replace"))
            if answer and b"[y/N] " in shown:
                os.write(ours, f"{answer}\n".encode())
                answer = None
    child.wait()
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")
