"""`redrive demo` tells its story to the end, and leaves nothing behind."""

import re
import shlex

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


def outputs(text, name):
    """What each step of this command printed."""
    return [out for command, out, _ in steps(text) if command.split()[1] == name]


def numbers(out):
    """What a summary says."""
    return {name: int(value.replace(",", "")) for name, value in re.findall(r"^([A-Z][a-zA-Z ]+): +([\d,]+)$", out, re.M)}


def test_it_ends_well(told):
    assert told.status == 0, told
    assert told.seconds < 60
    assert "otherwise than the story says" not in told.stdout


def test_its_steps_end_as_the_manual_says(told):
    assert [(command.split()[1], status) for command, _, status in steps(told.stdout)] == [
        ("produce", 0), ("produce", 4), ("produce", 4), ("replay-fallback", 0),
        ("dlq-inspect", 0), ("replay-dlq", 0), ("replay-dlq", 0),
        ("dlq-inspect", 0), ("produce", 0), ("dlq-discard", 0), ("dlq-inspect", 0)], told


def test_its_commands_can_be_typed_as_they_stand(told):
    """A shell makes of them what was run: what is quoted, too."""
    words = [shlex.split(command) for command, _, _ in steps(told.stdout)]
    assert {word[0] for word in words} == {"redrive"}
    assert {word[3] for word in words if word[1] == "produce" and word[2] == "-t"} == {"orders.created"}
    assert {word[3] for word in words if "dlq" in word[1] and word[2] == "-t"} == {"orders.dlq"}
    assert [word[-1] for word in words if word[1] == "dlq-discard"] == ["mended by hand and loaded"]
    assert [word[7] for word in words if word[1] == "replay-dlq"] == ['currency="EUR"'] * 2


def test_the_key_lines(told):
    for line in ("All 10 messages sent successfully!", "INVALID_JSON", "MSG_SIZE_TOO_LARGE", "Retry 1/2 after 100 ms",
                 "Retry 2/2 after 200 ms", "All 6 messages sent successfully!", "21 orders were read, 21 are delivered",
                 "REDRIVE_BROKERS="):
        assert line in told.stdout, line


def test_what_landed_where(told):
    counts = re.findall(r"^  (?:topic|DLQ|fallback file) \S+ +(\d+)$", told.stdout, re.M)
    assert counts == ["12", "3", "6", "18", "3", "0", "21", "3", "0"]


def test_each_summary_of_a_load_adds_up(told):
    for out in outputs(told.stdout, "produce") + outputs(told.stdout, "replay-fallback"):
        number = numbers(out)
        ended = number["Messages produced"] + number["Messages sent to DLQ"] + number["Messages in fallback"]
        assert number["Messages read"] == ended + number.get("Messages rejected", 0), out
        assert number["Messages failed"] == number["Messages read"] - number["Messages produced"], out


def test_the_dlq_shows_what_has_become_of_its_messages(told):
    before, export, after = outputs(told.stdout, "dlq-inspect")
    assert "pending" not in before
    assert "1 pending, 2 replayed" in export and "to-mend/trouble.ndjson: 1 row" in export
    assert "Nothing is pending: 2 replayed, 1 discarded" in after


def test_a_dry_run_shows_what_the_replay_then_does(told):
    dry, real = outputs(told.stdout, "replay-dlq")
    assert re.search(r'^  - {"orderId":"ORD-0014".*"total":17.5}\n  \+ {"orderId":"ORD-0014".*"total":17.5,"currency":"EUR"}$',
                     dry, re.M), dry
    for out in (dry, real):
        assert (numbers(out)["Messages read"], numbers(out)["Messages produced"], numbers(out)["Not selected"]) == (2, 2, 1)
    assert "All 2 messages sent successfully!" in real


def test_what_is_discarded_is_the_one_that_was_left(told):
    [out] = outputs(told.stdout, "dlq-discard")
    assert (numbers(out)["Messages discarded"], numbers(out)["Resolved before"]) == (1, 2)


def test_it_writes_no_escape_sequences_into_a_file(told):
    assert b"\033" not in told.out


def test_it_leaves_nothing_behind(told, folder):
    assert list(folder.iterdir()) == []


def test_it_works_in_the_folder_for_temporary_files(tmp_path):
    result = run(["demo"], env={"TMPDIR": tmp_path / "missing"}, timeout=60)
    assert result.status == 1
    assert "missing" in result.stderr
