"""Builds redrive for its tests, runs them tier by tier, and counts.

    python3 tests/run.py [TIER...]

Each tier is a folder or a build of its own; the last line of the output is
`N passed, N failed`, with `, N skipped` where there are any. Tiers that mostly
wait run side by side; what each of them prints stays together.
"""

import concurrent.futures
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-test"
BUILD_TSAN = ROOT / "build-tsan"
SANITIZE = ["-Db_sanitize=address,undefined", "-Db_lundef=false"]


class Count:
    """What a tier's result files add up to, and the file that takes what it prints."""

    def __init__(self, out=sys.stdout):
        self.passed = self.failed = self.skipped = 0
        self.out = out

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def say(self, text):
        print(text, file=self.out, flush=True)

    def add_junit(self, path):
        for case in ET.parse(path).iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                self.failed += 1
            elif case.find("skipped") is not None:
                self.skipped += 1
            else:
                self.passed += 1

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


def python():
    """A Python that has pytest: the one on the path, or the system's."""
    for name in (sys.executable, "python3", "/usr/bin/python3"):
        if subprocess.run([name, "-c", "import pytest"], stderr=subprocess.DEVNULL).returncode == 0:
            return name
    sys.exit("tests/run.py: no Python with pytest found")


def build(directory, *options):
    """Configures and compiles; ends everything when that fails."""
    if not (directory / "build.ninja").exists():
        quietly("meson", "setup", *options, directory, ROOT)
    quietly("ninja", "-C", directory)


def quietly(*command):
    """Runs a command; shows what it printed, and ends everything, only when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\ntests/run.py: {' '.join(map(str, command))} failed")


def unit(directory, count):
    """Runs every cmocka program of a build."""
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="XML", REDRIVE_SOURCE=str(ROOT))
    for program in sorted((directory / "tests" / "unit").glob("test_*")):
        if program.is_dir() or not os.access(program, os.X_OK):
            continue
        result = directory / "results" / f"{program.name}-%g.xml"
        for old in result.parent.glob(f"{program.name}-*.xml"):
            old.unlink()
        done = subprocess.run([program], cwd=ROOT, capture_output=True, text=True,
                              env=dict(environment, CMOCKA_XML_FILE=str(result)))
        files = list(result.parent.glob(f"{program.name}-*.xml"))
        for file in files:
            count.add_junit(file)
        if done.returncode != 0 or not files:
            count.say(f"--- {program.name}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
            show_failures(files, count)
            count.failed += 0 if any_failed(files) else 1


def any_failed(files):
    return any(ET.parse(file).find(".//failure") is not None for file in files)


def show_failures(files, count):
    for file in files:
        for case in ET.parse(file).iter("testcase"):
            for failure in case.iter("failure"):
                count.say(f"{case.get('name')}: {failure.text}")


def pytest(directory, folder, count, *options):
    """Runs a folder of pytest files against the build's binary."""
    run_pytest(directory, folder, count, options, {})


def run_pytest(directory, folder, count, options, changes):
    """The same with changes to the environment."""
    result = directory / "results" / f"{folder}{'-changed' if changes else ''}.xml"
    result.unlink(missing_ok=True)
    environment = dict(os.environ, REDRIVE_BUILD=str(directory), PYTHONDONTWRITEBYTECODE="1",
                       **changes)
    done = subprocess.run(
        [python(), "-m", "pytest", "-q", "-rfEs", "--durations=5", "-p", "no:cacheprovider",
         f"--junitxml={result}", *options, ROOT / "tests" / folder],
        cwd=ROOT, env=environment, stdout=count.out, stderr=subprocess.STDOUT)
    if result.exists():
        count.add_junit(result)
    elif done.returncode != 5:
        count.failed += 1


def replay(program, corpus, count):
    """Runs a fuzz target over its corpus; each input is a test."""
    inputs = sorted(file for file in corpus.glob("*") if file.is_file())
    done = subprocess.run([program, *inputs], capture_output=True, text=True, errors="replace")
    fine = [line for line in done.stdout.splitlines() if line.endswith(": ok")]
    count.passed += len(fine)
    if done.returncode != 0 or len(fine) != len(inputs) or not inputs:
        count.failed += max(1, len(inputs) - len(fine))
        count.say(f"--- {program.name}: exit status {done.returncode}\n{done.stdout[-500:]}{done.stderr}")


def complains(program, *arguments):
    """True when a replay says that it has nothing to replay, rather than that all is well."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    return done.returncode == 1 and done.stderr.startswith((str(program), *map(str, arguments)))


def tier_fuzz(count):
    """Every fuzz target over the inputs that are kept for it."""
    folder = BUILD / "tests" / "fuzz"
    programs = sorted(path for path in folder.glob("fuzz_*") if path.is_file())
    targets = {path.stem for path in (ROOT / "tests" / "fuzz" / "corpus").iterdir()}
    missing = targets ^ {program.name.removeprefix("fuzz_") for program in programs}
    if missing or not programs:
        count.say(f"--- target without corpus, or corpus without target: {' '.join(sorted(missing))}")
        count.failed += 1
    for program in programs:
        replay(program, ROOT / "tests" / "fuzz" / "corpus" / program.name.removeprefix("fuzz_"), count)
    empty = BUILD / "results" / "empty"
    empty.mkdir(exist_ok=True)
    for arguments in [], [empty], [empty / "none"]:
        if complains(programs[0], *arguments):
            count.passed += 1
        else:
            count.say(f"--- {programs[0].name} {' '.join(map(str, arguments))}: no complaint")
            count.failed += 1


def tier_unit(count):
    unit(BUILD, count)


def tier_nosimd(count):
    """The unit tests once more without simdjson."""
    directory = ROOT / "build-nosimd"
    build(directory, *SANITIZE, "-Dsimdjson=disabled", "-Dman=disabled")
    (directory / "results").mkdir(exist_ok=True)
    unit(directory, count)


def build_tsan():
    build(BUILD_TSAN, "-Db_sanitize=thread", "-Db_lundef=false", "-Dman=disabled")
    (BUILD_TSAN / "results").mkdir(exist_ok=True)


def tier_tsan(count):
    """The delivery tests once more with the thread sanitizer."""
    pytest(BUILD_TSAN, "mock", count)


def tier_pytest(folder):
    return lambda count: pytest(BUILD, folder, count)


def newest_library():
    """The folder with the newest librdkafka, or None when it can't be fetched."""
    code = "from harness import newest; print(newest.folder() or '')"
    environment = dict(os.environ, REDRIVE_BUILD=str(BUILD), PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run([python(), "-c", code], cwd=ROOT / "tests", env=environment,
                          stdout=subprocess.PIPE, text=True)
    return done.stdout.strip() or None


def tier_newest(folder):
    """A folder's tests once more on the newest librdkafka."""
    def tier(count):
        if library := newest_library():
            run_pytest(BUILD, folder, count, (), {"REDRIVE_LIBRDKAFKA": library})
        else:
            count.say("the newest librdkafka can't be fetched")
            count.skipped += 1
    return tier


TIERS = {
    "unit": tier_unit,
    "nosimd": tier_nosimd,
    "fuzz": tier_fuzz,
    "cli": tier_pytest("cli"),
    "mock": tier_pytest("mock"),
    "tsan": tier_tsan,
    "kafka": tier_pytest("kafka"),
    "newest-mock": tier_newest("mock"),
    "newest-kafka": tier_newest("kafka"),
}
# These take long, and run when they are asked for by name.
BY_NAME = {"newest-kafka"}
# These mostly wait, and each of them has clusters of its own.
WAITING = {"mock", "tsan", "newest-mock"}
# What must be there before any tier runs beside this one: compilers leave no time for others.
BEFORE = {"tsan": build_tsan}


def run_tier(name, out=sys.stdout):
    """Runs a tier; its count."""
    count, started = Count(out), time.monotonic()
    count.say(f"=== {name}")
    TIERS[name](count)
    count.say(f"=== {name}: {count} ({time.monotonic() - started:.0f} s)")
    return count


def run_kept(name):
    """The same, but what it prints is kept; the count and that text."""
    with tempfile.TemporaryFile("w+", errors="replace") as out:
        count = run_tier(name, out)
        out.seek(0)
        return count, out.read()


def run_side_by_side(names, total):
    """Runs tiers at the same time; each one's output is shown when it has ended."""
    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        for done in concurrent.futures.as_completed([pool.submit(run_kept, name) for name in names]):
            count, text = done.result()
            print(text, end="", flush=True)
            total.add(count)


def main():
    tiers = sys.argv[1:] or [name for name in TIERS if name not in BY_NAME]
    unknown = [name for name in tiers if name not in TIERS]
    if unknown:
        sys.exit(f"tests/run.py: no tier {unknown[0]}; there are {', '.join(TIERS)}")
    build(BUILD, *SANITIZE)
    (BUILD / "results").mkdir(exist_ok=True)
    for name in tiers:
        BEFORE.get(name, lambda: None)()
    total = Count()
    if waiting := [name for name in tiers if name in WAITING]:
        run_side_by_side(waiting, total)
    for name in tiers:
        if name not in WAITING:
            total.add(run_tier(name))
    print(total)
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
