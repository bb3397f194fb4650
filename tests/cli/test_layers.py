"""Which way the code may look: the folders of lib/ in the order of the data, and no side doors to the outside."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import paths

ORDER = ["base", "record", "kafka", "source", "check", "mend", "route", "job", "letter", "resolved",
         "deliver", "replay", "report", "inspect"]
LIB = paths.ROOT / "lib"
SOURCES = sorted(path for pattern in ("*/*.c", "*/*.h", "*/*.cc") for path in LIB.glob(pattern))

# What lets a library print, exit, or read and change what belongs to the process.
FORBIDDEN = {"printf", "puts", "putchar", "fprintf", "fputs", "fputc", "putc", "fwrite", "vprintf", "vfprintf", "perror",
             "dprintf", "syslog", "stdout", "stderr", "exit", "abort", "getenv", "setenv", "putenv", "chdir", "umask",
             "signal", "sigaction", "atexit"}
ALLOWED = {
    "base/mem.c": {"abort"},  # no memory, no promises: base/README.md
    "base/buf.c": {"abort"},
    "deliver/alert.c": {"signal"},  # in the child, which gives the user's command the defaults back
}


def name(path):
    return str(path.relative_to(LIB))


def includes(path):
    return re.findall(r'^#\s*include\s+"([^"]+)"', path.read_text(), re.M)


def test_every_folder_has_its_place():
    assert {path.parent.name for path in SOURCES} == set(ORDER)


def test_a_file_includes_only_its_folder_and_those_before_it():
    wrong = [f"{name(path)} includes {included}" for path in SOURCES for included in includes(path)
             if included.split("/")[0] not in ORDER[:ORDER.index(path.parent.name) + 1]]
    assert wrong == []


def test_a_source_file_includes_its_header_first():
    wrong = [name(path) for path in SOURCES if path.suffix == ".c" and path.with_suffix(".h").exists()
             and includes(path)[0] != name(path.with_suffix(".h"))]
    assert wrong == []


def test_the_build_names_the_folders_in_this_order():
    listed = re.findall(r"^  '(\w+)/\w+\.c',$", (LIB / "meson.build").read_text(), re.M)
    assert list(dict.fromkeys(listed)) == ORDER


def test_commands_don_t_include_each_other():
    cmd = paths.ROOT / "cmd"
    named = {path.stem for path in cmd.glob("*.c") if re.search(r"^const struct cmd cmd_", path.read_text(), re.M)}
    for path in cmd.glob("*.[ch]"):
        for included in includes(path):
            assert included.removesuffix(".h") not in named, f"{path.name} includes {included}"


@pytest.fixture(scope="module")
def symbols(tmp_path_factory):
    """name of the source -> [(nm's letter, symbol)]; built without sanitizers, which have symbols of their own."""
    if not shutil.which("cc") or not shutil.which("nm"):
        pytest.skip("no compiler")
    out = tmp_path_factory.mktemp("objects")
    flags = subprocess.run(["pkg-config", "--cflags", "rdkafka", "jansson", "libarchive", "zlib"], capture_output=True,
                           text=True).stdout.split()

    def compile_one(path):
        object_file = out / (path.parent.name + "_" + path.stem + ".o")
        subprocess.run(["cc", "-std=gnu11", "-D_GNU_SOURCE", "-O0", "-w", "-fno-pie", f"-I{LIB}", *flags, "-c", path, "-o",
                        object_file], check=True)
        lines = subprocess.run(["nm", object_file], capture_output=True, text=True, check=True).stdout.splitlines()
        return name(path), [tuple(line.split()[-2:]) for line in lines]

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(compile_one, (path for path in SOURCES if path.suffix == ".c")))


def test_the_library_keeps_no_state_of_its_own(symbols):
    mutable = [f"{source}: {symbol}" for source, list_ in symbols.items() for letter, symbol in list_
               if letter in "BbDdCcGgSs"]
    assert mutable == []


def test_the_library_neither_prints_nor_exits_nor_reads_the_environment(symbols):
    used = {source: {symbol for letter, symbol in list_ if letter == "U"} & FORBIDDEN
            for source, list_ in symbols.items()}
    assert {source: found for source, found in used.items() if found} == ALLOWED
