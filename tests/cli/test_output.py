"""What goes to standard output and standard error, on a terminal and off one, and when nobody reads it."""

import gzip
import json
import os
import pty
import re
import subprocess
import threading

import pytest

import terminal
from harness import paths, process
from harness.run import environment, run

GOOD = '{"orderId":"ORD-0001","customerId":"customer-A"}\n'
BAD = '{"orderId":"ORD-0002","customerId":}\n'
LOAD = ["produce", "-t", "orders.created", "-k", "customerId"]
SGR = re.compile(r"\033\[[\d;]*m")


@pytest.fixture
def mixed(tmp_path):
    """A file of one good order and one that is not JSON."""
    path = tmp_path / "mixed.ndjson"
    path.write_text(GOOD + BAD)
    return path


def load(tmp_path, *args, **options):
    """A load on a cluster of its own."""
    return run(["sandbox", "--", paths.binary(), *LOAD, *args], cwd=tmp_path, **options)


def shell(tmp_path, script, *args):
    """A shell with a cluster, which runs the script; $redrive is the binary."""
    return subprocess.run([paths.binary(), "sandbox", "--", "bash", "-c", script, "bash", *args], cwd=tmp_path,
                          capture_output=True, text=True, timeout=60, env=environment({"redrive": str(paths.binary())}))


def test_summary_on_stdout_log_on_stderr(tmp_path, orders):
    result = load(tmp_path, orders)
    assert result.status == 0
    assert result.stdout.startswith("=== Metrics ===\nMessages read:")
    assert "All 2 messages sent successfully!" in result.stderr
    assert "All 2 messages" not in result.stdout


def test_counts_read_as_a_person_would_say_them(tmp_path, mixed):
    assert "1 message is in the DLQ orders.created.dlq" in load(tmp_path, mixed).stderr


def test_no_escape_sequences_when_it_is_no_terminal(tmp_path, mixed):
    result = load(tmp_path, "-v", mixed)
    assert b"\033" not in result.out + result.err
    assert b"\r" not in result.out + result.err


def test_no_payload_and_no_key_in_the_log(tmp_path, mixed):
    result = load(tmp_path, "-v", mixed)
    assert "ORD-000" not in result.stderr + result.stdout
    assert "customer-A" not in result.stderr + result.stdout


@pytest.mark.parametrize("quiet", ["-q", "--quiet"])
def test_quiet(tmp_path, orders, quiet):
    result = load(tmp_path, quiet, orders)
    assert (result.status, result.out, result.err) == (0, b"", b"")


def test_quiet_says_what_is_wrong_and_what_was_asked_for(tmp_path, mixed):
    result = load(tmp_path, "-q", "--summary", "json", mixed)
    assert result.status == 3
    assert result.summary["records"]["dead_lettered"] == 1
    assert "INVALID_JSON" in result.stderr


def test_verbose_tells_of_every_message(tmp_path, orders):
    told = re.findall(r"✓ Message (\d) delivered → Partition: \d+, Offset: \d+", load(tmp_path, "-v", orders).stderr)
    assert told == ["1", "2"]


def test_log_text(tmp_path, mixed):
    for line in load(tmp_path, mixed).stderr.splitlines():
        assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO |WARN |ERROR|CRIT ) \S", line), line


def test_log_logfmt(tmp_path, mixed):
    lines = load(tmp_path, "--log-format", "logfmt", mixed).stderr.splitlines()
    assert any(" code=INVALID_JSON " in line and " line=2 " in line for line in lines)
    for line in lines:
        assert re.match(r'level=\w+ ts=\S+Z event=\w+ msg=("(\\.|[^"\\])*"|\S+)( \w+=("(\\.|[^"\\])*"|\S+))*$', line), line


def test_log_json(tmp_path, mixed):
    events = [json.loads(line) for line in load(tmp_path, "--log-format", "json", mixed).stderr.splitlines()]
    assert all({"level", "ts", "event", "msg"} <= event.keys() for event in events)
    failed = [event for event in events if event["event"] == "record_failed"]
    assert len(failed) == 1
    assert {"code": "INVALID_JSON", "class": "permanent", "file": str(mixed), "line": 2,
            "offset": len(GOOD)}.items() <= failed[0].items()


@pytest.mark.parametrize("level, seen", [("debug", 4), ("warning", 2), ("error", 0)])
def test_log_level(tmp_path, mixed, level, seen):
    lines = load(tmp_path, "--log-level", level, "--log-format", "json", mixed).stderr.splitlines()
    ranks = ["debug", "info", "warning", "error", "critical"]
    assert all(ranks.index(json.loads(line)["level"]) >= ranks.index(level) for line in lines)
    assert len(lines) >= seen


def test_the_summary_as_json_is_one_line(tmp_path, mixed):
    result = load(tmp_path, "--summary", "json", mixed)
    assert result.out.count(b"\n") == 1
    records = result.summary["records"]
    assert records["read"] == records["delivered"] + records["dead_lettered"] + records["fallback"] + records["rejected"]
    assert (result.summary["exit"], result.summary["errors"]) == (3, {"INVALID_JSON": 1})


def test_nothing_read(tmp_path):
    (tmp_path / "empty.ndjson").write_text("\n")
    result = load(tmp_path, "empty.ndjson")
    assert result.status == 0
    assert "Nothing to send: the input has no records" in result.stderr
    assert "successfully" not in result.stderr
    assert re.search(r"^Success rate: +-$", result.stdout, re.M)
    assert load(tmp_path, "--summary", "json", "empty.ndjson").summary["success_rate"] == 1


def test_several_inputs_are_counted_one_by_one(tmp_path, mixed, orders):
    (tmp_path / "cut.ndjson.gz").write_bytes(gzip.compress(os.urandom(100).hex().encode() + b"\n" * 100000)[:-9])
    files = [mixed.name, "cut.ndjson.gz", orders.name]
    inputs = load(tmp_path, "--summary", "json", *files).summary["inputs"]
    assert [one["file"] for one in inputs] == files
    assert [one["records"] for one in inputs][::2] == [2, 2]
    assert [one["bytes"] for one in inputs][::2] == [mixed.stat().st_size, orders.stat().st_size]
    assert [bool(one["error"]) for one in inputs] == [False, True, False]
    told = load(tmp_path, mixed.name, orders.name).stdout
    assert "=== Inputs ===\nmixed.ndjson: 2 messages\norders.ndjson: 2 messages\n" in told
    assert "Inputs" not in load(tmp_path, orders.name).stdout


def test_tsv_has_tabs_between_its_fields(tmp_path):
    (tmp_path / "orders.tsv").write_text("orderId\tcustomerId\n1,5\tcustomer-A\n")
    assert load(tmp_path, "orders.tsv").status == 0
    assert load(tmp_path, "--csv-delimiter", ",", "orders.tsv").status != 0


def test_metrics(tmp_path, mixed):
    load(tmp_path, "--metrics-file", "redrive.prom", mixed)
    text = (tmp_path / "redrive.prom").read_text()
    assert 'redrive_records_total{command="produce",topic="orders.created",outcome="dead_lettered"} 1\n' in text
    assert [path.name for path in tmp_path.glob("redrive.prom*")] == ["redrive.prom"]


def test_closed_stdout(tmp_path, orders):
    done = shell(tmp_path, '"$redrive" "$@" >&-; echo "status $?"', *LOAD, str(orders))
    assert "All 2 messages sent successfully!" in done.stderr
    assert "cannot write" not in done.stderr
    assert done.stdout == "status 0\n"


def test_closed_stderr(tmp_path, orders):
    done = shell(tmp_path, '"$redrive" "$@" 2>&-; echo "status $?"', *LOAD, "-v", str(orders))
    assert done.stdout.startswith("=== Metrics ===\n")
    assert done.stdout.endswith("status 0\n")
    assert os.listdir(tmp_path) == [orders.name]


def test_both_closed_and_stdin_too(tmp_path, orders):
    done = shell(tmp_path, '"$redrive" "$@" <&- >&- 2>&-; echo "status $?"', *LOAD, "-v", str(orders))
    assert done.stdout == "status 0\n"
    assert orders.read_text().count("\n") == 2


def test_a_full_disk_behind_stdout(tmp_path, orders, mixed):
    script = '"$redrive" "$@" >/dev/full; echo "status $?"'
    done = shell(tmp_path, script, *LOAD, str(orders))
    assert "cannot write to standard output: No space left on device; the summary is lost " \
           "(all records are delivered: don't load them again)" in done.stderr
    assert done.stdout == "status 1\n"
    done = shell(tmp_path, script, *LOAD, str(mixed))
    assert "the summary is lost" in done.stderr and "again" not in done.stderr
    assert done.stdout == "status 3\n"


@pytest.fixture
def unread():
    """A pipe whose reader has gone away."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("name, status", [("orders", 0), ("mixed", 3)])
def test_a_summary_that_nobody_reads(request, tmp_path, unread, name, status):
    command = [paths.binary(), "sandbox", "--", paths.binary(), *LOAD, request.getfixturevalue(name)]
    done = subprocess.run(command, cwd=tmp_path, stdout=unread, stderr=subprocess.PIPE, text=True, env=environment())
    assert done.returncode == status
    assert "cannot write" not in done.stderr


@pytest.mark.parametrize("args", [["errors"], ["produce", "--help"], ["--version"]])
def test_help_that_nobody_reads(unread, args):
    done = subprocess.run([paths.binary(), *args], stdout=unread, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")


def test_both_outputs_that_nobody_reads(tmp_path, unread):
    (tmp_path / "many.ndjson").write_text(GOOD * 5000)
    done = subprocess.run([paths.binary(), "sandbox", "--", paths.binary(), *LOAD, "-v", "--metrics-file", "redrive.prom",
                           "many.ndjson"], cwd=tmp_path, stdout=unread, stderr=unread, env=environment())
    assert done.returncode == 0
    assert 'outcome="delivered"} 5000\n' in (tmp_path / "redrive.prom").read_text()


def test_a_reader_that_goes_away(tmp_path):
    (tmp_path / "many.ndjson").write_text(GOOD * 5000)
    script = '"$redrive" "$@" 2>&1 >summary | head -1; echo "status ${PIPESTATUS[0]}"'
    done = shell(tmp_path, script, *LOAD, "-v", "many.ndjson")
    assert done.stdout.endswith("status 0\n")
    assert re.search(r"^Messages produced: +5,000$", (tmp_path / "summary").read_text(), re.M)


@pytest.mark.parametrize("args", [["errors"], ["produce", "--help"], ["--version"]])
def test_help_into_a_full_disk_is_no_success(args):
    with open("/dev/full", "w") as full:
        done = subprocess.run([paths.binary(), *args], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert "cannot write to standard output: No space left on device" in done.stderr


@pytest.fixture
def slow(tmp_path):
    """slow(until): a pipe that gives one order, and ends when until is set."""
    path = tmp_path / "slow.ndjson"
    os.mkfifo(path)
    writers = []

    def start(until):
        def write():
            with path.open("w") as pipe:
                pipe.write(GOOD)
                pipe.flush()
                until.wait(30)
        writers.append(threading.Thread(target=write))
        writers[0].start()
        return str(path)

    yield start
    for writer in writers:
        writer.join(30)


def on_terminal(*args, **options):
    return terminal.run(["sandbox", "--", str(paths.binary()), *LOAD, *args], **options)


def test_a_bar_on_a_terminal_that_is_gone_at_the_end(slow):
    drawn = threading.Event()

    def watch(shown):
        if re.search(r"1 record\b.*\033\[K", shown):
            drawn.set()

    shown = on_terminal(slow(drawn), watch=watch)
    assert drawn.is_set(), shown
    before, _, after = shown.partition("=== Metrics ===")
    # Behind the last drawing there is an erased line before anything else is written.
    last = before.rindex("1 record")
    assert before[last:].count("\r\033[K") >= 1, repr(before)
    assert "\033" not in after and "\r" not in after, repr(after)


def test_a_terminal_that_goes_away(slow, tmp_path):
    ours, theirs = pty.openpty()
    over, shown = threading.Event(), b""
    with (tmp_path / "summary").open("wb") as summary:
        child = process.start([paths.binary(), "sandbox", "--", paths.binary(), *LOAD, "--progress", "always", "-v",
                               slow(over)], stdin=theirs, stdout=summary, stderr=theirs,
                              env=environment({"TERM": "xterm"}))
    os.close(theirs)
    while b"1 record " not in shown:
        shown += os.read(ours, 65536)
    os.close(ours)
    over.set()
    assert child.wait(30) == 0
    assert re.search(r"^Messages produced: +1$", (tmp_path / "summary").read_text(), re.M)


def screen(shown):
    """The lines that are left on a terminal."""
    lines, column = [""], 0
    for part in re.findall(r"\r|\n|\033\[K|[^\r\n\033]+", shown):
        if part == "\n":
            lines.append("")
        elif part == "\033[K":
            lines[-1] = lines[-1][:column]
        elif part != "\r":
            lines[-1] = lines[-1][:column] + part + lines[-1][column + len(part):]
        column = column + len(part) if part[0] >= " " else column if part == "\033[K" else 0
    return lines


@pytest.mark.parametrize("columns", [80, 40])
def test_a_bar_that_waits_says_for_what(orders, tmp_path, columns):
    shown = terminal.run(["produce", "-b", "127.0.0.1:1", "-t", "orders.created", "--no-dlq", "--retries", "1",
                          "--retry-backoff", "1500ms", "--fallback", str(tmp_path / "held"), "--color", "never",
                          str(orders)], columns=columns)
    assert re.search(r"\r[^\r\n]*retrying in 2 s", shown) and re.search(r"\r[^\r\n]*retrying in 1 s", shown), repr(shown)
    assert max(len(bar) for bar in re.findall(r"\r([^\r\n\033]+)\033\[K", shown)) < columns
    log, _, summary = "\n".join(screen(shown)).partition("=== Metrics ===")
    assert all(re.match(r"\d{4}-\S+Z [A-Z]+ +[^█░]+$", line) for line in log.splitlines()), log
    assert re.match(r"\nMessages read: +2\n", summary), summary


@pytest.mark.parametrize("args, env", [
    (["--progress", "never"], {}),
    ([], {"TERM": "dumb"}),
    (["-q"], {}),
])
def test_no_bar(orders, args, env):
    shown = on_terminal("--color", "never", *args, str(orders), env=env)
    assert "\033" not in shown and "\r" not in shown


def test_plain_progress_lines_when_it_is_no_terminal(tmp_path):
    (tmp_path / "orders.ndjson").write_text(GOOD)
    script = '(cat orders.ndjson; until grep -q "1 record" log; do sleep 0.1; done) | "$redrive" "$@" 2>log'
    done = shell(tmp_path, script, *LOAD, "--progress", "always", "-")
    assert done.returncode == 0
    assert "\033" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("args, env, colours", [
    ([], {}, True),
    ([], {"NO_COLOR": "1"}, False),
    ([], {"NO_COLOR": ""}, True),
    ([], {"TERM": "dumb"}, False),
    (["--color", "never"], {}, False),
    (["--color", "always"], {"NO_COLOR": "1"}, True),
])
def test_colours_on_a_terminal(mixed, args, env, colours):
    assert bool(SGR.search(on_terminal("--progress", "never", *args, str(mixed), env=env))) == colours


def test_colours_off_a_terminal_only_when_asked_for(tmp_path, mixed):
    assert not SGR.search(load(tmp_path, mixed).stderr)
    assert SGR.search(load(tmp_path, "--color", "always", mixed).stderr)
    assert not SGR.search(load(tmp_path, "--color", "always", "--log-format", "json", mixed).stderr)


def test_hostile_names_can_t_move_the_cursor(tmp_path):
    name = "a\033[2J\nb.ndjson"
    (tmp_path / name).write_text(BAD)
    result = load(tmp_path, name)
    assert result.status == 3
    assert b"\033" not in result.err
    assert r"a\x1b[2J\nb.ndjson:1: INVALID_JSON" in result.stderr
