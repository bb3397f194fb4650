"""What can't be sent back harms only itself: it stays, it comes back, or it is parked, and the log says why."""

import json
import os
import stat
import time

import conventions
import letters
import pytest
import replays

from harness.witness import consume, produce


@pytest.fixture
def filled(broker, topic):
    """Makes a DLQ of given letters, in one partition; its name."""
    names = []

    def make(*records):
        names.append(topic(1))
        produce(broker, names[-1], [{**record, "partition": 0} for record in records])
        return names[-1]
    yield make
    for name in names:
        if f"{name}.resolved" in broker.topics():
            broker.delete_topic(f"{name}.resolved")


def values(broker, name):
    return [r.value for r in replays.read(broker, name)]


def replay(broker, run, dlq, status, *more, **expected):
    """Runs it once; the result, whose status and numbers are these."""
    result = run(replays.args(broker, dlq, *more))
    assert result.status == status, str(result)
    replays.numbers(result, **expected)
    return result


@pytest.mark.parametrize("known", [True, False], ids=["its limit is known", "a broker says so"])
def test_too_large_three_times(broker, topic, run, filled, known):
    """The others go; it comes back, each time with its count raised, and is parked in the end."""
    name = topic(config={"max.message.bytes": 5000})
    large, small = b'{"n":"%s"}' % (b"x" * 6000), [b'{"n":%d}' % n for n in range(10)]
    dlq = filled(*[letters.letter(topic=name, key=b"k%d" % n, value=large if n == 3 else small[n]) for n in range(10)])
    blind = [] if known else ["-X", "compression.codec=gzip"]
    first = replay(broker, run, dlq, 3, *blind, delivered=9, dead_lettered=1)
    assert f"{dlq} 0:3: MSG_SIZE_TOO_LARGE" in first.stderr and "back to the end of the DLQ" in first.stderr
    for count in (1, 2, 3):
        last = replays.read(broker, dlq)[-1]
        said = dict(last.headers)
        assert len(said) == len(last.headers) and said["replay-count"] == b"%d" % count
        assert (last.value, said["error-type"], said["original-topic"]) == (large, b"MSG_SIZE_TOO_LARGE", name.encode())
        expected = {"dead_lettered": 1} if count < 3 else {"parked": 1}
        replay(broker, run, dlq, 3, *blind, **expected)
    again = replay(broker, run, dlq, 0, already_resolved=1)
    assert "nothing is pending" in again.stderr
    assert sorted(values(broker, name)) == sorted(v for n, v in enumerate(small) if n != 3)
    broker.set_topic_config(name, {"max.message.bytes": "100000"})
    replay(broker, run, dlq, 0, "--max-replays", "4", delivered=1)
    assert large in values(broker, name)


def test_parked_ones_can_be_discarded(broker, topic, run, filled):
    name = topic()
    dlq = filled(letters.letter(topic=name, more=[("replay-count", b"3")]), letters.letter(topic=name))
    replay(broker, run, dlq, 3, delivered=1, parked=1)
    result = run(replays.args(broker, dlq, command="dlq-discard"))
    assert result.status == 0, str(result)
    replays.numbers(result, discarded=1, already_resolved=1)
    assert broker.group_offsets(f"redrive.{dlq}")[dlq, 0][0] == broker.offsets(dlq)[0][1]


def test_a_letter_that_comes_back_keeps_what_it_was(broker, topic, run, filled):
    """The time of the original, and where it came from, whatever topic it was to go to."""
    name, other = topic(), topic(config={"max.message.bytes": "5000"})
    at, large = 1_600_000_000_123, b'{"n":"%s"}' % (b"x" * 6000)
    dlq = filled({"ts": at + 1000, "key": b"a", "value": large, "headers": conventions.spring_exception() +
                  conventions.spring_original(topic=name, timestamp=at) + conventions.GROUP})
    replay(broker, run, dlq, 3, "--to", other, dead_lettered=1)
    replay(broker, run, dlq, 0, delivered=1)
    (record,) = replays.read(broker, name)
    assert (record.ts, record.value, record.headers) == (at, large, [])


def test_what_the_dlq_does_not_take_either(broker, topic, run, filled):
    """It stays, and the others go; a few of them, and all of them too large for their topic, are no endless story."""
    name = topic(config={"max.message.bytes": "3000"})
    dlq = filled(*[letters.letter(topic=name, key=b"k%d" % n, value=b'{"n":"%s"}' % (b"x" * 4000)) for n in range(5)],
                 letters.letter(topic=name, key=b"small"))
    broker.set_topic_config(dlq, {"max.message.bytes": "3000"})
    replay(broker, run, dlq, 3, "-X", "compression.codec=none", delivered=1, pending=5)
    result = run(replays.args(broker, dlq, "--no-ledger"))
    assert result.status == 5 and "--no-ledger" in result.stderr, str(result)


def test_missing_destination(broker, topic, run, filled):
    """It stays until the topic is there."""
    name, other = topic(), topic()
    broker.delete_topic(other)
    dlq = filled(letters.letter(topic=other, key=b"a", value=b"1"), letters.letter(topic=name, key=b"b", value=b"2"),
                 letters.letter(topic=name, key=b"a", value=b"3"))
    result = replay(broker, run, dlq, 3, delivered=1, pending=2)
    assert result.summary["errors"] == {"UNKNOWN_TOPIC_OR_PART": 1, "KEY_HELD": 1}, str(result)
    assert f"{dlq} 0:0: UNKNOWN_TOPIC_OR_PART: there is no topic {other}; left pending" in result.stderr
    assert values(broker, name) == [b"2"]
    broker.create_topic(other)
    replay(broker, run, dlq, 0, delivered=2, already_resolved=1)
    assert values(broker, other) == [b"1"] and sorted(values(broker, name)) == [b"2", b"3"]
    broker.delete_topic(other)


def test_order_of_keys_may_be_given_up(broker, topic, run, filled):
    name, missing = topic(), topic()
    broker.delete_topic(missing)
    dlq = filled(letters.letter(topic=missing, key=b"a"), letters.letter(topic=name, key=b"a"))
    replay(broker, run, dlq, 3, "--keep-key-order", "no", delivered=1, pending=1)


def test_later_ones_follow_one_that_comes_back(broker, topic, run, filled):
    """All of a key that come behind it go to the end of the DLQ, too, as they are, so that their order holds."""
    name = topic(1, config={"max.message.bytes": 5000})
    large = b'{"n":"%s"}' % (b"x" * 6000)
    dlq = filled(letters.letter(topic=name, key=b"a", value=large), letters.letter(topic=name, key=b"a", value=b"1"),
                 letters.letter(topic=name, key=b"b", value=b"2"), letters.letter(topic=name, key=b"a", value=b"3"))
    before = consume(broker, dlq)
    replay(broker, run, dlq, 3, delivered=1, dead_lettered=3)
    after = [r for r in replays.read(broker, dlq) if r.offset > 3]
    assert [r.value for r in after] == [large, b"1", b"3"]
    assert [r.headers for r in after[1:]] == [before[1].headers, before[3].headers]
    broker.set_topic_config(name, {"max.message.bytes": "100000"})
    replay(broker, run, dlq, 0, delivered=3)
    assert values(broker, name) == [b"2", large, b"1", b"3"]


def test_no_json_is_still_none(broker, topic, run, filled):
    """What was refused on its way in doesn't get in by a side door."""
    name = topic()
    dlq = filled(letters.letter(topic=name, kind="INVALID_JSON", key=None, value=b'{"total":}'),
                 letters.letter(topic=name, kind="INVALID_CSV", key=None, value=b"1,2,n/a"),
                 letters.letter(topic=name, kind="MISSING_FIELD", key=None, value=b"{}"))
    result = replay(broker, run, dlq, 3, delivered=1, pending=2)
    assert result.summary["errors"] == {"INVALID_JSON": 2}, str(result)
    assert values(broker, name) == [b"{}"]


def test_back_into_the_dlq_itself(broker, topic, run, filled):
    name = topic()
    dlq = filled(letters.letter(topic=name))
    produce(broker, dlq, [letters.letter(topic=dlq, key=b"a"), letters.letter(topic="bad topic!", key=b"b")])
    result = replay(broker, run, dlq, 3, delivered=1, pending=2)
    assert result.summary["errors"] == {"NO_DESTINATION": 2}, str(result)


def test_too_many_failures(broker, topic, run, filled):
    name = topic()
    dlq = filled(*[letters.letter(topic="no-such" if n % 2 else name, key=b"k%d" % n) for n in range(20)])
    result = run(replays.args(broker, dlq, "--max-failures", "3"))
    assert result.status == 5 and "more than --max-failures allows" in result.stderr, str(result)
    replays.numbers(result, delivered=4, pending=4)
    assert len(values(broker, name)) == 4


def test_corrupt_ledger(broker, topic, run, filled):
    name = topic()
    dlq = filled(letters.letter(topic=name))
    broker.create_topic(f"{dlq}.resolved", 1, {"cleanup.policy": "compact"})
    produce(broker, f"{dlq}.resolved", [{"partition": 0, "key": b"0:0", "value": b"{\"status\":\"lost\"}"}])
    result = run(replays.args(broker, dlq))
    assert result.status == 5 and "partition 0 offset 0" in result.stderr, str(result)
    assert values(broker, name) == []
    produce(broker, f"{dlq}.resolved", [{"partition": 0, "key": b"0:0", "value": None}])
    replay(broker, run, dlq, 0, delivered=1)


def test_ledger_that_has_gone(broker, topic, run, filled):
    """Nobody knows then what was sent: it says so, and sends nothing."""
    name = topic()
    dlq = filled(*[letters.letter(topic=name, key=b"k%d" % n) for n in range(4)])
    replay(broker, run, dlq, 0, "--where", "offset>=2", delivered=2, skipped=2)
    broker.delete_topic(f"{dlq}.resolved")
    result = run(replays.args(broker, dlq))
    assert result.status == 5, str(result)
    assert f"its ledger {dlq}.resolved has gone" in result.stderr and "--create" in result.stderr, str(result)
    assert len(values(broker, name)) == 2


def test_ledger_of_another_dlq(broker, topic, run, filled):
    """The DLQ was deleted and made anew, its ledger not: what it says is about others."""
    name = topic()
    dlq = filled(*[letters.letter(topic=name, key=b"k%d" % n) for n in range(4)])
    replay(broker, run, dlq, 0, delivered=4)
    broker.delete_topic(dlq)
    broker.create_topic(dlq, 1)
    produce(broker, dlq, [letters.letter(topic=name, at=int(time.time() * 1000) + 300_000, value=b"new")])
    for more in [], ["--dry-run"]:
        result = run(replays.args(broker, dlq, *more))
        assert result.status == 5 and f"--delete --topic {dlq}.resolved" in result.stderr, str(result)
    assert len(values(broker, name)) == 4
    broker.delete_topic(f"{dlq}.resolved")
    replay(broker, run, dlq, 0, delivered=1)
    assert b"new" in values(broker, name)


def test_ledger_of_a_longer_dlq(broker, topic, run, filled):
    """It speaks of messages that aren't there, whenever those that are failed."""
    name = topic()
    dlq = filled(*[letters.letter(topic=name, key=b"k%d" % n) for n in range(4)])
    replay(broker, run, dlq, 0, delivered=4)
    broker.delete_topic(dlq)
    broker.create_topic(dlq, 1)
    produce(broker, dlq, [letters.letter(topic=name, value=b"new")])
    for more in [], ["--dry-run"]:
        result = run(replays.args(broker, dlq, *more))
        assert result.status == 5 and f"--delete --topic {dlq}.resolved" in result.stderr, str(result)
    assert len(values(broker, name)) == 4


def test_nothing_goes_into_the_ledger(broker, topic, run, filled):
    name = topic()
    dlq = filled(letters.letter(topic=name, key=b"a"))
    produce(broker, dlq, [letters.letter(topic=f"{dlq}.resolved", key=b"0:0"),
                          letters.letter(topic="__consumer_offsets", key=b"b")])
    replay(broker, run, dlq, 3, delivered=1, pending=2)
    for more in (["--to", f"{dlq}.resolved"], ["-t", f"{dlq}.resolved"]):
        result = run(replays.args(broker, dlq, *more))
        assert result.status == 2 and "is the ledger of a DLQ" in result.stderr, str(result)


def test_metrics_over_a_pipe(broker, run, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    result = run(replays.args(broker, "no-such-dlq", "--metrics-file", "pipe"))
    assert result.status == 2 and stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode), str(result)


def test_ledger_that_forgets(broker, topic, run, filled):
    name = topic()
    dlq = filled(letters.letter(topic=name))
    broker.create_topic(f"{dlq}.resolved", 1)
    result = run(replays.args(broker, dlq))
    assert result.status == 5 and "forgets entries" in result.stderr, str(result)
    assert json.loads(result.stdout)["records"]["read"] == 0


def test_ledger_grows_with_the_dlq(broker, topic, run, filled):
    name = topic()
    dlq = filled(letters.letter(topic=name))
    replay(broker, run, dlq, 0, delivered=1)
    broker.add_partitions(dlq, 3)
    produce(broker, dlq, [letters.letter(topic=name, partition=2, value=b"2")])
    replay(broker, run, dlq, 0, delivered=1, already_resolved=0)
    assert len(broker.offsets(f"{dlq}.resolved")) == 3
