"""A look before, a bearable rate, a few first, and a way to stop."""

import contextlib
import itertools
import json
import os
import pty
import signal

import letters
import pytest
import replays

from harness import paths, process
from harness.run import environment
from harness.witness import produce

RATE = 500
SECONDS = 10


@pytest.fixture
def filled(broker, topic):
    """Makes a DLQ of so many letters; the topic that they belong to, the DLQ."""
    made = []

    def make(count, partitions=2, **fields):
        name, dlq = topic(), topic(partitions)
        made.append(dlq)
        produce(broker, dlq, [letters.letter(topic=name, partition=n % partitions, key=b"k%d" % n,
                                             value=b'{"n":%d}' % n, **fields) for n in range(count)])
        return name, dlq
    yield make
    for dlq in made:
        if f"{dlq}.resolved" in broker.topics():
            broker.delete_topic(f"{dlq}.resolved")


def count(broker, name):
    return len(replays.read(broker, name))


def test_dry_run_does_nothing(broker, topic, run, filled):
    name, dlq = filled(20)
    produce(broker, dlq, [letters.letter(kind="OTHER", topic="no-such-topic", key=b"a"),
                          letters.letter(kind="OTHER", topic=name, key=b"b")])
    result = run(replays.args(broker, dlq, "--dry-run"))
    assert result.status == 3, str(result)
    replays.numbers(result, delivered=21, pending=1)
    summary = result.summary
    assert summary["dry_run"] is True
    plan = {(row["fate"], row["to"], row["error"], row["code"]): row["count"] for row in summary["plan"]}
    assert plan == {("sent", name, "MISSING_FIELD", None): 20, ("sent", name, "OTHER", None): 1,
                    ("pending", "no-such-topic", "OTHER", "UNKNOWN_TOPIC_OR_PART"): 1}
    topics = {t["topic"]: (t["exists"], t["partitions"], t["max_bytes"], t["count"]) for t in summary["destinations"]}
    assert topics == {name: (True, 6, 1048588, 21), "no-such-topic": (False, 0, None, 0)}
    assert count(broker, name) == 0 and f"{dlq}.resolved" not in broker.topics()
    assert replays.shares(broker, dlq) == []
    text = run(["replay-dlq", "-q", "-b", broker.bootstrap, "-t", dlq, "--dry-run"])
    assert f"20  sent to {name}  (MISSING_FIELD)" in text.stdout, str(text)
    assert "no-such-topic: is not there" in text.stdout


def test_dry_run_knows_what_was_replayed(broker, run, filled):
    name, dlq = filled(20)
    assert run(replays.args(broker, dlq, "--where", "offset<5")).status == 0
    result = run(replays.args(broker, dlq, "--dry-run"))
    assert result.status == 0, str(result)
    assert result.summary["records"]["delivered"] == 10, str(result)
    result = run(replays.args(broker, dlq, "--dry-run", command="dlq-discard"))
    assert result.summary["records"]["discarded"] == 10, str(result)


@pytest.mark.parametrize("answer, sent", [(b"y\n", 1001), (b"n\n", 0), (b"\n", 0)])
def test_somebody_at_a_terminal_is_asked(broker, filled, answer, sent):
    name, dlq = filled(1001)
    ours, theirs = pty.openpty()
    child = process.start([paths.binary(), "replay-dlq", "-b", broker.bootstrap, "-t", dlq, "--progress", "never"],
                          stdin=theirs, stdout=theirs, stderr=theirs, env=environment({"TERM": "xterm"}))
    os.close(theirs)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(ours, 4096)
    os.write(ours, answer)
    with contextlib.suppress(OSError):  # how a terminal says that nobody holds its other end
        while chunk := os.read(ours, 4096):
            said += chunk
    os.close(ours)
    assert child.wait() == 0, said.decode()
    assert f"Replay 1,001 messages of {dlq}: 1,001 to {name}? [y/N]" in said.decode()
    assert count(broker, name) == sent


def test_few_are_not_asked_about(broker, run, filled):
    name, dlq = filled(1000)
    result = run(replays.args(broker, dlq))
    assert result.status == 0 and count(broker, name) == 1000, str(result)


def test_rate(broker, run, filled):
    """So many a second, and no more than two tenths of a second's worth within any tenth.

    A machine that is busy with something else sends less: what a pause held up is not made up for.
    """
    name, dlq = filled(RATE * SECONDS, kind="A")
    result = run(replays.args(broker, dlq, "--rate", str(RATE)))
    assert result.status == 0, str(result)
    ledger = replays.read(broker, f"{dlq}.resolved")
    at = sorted(r.ts for r in ledger)
    span = (at[-1] - at[0]) / 1000
    assert 0.75 * RATE <= (len(at) - 1) / span <= 1.02 * RATE, f"{len(at)} in {span} s"
    for first, last in zip(at, itertools.islice(at, RATE * 2 // 10, None)):
        assert last - first >= 90, f"{RATE * 2 // 10} within {last - first} ms"
    assert count(broker, name) == len(at)


def test_canary_that_comes_back(broker, spawn, filled):
    """Whoever reads the topic still fails: the first few come back, and the others stay where they are."""
    name, dlq = filled(100)
    running = spawn(replays.args(broker, dlq, "--canary", "10", "--canary-wait", "5s"))
    running.wait_for("the canaries", lambda: count(broker, name) == 10)
    first = replays.read(broker, name)[0]
    produce(broker, dlq, [{"partition": 1, "key": first.key, "value": first.value, "headers": [
        ("original-topic", name.encode()), ("error-type", b"STILL_BROKEN")]}])
    result = running.wait()
    assert result.status == 5, str(result)
    assert "canary: one of the first 10 messages is back" in result.stderr and "STILL_BROKEN" in result.stderr
    replays.numbers(result, delivered=10)
    assert count(broker, name) == 10


def test_canary_that_stays_away(broker, run, filled):
    name, dlq = filled(100)
    result = run(replays.args(broker, dlq, "--canary", "10", "--canary-wait", "1s"))
    assert result.status == 0 and "none of them has come back" in result.stderr, str(result)
    replays.numbers(result, delivered=100)
    assert count(broker, name) == 100


@pytest.mark.parametrize("limit", ["5", "3"])
def test_canary_of_all_that_is_taken(broker, run, filled, limit):
    """A limit is no reason not to wait for what comes back."""
    name, dlq = filled(20)
    result = run(replays.args(broker, dlq, "--canary", "5", "--limit", limit, "--canary-wait", "1s"))
    assert result.status == 0 and "none of them has come back" in result.stderr, str(result)
    assert count(broker, name) == int(limit)
    assert run(replays.args(broker, dlq, "--canary", "5", "--canary-wait", "3")).status == 2


def test_canary_that_is_refused(broker, topic, run, filled):
    name, dlq = filled(100, more=[("large", b"x" * 6000)])
    broker.set_topic_config(name, {"max.message.bytes": "5000"})
    result = run(replays.args(broker, dlq, "--canary", "10", "--canary-wait", "1s"))
    assert result.status == 5 and "canary: one of the first messages was refused" in result.stderr, str(result)
    assert count(broker, name) == 0


def test_told_to_stop(broker, spawn, run, filled):
    name, dlq = filled(1000)
    running = spawn(replays.args(broker, dlq, "--rate", "100"))
    running.wait_for("some", lambda: sum(end for _, end in broker.offsets(name).values()) > 20)
    running.signal(signal.SIGTERM)
    result = running.wait(20)
    assert result.status == 128 + signal.SIGTERM and "the same command goes on" in result.stderr, str(result)
    delivered = json.loads(result.stdout)["records"]["delivered"]
    assert 0 < delivered < 1000 and count(broker, name) == delivered
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    assert count(broker, name) == 1000


def test_canary_is_waited_for_though_some_are_parked(broker, topic, run):
    """What a limit counts is not all sent."""
    name, dlq = topic(), topic(1)
    produce(broker, dlq, [letters.letter(topic=name, key=b"k%d" % n, value=b'{"n":%d}' % n, **fields)
                          for n, fields in enumerate([{"more": [("replay-count", b"9")]}, {}, {}, {}])])
    result = run(replays.args(broker, dlq, "--canary", "3", "--limit", "3", "--canary-wait", "1s"))
    assert result.status == 3 and "none of them has come back" in result.stderr, str(result)
    replays.numbers(result, delivered=2, parked=1)
    assert count(broker, name) == 2
    broker.delete_topic(f"{dlq}.resolved")
