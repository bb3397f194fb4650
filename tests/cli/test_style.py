"""What the eye would otherwise have to check."""

import json
import re
import shutil
import subprocess

from harness import paths

FOLDERS = ("cmd", "lib", "tests", "man", "tools", ".ci")
SUFFIXES = {".c", ".h", ".cc", ".py", ".scd", ".md", ".build", ".txt", ".ini", ".java", ".xml", ""}
LINES_MAX = 600
FUNCTION_LINES_MAX = 100
COLUMNS_MAX = 100


def texts():
    """All text files that people write, but for the fixtures."""
    found = [path for path in paths.ROOT.iterdir() if path.is_file() and path.suffix in SUFFIXES]
    for folder in FOLDERS:
        found += [path for path in (paths.ROOT / folder).rglob("*")
                  if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts]
    return sorted(found)


TEXTS = texts()
CODE = [path for path in TEXTS if path.suffix in (".c", ".h", ".cc")]
HEADERS = [path for path in CODE if path.suffix == ".h" and path.parts[len(paths.ROOT.parts)] in ("lib", "cmd")]


def name(path):
    return str(path.relative_to(paths.ROOT))


def complaints(files, look):
    """What look(number, line) has against lines of the files."""
    return [f"{name(path)}:{number}: {said}" for path in files
            for number, line in enumerate(path.read_text().splitlines(), 1) if (said := look(number, line))]


def test_every_file_ends_with_one_line_end():
    assert [name(path) for path in TEXTS if (text := path.read_text()) and not re.search(r"[^\n]\n\Z", text)] == []


def test_no_line_ends_with_blanks():
    assert complaints(TEXTS, lambda _, line: line != line.rstrip() and "blanks at its end") == []


def test_no_file_is_too_long():
    lengths = {name(path): len(path.read_text().splitlines()) for path in TEXTS}
    assert {path: length for path, length in lengths.items() if length > LINES_MAX} == {}


def test_code_is_indented_with_tabs():
    assert complaints(CODE, lambda _, line: re.match(r"\t* +\t|\t* {8}", line) and "blanks where a tab goes") == []


def test_no_line_of_code_is_too_wide():
    def look(_, line):
        columns = len(line.expandtabs(8))
        return columns > COLUMNS_MAX and '"' not in line and f"{columns} columns"
    assert complaints(CODE, look) == []


def test_a_header_s_guard_is_its_name():
    def has_guard(path):
        guard = f"REDRIVE_{path.parent.name.upper()}_{path.stem.upper()}_H"
        return f"#ifndef {guard}\n#define {guard}\n" in path.read_text()
    assert [name(path) for path in HEADERS if not has_guard(path)] == []


def function_lengths():
    """(file:function, lines), by ctags where it knows where functions end, else by the braces in column 0."""
    c_files = [path for path in CODE if path.suffix != ".h"]
    ctags = shutil.which("ctags")
    if ctags and "json" in subprocess.run([ctags, "--list-features"], capture_output=True, text=True).stdout:
        out = subprocess.run([ctags, "--output-format=json", "--fields=+ne", "--kinds-C=f", "--kinds-C++=f", "-f", "-",
                              *c_files], capture_output=True, text=True).stdout
        for tag in map(json.loads, out.splitlines()):
            yield f"{tag['path']}:{tag['name']}", tag.get("end", tag["line"]) - tag["line"] + 1
        return
    for path in c_files:
        begin = 0
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line == "{":
                begin = number
            elif line == "}" and begin:
                yield f"{path}:{begin}", number - begin + 1
                begin = 0


def test_no_function_is_too_long():
    lengths = list(function_lengths())
    assert len(lengths) > 300
    assert [found for found in lengths if found[1] > FUNCTION_LINES_MAX] == []


def test_the_project_speaks_of_itself_alone():
    machines = re.compile(r"(?<![\w.])/(?:work|home|root|mnt|Users)/\w")
    hosts = re.compile(r"\b(?:registry|repo|repo1|nexus|artifactory|mirror|proxy)\.[\w-]+\.\w+"
                       r"|\b(?:10|172\.16|192\.168)(?:\.\d+){2,3}\b")
    unfinished = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "HA" + "CK"]))
    for pattern in machines, hosts, unfinished:
        assert complaints(TEXTS, lambda _, line: (found := pattern.search(line)) and found[0]) == []
