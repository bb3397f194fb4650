"""Signals in mid-load: it ends in time, the numbers add up, and what it says of going on is true."""

import contextlib
import json
import os
import pty
import re
import signal
import socket
import subprocess
import time

import feed
import orders
import pytest

from harness import paths, process
from harness.run import environment
from harness.witness import consume_lean

SETTLE_S = 10
MANY = 1_000_000
GO_ON = re.compile(r"To go on, begin after (.+), line (\d+): what follows it was not sent")


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A file of a million orders."""
    path = orders.write(tmp_path_factory.mktemp("many") / "orders.ndjson", MANY)
    yield path
    path.unlink()


def ended_by(result, number, within=SETTLE_S):
    """Checks how a run ended that was told to; what it has delivered."""
    assert result.status == 128 + number, str(result)
    assert f"Stopped by signal {number}" in result.stderr, str(result)
    return orders.check_numbers(result)


def wait(running, within=SETTLE_S):
    """How it ended, and that it took no longer; sanitizers have their time, too."""
    began = time.monotonic()
    result = running.wait(60)
    assert time.monotonic() - began < within, str(result)
    return result


def shell(tmp_path, command):
    """Runs a command line as a person would, `redrive` in it being the one under test."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "redrive").symlink_to(paths.binary())
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment({"PATH": path}), capture_output=True,
                          text=True, timeout=300)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_command_that_goes_on_sends_the_rest(broker, topic, spawn, tmp_path, many, number):
    name = topic()
    running = spawn(orders.args(broker, name, many))
    running.wait_for("orders in the topic", lambda: feed.delivered(broker, name) > 20_000)
    running.signal(number)
    result = wait(running)
    numbers = ended_by(result, number)
    count = numbers["delivered"]
    assert 0 < count < MANY, str(result)
    assert GO_ON.search(result.stderr).groups() == (str(many), str(count))
    orders.check_delivered(consume_lean(broker, name), count)
    command = result.summary["resume"]
    assert command.startswith(f"tail -n +{count + 1} {many} | redrive produce "), command
    if number != signal.SIGTERM:
        return
    done = shell(tmp_path, command)
    assert done.returncode == 0, done
    orders.check_delivered(consume_lean(broker, name), MANY)


def test_the_same_signal_twice_at_once_is_one(broker, topic, spawn):
    name = topic()
    running = feed.start(spawn, orders.args(broker, name))
    feed.wait_for_more(running, broker, name, 1000)
    running.running.signal(signal.SIGTERM)
    with contextlib.suppress(ProcessLookupError):
        running.running.signal(signal.SIGTERM)
    result = wait(running.running)
    running.finish()
    numbers = ended_by(result, signal.SIGTERM)
    assert GO_ON.search(result.stderr).groups() == ("standard input", str(numbers["read"]))
    assert result.summary["resume"] == f"begin after standard input, line {numbers['read']}"
    orders.check_delivered(consume_lean(broker, name), numbers["read"])


@pytest.fixture
def frozen(own_broker, topic, spawn):
    """Starts a load, and returns it and its topic once the broker answers no more and orders are on their way."""
    def start(*options, dlq=None):
        name = topic(on=own_broker)
        running = feed.start(spawn, orders.args(own_broker, name, *options, dlq=dlq))
        feed.wait_for_more(running, own_broker, name, 1000)
        own_broker.freeze()
        sent = running.count
        running.running.wait_for("orders on their way", lambda: running.count > sent + 20 * feed.PIECE)
        return running, name

    yield start
    own_broker.thaw()


@pytest.mark.parametrize("with_dlq", [False, True])
def test_a_broker_that_answers_no_more(frozen, own_broker, topic, tmp_path, with_dlq):
    dlq = topic(on=own_broker)
    running, name = frozen(*([] if with_dlq else ["--no-dlq"]), dlq=dlq if with_dlq else None)
    running.running.signal(signal.SIGTERM)
    result = wait(running.running, SETTLE_S + 4)
    numbers = ended_by(result, signal.SIGTERM)
    assert numbers["fallback"] > 0
    assert int(GO_ON.search(result.stderr)[2]) == numbers["read"]
    own_broker.thaw()
    ends = feed.Ends(own_broker, name, dlq, tmp_path / f"{name}.fallback.ndjson")
    assert ends.arrived | ends.fallback.keys() == set(range(numbers["read"]))
    assert len(ends.fallback) == numbers["fallback"]


@pytest.mark.parametrize("first, second", [(signal.SIGTERM, signal.SIGINT), (signal.SIGINT, signal.SIGTERM),
                                           (signal.SIGHUP, signal.SIGTERM)])
def test_a_second_signal_ends_it_at_once(frozen, first, second):
    running, _ = frozen()
    running.running.signal(first)
    # What comes with the first counts as the first.
    with pytest.raises(subprocess.TimeoutExpired):
        running.running.process.wait(0.3)
    running.running.signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        running.running.process.wait(0.3)
    running.running.signal(second)
    assert wait(running.running, 1).status == 128 + second


@contextlib.contextmanager
def ignoring(number):
    """As nohup and a shell's & start what they start."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_what_was_ignored_stays_ignored(broker, topic, spawn, number):
    name = topic()
    with ignoring(number):
        running = feed.start(spawn, orders.args(broker, name))
    feed.wait_for_more(running, broker, name, 1000)
    running.running.signal(number)
    feed.wait_for_more(running, broker, name, 1000)
    result = running.finish()
    assert result.status == 0, str(result)
    orders.check_delivered(consume_lean(broker, name), running.count)


def test_a_terminal_that_is_closed(broker, topic, many, tmp_path):
    name = topic()
    ours, theirs = pty.openpty()
    with (tmp_path / "summary").open("wb") as summary:
        child = process.start(["setsid", "-c", paths.binary(), *orders.args(broker, name, many)], stdin=theirs,
                              stdout=summary, stderr=theirs, env=environment({"TERM": "xterm"}), cwd=tmp_path)
    os.close(theirs)
    process.wait_until("orders in the topic", lambda: feed.delivered(broker, name) > 20_000, 60)
    os.close(ours)
    assert child.wait(SETTLE_S) == 128 + signal.SIGHUP
    records = json.loads((tmp_path / "summary").read_text())["records"]
    assert records["read"] == records["delivered"] < MANY
    orders.check_delivered(consume_lean(broker, name), records["read"])


def has_read_all(pid, size):
    """Whether a process is behind the last byte of its standard input, and waits for something else."""
    with open(f"/proc/{pid}/fdinfo/0", encoding="ascii") as info, open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return int(info.readline().split()[1]) == size and stat.read().rpartition(")")[2].split()[0] == "S"


def test_when_all_was_read(broker, topic, spawn, tmp_path):
    name, count = topic(), 1000
    path = orders.write(tmp_path / "orders.ndjson", count)
    running = spawn(orders.args(broker, name, "-X", "linger.ms=4000", "-"), stdin=path)
    size = path.stat().st_size
    running.wait_for("the end of the input", lambda: all(has_read_all(running.pid, size) for _ in range(10)))
    running.signal(signal.SIGTERM)
    result = wait(running)
    assert ended_by(result, signal.SIGTERM)["delivered"] == count
    assert "All of the input was read: there is nothing to go on with" in result.stderr
    assert result.summary["resume"] is None
    orders.check_delivered(consume_lean(broker, name), count)


@pytest.mark.parametrize("number", [signal.SIGPIPE, signal.SIGXFSZ])
def test_what_a_failed_write_raises_ends_nothing(broker, topic, spawn, number):
    name = topic()
    running = feed.start(spawn, orders.args(broker, name))
    feed.wait_for_more(running, broker, name, 1000)
    running.running.signal(number)
    feed.wait_for_more(running, broker, name, 1000)
    assert running.finish().status == 0


def test_while_the_input_is_silent(broker, topic, spawn):
    name = topic()
    running = spawn(orders.args(broker, name, "-"), stdin=subprocess.PIPE)
    running.process.stdin.write(b"".join(orders.order(n) + b"\n" for n in range(100)))
    running.process.stdin.flush()
    running.wait_for("100 orders", lambda: feed.delivered(broker, name) == 100)
    running.signal(signal.SIGTERM)
    result = wait(running, 3)
    assert ended_by(result, signal.SIGTERM)["delivered"] == 100
    assert GO_ON.search(result.stderr).groups() == ("standard input", "100")


def test_before_anything_was_read(broker, topic, spawn):
    name = topic()
    running = spawn(orders.args(broker, name, "-v", "-"), stdin=subprocess.PIPE)
    process.wait_until("the handler", lambda: caught(running.pid, signal.SIGTERM), 10)
    running.signal(signal.SIGTERM)
    result = wait(running, 3)
    assert ended_by(result, signal.SIGTERM)["read"] == 0
    assert "To go on, run it again: nothing was read" in result.stderr
    assert result.summary["resume"].startswith("redrive produce -b ")


def caught(pid, number):
    """Whether a process has a handler for the signal."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        mask = next(line for line in file if line.startswith("SigCgt:"))
    return int(mask.split()[1], 16) >> (number - 1) & 1


def test_while_connecting(spawn, tmp_path):
    path = orders.write(tmp_path / "orders.ndjson", 1000)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        running = spawn(orders.args(orders.DeadBroker(address), "orders", path))
        connection, _ = silent.accept()
        with connection:
            running.signal(signal.SIGTERM)
            result = wait(running)
    numbers = ended_by(result, signal.SIGTERM)
    assert numbers["read"] == 0, str(result)


@pytest.fixture
def down(spawn, tmp_path):
    """A load of 1000 orders to brokers that aren't there, which has said `what`."""
    with contextlib.ExitStack() as stack:
        def start(what, *options):
            address = stack.enter_context(orders.nobody())
            path = orders.write(tmp_path / "orders.ndjson", 1000)
            running = spawn(orders.args(orders.DeadBroker(address), "orders", path, "--no-dlq", *options))
            running.wait_for(what, lambda: what in running.stderr)
            return running

        yield start


def check_rest(result, tmp_path):
    """All orders are in the fallback file, or from the line on that the run names."""
    numbers = ended_by(result, signal.SIGTERM)
    begin = re.search(r"To go on, begin (with|after) .+, line (\d+)", result.stderr)
    unsent_from = int(begin[2]) - (begin[1] == "with")
    fallback = tmp_path / "orders.fallback.ndjson"
    lines = orders.fallback_lines(fallback) if fallback.exists() else []
    kept = {orders.number(line["value"].encode()) for line in lines}
    assert kept | set(range(unsent_from, 1000)) == set(range(1000)), str(result)
    assert (numbers["read"], numbers["fallback"]) == (len(kept), len(kept)), str(result)


def test_while_retrying(down, tmp_path):
    running = down("Retry 1/3 after 60000 ms", "--retry-backoff", "60s", "--retry-backoff-max", "60s")
    running.signal(signal.SIGTERM)
    check_rest(wait(running), tmp_path)


def test_while_waiting_out_an_outage(down, tmp_path):
    running = down("waiting 60000 ms before the next try", "--on-outage", "wait", "--retries", "0",
                   "--breaker-cooldown", "60s")
    running.signal(signal.SIGTERM)
    check_rest(wait(running), tmp_path)
