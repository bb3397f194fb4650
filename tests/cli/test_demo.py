"""`redrive demo` tells its story to the end, and leaves nothing behind."""

import re

import pytest

from harness.run import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the demo may work."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def told(folder):
    """One demo for all tests: it takes its time."""
    return run(["demo"], timeout=60, cwd=folder, env={"TMPDIR": folder})


def steps(text):
    """(command, what it printed, its exit status)."""
    return [(command, out, int(status)) for command, out, status in
            re.findall(r"^  \$ (.*)\n((?:.*\n)*?)  \(exit status (-?\d+)\)$", text, re.M)]


def test_it_ends_well(told):
    assert told.status == 0, told
    assert told.seconds < 60
    assert "otherwise than the story says" not in told.stdout


def test_its_steps_end_as_the_manual_says(told):
    assert [status for _, _, status in steps(told.stdout)] == [0, 4, 4, 0], told


def test_its_commands_can_be_typed_as_they_stand(told):
    for command, _, _ in steps(told.stdout):
        assert command.startswith("redrive produce -t orders.created ")


def test_the_key_lines(told):
    for line in ("All 10 messages sent successfully!", "INVALID_JSON", "MSG_SIZE_TOO_LARGE", "Retry 1/2 after 100 ms",
                 "Retry 2/2 after 200 ms", "All 6 messages sent successfully!", "19 were read, 19", "REDRIVE_BROKERS="):
        assert line in told.stdout, line


def test_what_landed_where(told):
    counts = re.findall(r"^  (?:topic|DLQ|fallback file) \S+ +(\d+)$", told.stdout, re.M)
    assert counts == ["12", "1", "6", "18", "1", "0"]


def test_each_summary_adds_up(told):
    for command, out, _ in steps(told.stdout):
        number = {name: int(value.replace(",", "")) for name, value in re.findall(r"^(Messages [\w ]+): +([\d,]+)$", out, re.M)}
        ended = number["Messages produced"] + number["Messages sent to DLQ"] + number["Messages in fallback"]
        assert number["Messages read"] == ended + number.get("Messages rejected", 0), command
        assert number["Messages failed"] == number["Messages read"] - number["Messages produced"], command


def test_it_writes_no_escape_sequences_into_a_file(told):
    assert b"\033" not in told.out


def test_it_leaves_nothing_behind(told, folder):
    assert list(folder.iterdir()) == []


def test_it_works_in_the_folder_for_temporary_files(tmp_path):
    result = run(["demo"], env={"TMPDIR": tmp_path / "missing"}, timeout=60)
    assert result.status == 1
    assert "missing" in result.stderr
