"""Kafka's jars and the compiled Java helper. Each is made once, beside its final place, and renamed when whole."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from . import paths

_FETCH_S = 600
_COMPILE_S = 120


def classpath() -> str:
    """Class path with Kafka, its tools and the helper `Admin`; fetches and compiles what is missing."""
    jars = fetch()
    return os.pathsep.join([str(jars / "*"), str(_compile(jars))])


def fetch() -> Path:
    """Directory of the jars that pom.xml names, copied there by Maven unless it exists."""
    def copy(directory: Path) -> None:
        _call(["mvn", "-q", "-B", "-f", str(paths.KAFKA / "pom.xml"), "dependency:copy-dependencies",
               "-DincludeScope=runtime", f"-DoutputDirectory={directory}"], _FETCH_S)

    return _made_once(paths.kafka_jars(), copy)


def _compile(jars: Path) -> Path:
    sources = sorted((paths.KAFKA / "java").glob("*.java"))
    digest = hashlib.sha256(b"".join(s.read_bytes() for s in sources)).hexdigest()[:16]

    def compile_into(directory: Path) -> None:
        _call(["javac", "-cp", f"{jars}/*", "-d", str(directory), *map(str, sources)], _COMPILE_S)

    return _made_once(jars.with_name(f"{jars.name}.helper-{digest}"), compile_into)


def _made_once(target: Path, make: Callable[[Path], None]) -> Path:
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        make(temporary)
        temporary.rename(target)
    except OSError:
        # Another session may have been first: its directory is as good as ours.
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target


def _call(command: list[str], timeout_s: float) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}):\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
