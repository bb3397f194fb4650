"""Selections may overlap, and what is done with is done with."""

import json

import letters
import pytest
import replays

from harness.witness import consume, produce

KINDS = ["MISSING_FIELD", "INVALID_TIMESTAMP", "_MSG_TIMED_OUT"]
COUNT = 60


@pytest.fixture
def filled(broker, topic):
    """A topic, and its DLQ with as many letters of each kind."""
    name, dlq = topic(), topic(2)
    produce(broker, dlq, [letters.letter(kind=KINDS[n % 3], topic=name, partition=n % 2, key=b"k%d" % (n % 4),
                                         value=b'{"n":%d}' % n) for n in range(COUNT)])
    yield name, dlq
    if f"{dlq}.resolved" in broker.topics():
        broker.delete_topic(f"{dlq}.resolved")


def found(broker, name):
    """Numbers of the letters that a topic has, sorted."""
    return sorted(json.loads(r.value)["n"] for r in replays.read(broker, name))


def entries(broker, dlq):
    """{(partition, offset): what the ledger says of it}."""
    records = replays.read(broker, f"{dlq}.resolved")
    assert all(int(r.key.split(b":")[0]) == r.partition for r in records)
    return {tuple(map(int, r.key.split(b":"))): json.loads(r.value) for r in records}


def test_some_and_then_all(broker, filled, run):
    name, dlq = filled
    first = run(replays.args(broker, dlq, "--where", f"error-type={KINDS[0]}"))
    assert first.status == 0, str(first)
    replays.numbers(first, delivered=20, skipped=40)
    assert found(broker, name) == list(range(0, COUNT, 3))
    second = run(replays.args(broker, dlq))
    assert second.status == 0, str(second)
    replays.numbers(second, delivered=40, already_resolved=second.summary["records"]["already_resolved"])
    assert found(broker, name) == list(range(COUNT))
    third = run(replays.args(broker, dlq))
    assert third.status == 0 and "Nothing to do" in third.stderr, str(third)
    assert found(broker, name) == list(range(COUNT))
    said = entries(broker, dlq)
    assert len(said) == COUNT and {(e["status"], e["to"]) for e in said.values()} == {("replayed", name)}


def test_discarded_ones_are_left_out(broker, filled, run):
    name, dlq = filled
    discarded = run(replays.args(broker, dlq, "--where", f"error-type={KINDS[1]}", "--reason", "too \"old\" €",
                                 command="dlq-discard"))
    assert discarded.status == 0 and "20 messages are discarded" in discarded.stderr, str(discarded)
    replays.numbers(discarded, discarded=20, skipped=40)
    assert discarded.summary["command"] == "dlq-discard"
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    assert found(broker, name) == [n for n in range(COUNT) if n % 3 != 1]
    reasons = {e["reason"] for e in entries(broker, dlq).values() if e["status"] == "discarded"}
    assert reasons == {"too \"old\" €"}


def test_offsets_and_limit(broker, filled, run):
    name, dlq = filled
    result = run(replays.args(broker, dlq, "--offsets", "1:10:20"))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=10)
    assert found(broker, name) == list(range(21, 41, 2))
    result = run(replays.args(broker, dlq, "--limit", "5"))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=5)
    assert found(broker, name) == sorted([*range(21, 41, 2), 0, 2, 4, 6, 8])
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    assert found(broker, name) == list(range(COUNT))


def test_without_a_ledger(broker, filled, run):
    """The group's offsets are enough for what is whole, and refused for what isn't."""
    name, dlq = filled
    refused = run(replays.args(broker, dlq, "--no-ledger", "--where", "offset<3"))
    assert refused.status == 2 and "--no-ledger is for replays of all" in refused.stderr, str(refused)
    for delivered in (COUNT, 0):
        result = run(replays.args(broker, dlq, "--no-ledger"))
        assert result.status == 0, str(result)
        replays.numbers(result, delivered=delivered)
    assert found(broker, name) == list(range(COUNT))
    assert f"{dlq}.resolved" not in broker.topics()


def test_without_the_ledger_that_is_there(broker, filled, run):
    """What it says is done with would be sent again."""
    name, dlq = filled
    assert run(replays.args(broker, dlq, "--where", f"error-type={KINDS[0]}")).status == 0
    refused = run(replays.args(broker, dlq, "--no-ledger"))
    assert refused.status == 5 and "has a ledger" in refused.stderr, str(refused)
    assert len(found(broker, name)) == COUNT // 3


def test_two_that_want_something_else(broker, filled, spawn, run):
    """The younger refuses, and says why; the older goes on."""
    name, dlq = filled
    older = spawn(replays.args(broker, dlq, "--rate", "5"))
    older.wait_for("a share", lambda: replays.shares(broker, dlq) == [2], 30)
    younger = run(replays.args(broker, dlq, "--where", "offset>0"))
    assert younger.status == 5, str(younger)
    assert "another redrive works on this DLQ with another selection" in younger.stderr, str(younger)
    assert older.wait(60).status == 0
    assert found(broker, name) == list(range(COUNT))


def test_an_empty_dlq(broker, topic, run):
    dlq = topic(2)
    result = run(replays.args(broker, dlq))
    assert result.status == 0 and "Nothing to do" in result.stderr, str(result)
    replays.numbers(result)
    broker.delete_topic(f"{dlq}.resolved")


def test_no_dlq(broker, run):
    result = run(replays.args(broker, "no-such-dlq"))
    assert result.status == 5 and "there is no topic no-such-dlq" in result.stderr, str(result)


def test_not_selected(broker, filled, run):
    name, dlq = filled
    result = run(replays.args(broker, dlq, "--where", "offset>1000"))
    assert result.status == 0, str(result)
    assert f"none of the {COUNT} messages pending in {dlq} is selected" in result.stderr, str(result)
    assert consume(broker, name) == []
