"""dlq-purge: what is done with goes from the beginning of each partition, and nothing else does."""

import contextlib
import json
import os
import pty
import signal
import subprocess

import ledgers
import letters
import orders
import pytest

from harness import process
from harness.run import environment
from harness.secured import ALICE, ALICE_PASSWORD, sasl_properties
from harness.witness import consume, produce

HOUR = 3_600_000


@pytest.fixture
def dlq(broker, topic):
    """Factory of a DLQ with its ledger: so many messages, an hour apart, in turn in the partitions."""
    made = []

    def create(count, partitions=1, on=broker, config=None):
        name = topic(partitions, config, on=on)
        made.append((on, ledgers.create(on, name, partitions)))
        fill(on, name, count, partitions)
        return name

    yield create
    for on, name in made:
        if on.running and name in on.topics():
            on.delete_topic(name)


def fill(broker, name, count, partitions=1, step=HOUR, **how):
    produce(broker, name, [letters.letter(message=f"number {n}", partition=n % partitions, at=letters.START_MS + n * step)
                           for n in range(count)], **how)


@pytest.fixture
def purge(broker, run):
    """The summary of a purge that does what it was asked to do."""
    def start(name, *more, on=broker):
        result = run(args(on, name, *more))
        assert result.status == 0 and not result.err, str(result)
        assert result.summary["exit"] == 0 and result.summary["topic"] == name
        return result.summary
    return start


def args(broker, name, *more, form="json"):
    confirm = [] if "--dry-run" in more else ["--yes"]
    return ["dlq-purge", "-b", broker.bootstrap, "-t", name, "--summary", form, *confirm, *more]


def left(broker, name):
    return [(record.partition, record.offset) for record in consume(broker, name)]


def begins(broker, name):
    return {partition: first for partition, (first, _) in broker.offsets(name).items()}


def numbers(summary):
    return summary["deletable"], summary["deleted"], summary["kept"], summary["entries_removed"]


def test_only_the_beginning_goes(broker, dlq, purge):
    name = dlq(20, 2)
    ledgers.resolve(broker, name, [(0, 0), (0, 1), (0, 3), (1, 1), (1, 2)])
    ledgers.resolve(broker, name, [(0, 2), (0, 5)], "discarded")
    ledgers.resolve(broker, name, [(0, 9)], "returned")
    summary = purge(name)
    assert numbers(summary) == (4, 4, 16, 4)
    assert begins(broker, name) == {0: 4, 1: 0}
    assert left(broker, name) == [(0, n) for n in range(4, 10)] + [(1, n) for n in range(10)]
    assert ledgers.entries(broker, name) == {(0, 5): "discarded", (0, 9): "returned", (1, 1): "replayed", (1, 2): "replayed"}
    first, second = summary["partitions"]
    assert first == {"partition": 0, "from": 4, "before": 4, "deletable": 4, "deleted": 4, "kept": 6, "held_by": "pending",
                     "first_seen": letters.iso(letters.START_MS), "last_seen": letters.iso(letters.START_MS + 6 * HOUR)}
    assert second == {"partition": 1, "from": 0, "before": 0, "deletable": 0, "deleted": 0, "kept": 10, "held_by": "pending",
                      "first_seen": None, "last_seen": None}
    ledgers.resolve(broker, name, [(0, 4), (1, 0)])
    assert numbers(purge(name)) == (5, 5, 11, 5)
    assert begins(broker, name) == {0: 6, 1: 3}


def test_all_of_it(broker, dlq, purge, run):
    name = dlq(6, 3)
    ledgers.resolve(broker, name, [(n % 3, n // 3) for n in range(6)])
    assert numbers(purge(name)) == (6, 6, 0, 6)
    assert left(broker, name) == [] and ledgers.entries(broker, name) == {} and begins(broker, name) == {n: 2 for n in range(3)}
    result = run(args(broker, name, form="text"))
    assert (result.status, result.stdout) == (0, f"Nothing to purge: {name} is empty.\n"), str(result)
    # What comes next is nobody's yet.
    fill(broker, name, 3, 3)
    assert numbers(purge(name)) == (0, 0, 3, 0) and len(left(broker, name)) == 3
    assert run(letters.args(broker, name)).summary["pending"] == 3


def test_parked_ones_stay(broker, dlq, purge):
    """Nobody has said that they may go."""
    name = dlq(4)
    ledgers.resolve(broker, name, [(0, 0), (0, 2)])
    ledgers.resolve(broker, name, [(0, 1)], "parked")
    summary = purge(name)
    assert numbers(summary) == (1, 1, 3, 1) and summary["partitions"][0]["held_by"] == "parked"
    ledgers.resolve(broker, name, [(0, 1)], "discarded")
    assert numbers(purge(name)) == (2, 2, 1, 2) and left(broker, name) == [(0, 3)]


def test_nothing_is_done_with(broker, dlq, purge, run):
    name = dlq(3)
    assert numbers(purge(name)) == (0, 0, 3, 0)
    ledgers.resolve(broker, name, [(0, 1), (0, 2)])
    result = run(args(broker, name, form="text"))
    assert result.status == 0 and result.stdout == ("Nothing to purge: no partition begins with a message that is replayed "
                                                    "or discarded. 3 messages are kept.\n"), str(result)
    assert len(left(broker, name)) == 3 and len(ledgers.entries(broker, name)) == 2


def test_no_ledger_and_no_dlq(broker, topic, run):
    name = topic(1)
    fill(broker, name, 2)
    result = run(args(broker, name, form="text"))
    assert result.status == 0 and "Nothing to purge: there is no ledger" in result.stdout, str(result)
    assert run(args(broker, name)).summary["ledger"] is None and name + ledgers.SUFFIX not in broker.topics()
    result = run(args(broker, "nobody-has-this"))
    assert result.status == 5 and "there is no topic nobody-has-this" in result.stderr, str(result)
    assert result.summary["exit"] == 5 and "nobody-has-this" in result.summary["error"]


def test_dry_run(broker, dlq, purge, run):
    name = dlq(12, 2)
    ledgers.resolve(broker, name, [(0, n) for n in range(4)] + [(1, 0), (1, 2)])
    before = begins(broker, name), ledgers.entries(broker, name)
    summary = purge(name, "--dry-run")
    assert numbers(summary) == (5, 0, 7, 0) and summary["dry_run"]
    result = run(args(broker, name, "--dry-run", form="text"))
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[1] == "0 4 2 2026-01-01 00:00 2026-01-01 06:00 offset 4 is pending".split(), str(result)
    assert lines[2] == "1 1 5 2026-01-01 01:00 2026-01-01 01:00 offset 1 is pending".split(), str(result)
    assert "Would delete 5 messages and keep 7 messages.\n" in result.stdout
    assert (begins(broker, name), ledgers.entries(broker, name)) == before
    result = run(args(broker, name, form="text"))
    assert "Deleted 5 messages and keep 7 messages.\nThe ledger took back 5 entries" in result.stdout, str(result)


def test_markers_and_gaps_hold_nobody_up(broker, dlq, purge):
    """What an aborted transaction has left, and the markers of both kinds, are no messages."""
    name = dlq(1)
    transactional = {"config": {"transactional.id": name}}
    fill(broker, name, 2, transaction="abort", **transactional)
    fill(broker, name, 2, transaction="commit", **transactional)
    assert left(broker, name) == [(0, 0), (0, 4), (0, 5)] and broker.offsets(name)[0][1] == 7
    ledgers.resolve(broker, name, [(0, 0), (0, 4)])
    summary = purge(name)
    assert numbers(summary) == (2, 2, 1, 2) and begins(broker, name) == {0: 5}
    ledgers.resolve(broker, name, [(0, 5)])
    assert numbers(purge(name)) == (1, 1, 0, 1) and begins(broker, name) == {0: 7}
    # Nothing but markers is left to go.
    fill(broker, name, 1, transaction="abort", **transactional)
    assert numbers(purge(name)) == (0, 0, 0, 0)


def test_what_is_not_committed_resolves_nothing(broker, dlq, purge):
    name = dlq(3)
    ledgers.resolve(broker, name, [(0, 0)], config={"transactional.id": name}, transaction="commit")
    ledgers.resolve(broker, name, [(0, 1)], config={"transactional.id": name}, transaction="abort")
    assert numbers(purge(name)) == (1, 1, 2, 1) and left(broker, name) == [(0, 1), (0, 2)]


def test_entries_of_what_has_gone_are_taken_back(broker, dlq, purge, run):
    """As a purge leaves them that is killed between the two, or the topic's retention."""
    name = dlq(10, 2)
    ledgers.resolve(broker, name, [(0, n) for n in range(4)] + [(1, 0), (1, 3)])
    ledgers.resolve(broker, name, [(0, 4)], "parked")
    broker.delete_records(name, 0, 5)
    broker.delete_records(name, 1, 1)
    result = run(args(broker, name, "--dry-run", form="text"))
    assert "The ledger would take back 6 entries" in result.stdout and len(ledgers.entries(broker, name)) == 7, str(result)
    assert numbers(purge(name)) == (0, 0, 4, 6)
    assert ledgers.entries(broker, name) == {(1, 3): "replayed"}
    assert numbers(purge(name)) == (0, 0, 4, 0)


def test_killed_between_the_two(broker, dlq, spawn, purge):
    """SIGKILL when messages have gone, and some of their entries have not: the next purge makes it good."""
    name, count = dlq(0), 2000
    fill(broker, name, count, step=1)
    ledgers.resolve(broker, name, [(0, n) for n in range(count - 1)])
    running = spawn(args(broker, name, "-X", "queue.buffering.max.messages=10", "-X", "linger.ms=100"))
    running.wait_for("messages to go", lambda: begins(broker, name)[0] > 0)
    running.kill()
    assert left(broker, name) == [(0, count - 1)] and len(ledgers.entries(broker, name)) > count // 2
    summary = purge(name)
    assert numbers(summary)[:3] == (0, 0, 1) and summary["entries_removed"] > count // 2
    assert left(broker, name) == [(0, count - 1)] and ledgers.entries(broker, name) == {}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_between_the_two(broker, dlq, spawn, purge, number):
    name, count = dlq(0), 1000
    fill(broker, name, count, step=1)
    ledgers.resolve(broker, name, [(0, n) for n in range(count)])
    running = spawn(args(broker, name, "-X", "queue.buffering.max.messages=10", "-X", "linger.ms=100"))
    running.wait_for("messages to go", lambda: begins(broker, name)[0] > 0)
    running.signal(number)
    result = running.wait(20)
    assert result.status == result.summary["exit"] == 128 + number and "stopped" in result.stderr, str(result)
    assert result.summary["deleted"] == count and ledgers.entries(broker, name), str(result)
    purge(name)
    assert ledgers.entries(broker, name) == {}


def test_a_ledger_that_can_t_be_relied_on(broker, dlq, run):
    name = dlq(3)
    ledgers.resolve(broker, name, [(0, 0)])
    produce(broker, name + ledgers.SUFFIX, [{"partition": 0, "key": b"0:1", "value": b"SECRET"}])
    result = run(args(broker, name))
    assert result.status == 5 and "what is no entry of it" in result.stderr and "SECRET" not in result.stderr, str(result)
    produce(broker, name + ledgers.SUFFIX, [ledgers.entry(0, 1), ledgers.entry(0, 3)])
    result = run(args(broker, name))
    assert result.status == 5 and "deleted and created again" in result.stderr, str(result)
    assert len(left(broker, name)) == 3


def test_a_compacted_dlq(broker, dlq, run):
    name = dlq(2, config={"cleanup.policy": "compact"})
    ledgers.resolve(broker, name, [(0, 0)])
    result = run(args(broker, name))
    assert result.status == 5 and "cleanup.policy is compact alone" in result.stderr, str(result)
    assert result.summary["deleted"] == 0 and ledgers.entries(broker, name)


def test_without_a_terminal_it_wants_yes(broker, dlq, run):
    name = dlq(1)
    ledgers.resolve(broker, name, [(0, 0)])
    result = run(["dlq-purge", "-b", broker.bootstrap, "-t", name], stdin="y\n")
    assert result.status == 2 and "pass --yes" in result.stderr and not result.out, str(result)
    assert len(left(broker, name)) == 1


@pytest.mark.parametrize("answer, gone", [("n", False), ("", False), ("y", True), ("YES", True)])
def test_it_asks(broker, dlq, redrive, answer, gone):
    name = dlq(2)
    ledgers.resolve(broker, name, [(0, 0)])
    ours, theirs = pty.openpty()
    with process.start([redrive, "dlq-purge", "-b", broker.bootstrap, "-t", name], stdin=theirs, stdout=subprocess.PIPE,
                       stderr=theirs, env=environment()) as running:
        os.close(theirs)
        os.write(ours, answer.encode() + b"\n")
        out = running.stdout.read().decode()
        assert running.wait(60) == 0, out
    asked = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody holds its other end
        while chunk := os.read(ours, 4096):
            asked += chunk
    os.close(ours)
    assert (f"Delete 1 message of {name}, which failed from 2026-01-01 00:00 to 2026-01-01 00:00 UTC, replayed or discarded? "
            "They can't be had back. [y/N]") in asked.decode()
    assert ("Nothing was deleted.\n" in out) is not gone
    assert begins(broker, name) == {0: 1 if gone else 0} and len(ledgers.entries(broker, name)) == (0 if gone else 1)


@pytest.fixture
def alice(secured, run, tmp_path):
    """Purges as alice, who may do what ACLs let her; they are gone afterwards."""
    config = orders.config_file(tmp_path / "client.properties", sasl_properties(secured, ALICE, ALICE_PASSWORD))
    yield lambda topic: run(["dlq-purge", "-F", config, "-t", topic, "--yes", "--summary", "json"])
    secured.acl_clear()


def test_permissions(secured, dlq, alice):
    """One by one; what could be deleted, but not taken back, is made good by the next."""
    name = dlq(3, on=secured)
    ledgers.resolve(secured, name, [(0, 0), (0, 1)])

    def lacks(operation, of):
        result = alice(name)
        grant = f"kafka-acls --add --allow-principal User:{ALICE} --operation {operation} --topic {of}"
        assert result.status == 5 and result.summary["exit"] == 5 and grant in result.stderr, str(result)
        assert result.seconds < 30
        secured.acl_add(ALICE, operation.upper(), "TOPIC", of)
        return result

    ledger = name + ledgers.SUFFIX
    for operation, of in ("Describe", ledger), ("Read", ledger), ("Describe", name), ("Read", name):
        lacks(operation, of)
    assert lacks("Delete", name).summary["deleted"] == 0 and len(left(secured, name)) == 3
    assert lacks("Write", ledger).summary["deleted"] == 2 and left(secured, name) == [(0, 2)]
    assert len(ledgers.entries(secured, name)) == 2
    result = alice(name)
    assert result.status == 0 and numbers(result.summary) == (0, 0, 1, 2), str(result)
    assert ledgers.entries(secured, name) == {}


def test_broker_down(run):
    with orders.nobody() as address:
        result = run(["dlq-purge", "-b", address, "-t", "orders.dlq", "--yes"])
        assert result.status == 5 and result.seconds < 15 and f"no broker answers at {address}" in result.stderr, str(result)


def test_the_object_is_one_line(broker, dlq, run):
    name = dlq(1)
    assert json.loads(run(args(broker, name)).stdout)["command"] == "dlq-purge"
    assert not run(args(broker, name, form="none")).out
