"""Reads what --help and the manual's sources say about commands and options."""

import re
from dataclasses import dataclass

from harness import paths
from harness.run import run

MAN = paths.ROOT / "man"


@dataclass(frozen=True)
class Option:
    """One option; what it takes and its default are words, or None."""

    short: str | None
    takes: str | None
    default: str | None


def commands():
    """Names of all commands, from the program's own help."""
    listed = run(["--help"]).stdout.split("Commands:\n")[1].split("\n\n")[0]
    return re.findall(r"^  ([a-z-]+)", listed, re.M)


def _entries(text):
    """Each option's first line and everything below it as one line, from --help."""
    entry = None
    for line in text.split("\nExamples:\n")[0].splitlines():
        if re.match(r"  (-\w, |    )--\w", line):
            if entry:
                yield entry
            entry = line.strip()
        elif entry and line.startswith("   "):
            entry += "  " + line.strip()
        elif entry:
            yield entry
            entry = None
    if entry:
        yield entry


def from_help(command):
    """name -> Option, as --help has them."""
    options = {}
    for entry in _entries(run([command, "--help"], env={"COLUMNS": "80"}).stdout):
        head, _, text = entry.partition("  ")
        match = re.match(r"(?:-(\w), )?--([\w-]+)(?: (.*))?$", head)
        default = re.search(r"\((?:repeatable; )?default (.*?)(?:; environment \w+)?\)$", re.sub(" +", " ", text))
        options[match[2]] = Option(match[1], match[3], default and default[1])
    return options


def page(name):
    """The source of a manual page: "redrive-produce.1"."""
    return (MAN / f"{name}.scd").read_text()


def from_manual(command):
    """name -> Option, as the manual page's source has them."""
    options = {}
    text = page(f"redrive-{command}.1")
    for match in re.finditer(r"^(?:\*-(\w)\*, )?\*--([\w-]+)\*(?: (\S+))?\n((?:\t.*\n|\n(?=\t))+)", text, re.M):
        about = re.sub(r"\s+", " ", match[4])
        default = re.search(r"Default: \*(.*?)\*[.,]", about)
        takes = match[3] and re.sub(r"(?<![A-Z])_|_(?![A-Z])", "", match[3])
        options[match[2]] = Option(match[1], takes, default and default[1])
    return options


def sections(name):
    """Titles of a page's sections."""
    return re.findall(r"^# (.+)$", page(name), re.M)
