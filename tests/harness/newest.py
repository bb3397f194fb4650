"""The newest librdkafka, out of PyPI's confluent-kafka: a program built against an older one runs on it, too."""

import ctypes
import functools
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from . import paths

_FETCH_S = 300
_LIBRARY = "librdkafka.so.1"


@functools.cache
def folder() -> Path | None:
    """A folder for LD_LIBRARY_PATH, fetched once into the build directory; None when that can't be done."""
    target = paths.build() / "librdkafka-newest"
    if (target / _LIBRARY).exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".librdkafka-", dir=target.parent) as temporary:
        if not _fetch(Path(temporary)):
            return None
        made = Path(temporary) / "folder"
        if not target.exists():
            made.rename(target)
    return target


def environment() -> dict[str, str] | None:
    """What to set for a run on it, or None."""
    found = folder()
    return {"LD_LIBRARY_PATH": str(found)} if found else None


def version(library_folder: Path | str | None = None) -> tuple[int, ...]:
    """(2, 0, 2): of the librdkafka in a folder, or of the installed one."""
    path = Path(library_folder) / _LIBRARY if library_folder else _LIBRARY
    number = ctypes.CDLL(str(path)).rd_kafka_version()
    return number >> 24 & 0xff, number >> 16 & 0xff, number >> 8 & 0xff


def _fetch(temporary: Path) -> bool:
    """Makes temporary/folder; False when there is no pip, no registry, or no build for this machine."""
    if not any(_download(python, temporary) for python in dict.fromkeys([sys.executable, shutil.which("python3")])
               if python):
        return False
    (made := temporary / "folder").mkdir()
    with zipfile.ZipFile(next(temporary.glob("*.whl"))) as wheel:
        libraries = [name for name in wheel.namelist() if ".libs/" in name and ".so" in name]
        for name in libraries:
            (made / Path(name).name).write_bytes(wheel.read(name))
    (main,) = made.glob("librdkafka-*.so*")
    (made / _LIBRARY).symlink_to(main.name)
    return True


def _download(python: str, directory: Path) -> bool:
    done = subprocess.run([python, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:",
                           "--disable-pip-version-check", "-d", directory, "confluent-kafka"],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=_FETCH_S)
    return done.returncode == 0
