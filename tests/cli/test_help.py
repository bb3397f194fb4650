"""--help, --version, and the manual that says the same."""

import re

import pytest

import manual
import terminal
from harness import paths
from harness.run import run

COMMANDS = manual.commands()
PAGES = sorted(path.name.removesuffix(".scd") for path in manual.MAN.glob("*.scd"))


def test_there_are_commands():
    assert {"produce", "errors", "sandbox", "demo"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_page_that_the_overview_names(command):
    assert f"redrive-{command}.1" in PAGES
    assert f"*redrive-{command}*(1)" in manual.page("redrive.1")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_and_manual_have_the_same_options(command):
    told, written = manual.from_help(command), manual.from_manual(command)
    assert "help" in told
    assert sorted(told) == sorted(written)
    for name, option in told.items():
        assert option == written[name], f"--{name}"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_summary_is_the_same_in_help_and_manual(command):
    name = manual.page(f"redrive-{command}.1").split("# NAME\n\n")[1].split("\n\n")[0]
    summary = name.replace("\n", " ").split(" - ")[1]
    assert summary in " ".join(run(["--help"]).stdout.split())
    assert summary[1:] + "." in run([command, "--help"]).stdout


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_its_sections(name):
    wanted = {"NAME", "DESCRIPTION", "EXAMPLES", "SEE ALSO"}
    if name.endswith(".1"):
        wanted |= {"SYNOPSIS", "OPTIONS" if name != "redrive-produce.1" else "RECORDS", "EXIT STATUS"}
    assert wanted <= set(manual.sections(name))


@pytest.mark.parametrize("name", PAGES)
def test_pages_refer_only_to_pages_that_exist(name):
    for other, section in re.findall(r"\*(redrive[\w-]*)\*\((\d)\)", manual.page(name)):
        assert f"{other}.{section}" in PAGES


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_built(name):
    assert f"'{name}'" in (manual.MAN / "meson.build").read_text()


def exit_statuses(name):
    section = manual.page(name).split("# EXIT STATUS\n")[1].split("\n# ")[0]
    return set(re.findall(r"^\*(.+)\*$", section, re.M))


def test_the_overview_lists_every_exit_status_of_the_code():
    header = (paths.ROOT / "cmd" / "exit.h").read_text()
    numbers = set(re.findall(r"EXIT_\w+ = (\d+)", header))
    assert exit_statuses("redrive.1") == (numbers - {"128"}) | {"128 + N"}
    for name in PAGES:
        if name.endswith(".1"):
            assert exit_statuses(name) <= exit_statuses("redrive.1")


def test_the_manual_names_every_variable_of_the_help():
    variables = set(re.findall(r"environment ([A-Z_]+)", re.sub(r"\s+", " ", run(["produce", "--help"]).stdout)))
    assert len(variables) >= 4
    for variable in variables:
        assert f"\n*{variable}*\n" in manual.page("redrive.1")
        assert f"*{variable}*" in manual.page("redrive-produce.1")


def test_the_manual_names_every_key_of_the_config_file():
    source = "".join(path.read_text() for path in (paths.ROOT / "cmd").glob("*.c"))
    keys = set(re.findall(r'config_key = "(redrive\.[\w-]+)"', source))
    assert len(keys) > 20
    pages = "".join(manual.page(path.stem) for path in (paths.ROOT / "man").glob("redrive-*.1.scd"))
    assert keys == set(re.findall(r"\*(redrive\.[\w-]+)\*", pages))


def test_the_manual_names_every_header_of_a_dead_letter():
    source = (paths.ROOT / "lib" / "deliver" / "deadletter.c").read_text()
    own = re.search(r"redrive_rules\[\] = \{(.*?)\};", source, re.S)[1]
    common = re.search(r"common_rules\[\] = \{(.*?)\};", source, re.S)[1]
    for name in set(re.findall(r'\{"([\w-]+)"', own + common)) - {"job"}:
        assert f"\n*{name}*\n" in manual.page("redrive-dlq.5"), name


@pytest.mark.parametrize("args", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_fits_into_80_columns(args):
    for line in run(args, env={"COLUMNS": None}).stdout.splitlines():
        assert len(line) <= 80, line
        assert line == line.rstrip(), repr(line)


def test_help_on_a_terminal_has_its_width_and_no_escape_sequences():
    shown = terminal.run(["produce", "--help"], columns=60)
    assert "\033" not in shown
    assert max(len(line) for line in shown.split("\nExamples:")[0].splitlines()) <= 60


@pytest.mark.parametrize("command", COMMANDS)
def test_the_three_ways_to_ask_give_the_same_help(command):
    asked = [run([command, "--help"]), run([command, "-h"]), run(["help", command])]
    assert [result.status for result in asked] == [0, 0, 0]
    assert len({result.out for result in asked}) == 1
    assert all(result.err == b"" for result in asked)


def test_help_wins_over_what_else_is_wrong():
    assert run(["produce", "--retries", "3", "--help", "--nonsense"]).status == 0


def test_version_is_the_project_s():
    version = re.search(r"version: '([\d.]+)'", (paths.ROOT / "meson.build").read_text())[1]
    for option in "--version", "-V":
        result = run([option])
        assert (result.status, result.stdout) == (0, f"redrive {version}\n")


def test_without_a_command_the_help_goes_to_stderr():
    result = run([])
    assert result.status == 2
    assert result.out == b""
    assert "Commands:" in result.stderr
