"""What may go wrong while a DLQ is replayed or discarded: rights that are missing, topics that vanish, brokers that go
away, workers that come and go. Nothing is lost or sent twice, and the words say what to do."""

import re
import signal

import letters
import orders
import pytest
import replays

from harness.secured import ALICE, ALICE_PASSWORD, sasl_properties
from harness.witness import produce

# A missing right is told at once, not after retries; sanitizers and a busy machine have their time, too.
AT_ONCE_S = 15
GRANT = re.compile(r"grant it: kafka-acls --add --allow-principal User:(\S+) --operation (\w+)"
                   r"( --resource-pattern-type prefixed)?((?: --[a-z-]+ [\w.-]+)+)")
LARGE = b'{"n":"%s"}' % (b"x" * 6000)


def values(numbers):
    return [b'{"n":%d}' % n for n in numbers]


@pytest.fixture
def filled(broker, topic):
    """Makes a DLQ of so many letters, in turn in its partitions; the topics that they belong to in turn, then the DLQ."""
    made = []

    def make(count, partitions=6, topics=1, on=broker, config=None):
        names, dlq = [topic(on=on, config=config) for _ in range(topics)], topic(partitions, on=on)
        made.append((on, dlq))
        add(on, dlq, names, range(count), partitions)
        return *names, dlq
    yield make
    for on, dlq in made:
        if on.running and f"{dlq}.resolved" in on.topics():
            on.delete_topic(f"{dlq}.resolved")


def add(broker, dlq, names, numbers, partitions=6, **how):
    produce(broker, dlq, [letters.letter(topic=names[n // partitions % len(names)], partition=n % partitions, key=b"k%d" % n,
                                         value=b'{"n":%d}' % n) for n in numbers], **how)


def sent(broker, name):
    """Values in a topic, of committed records."""
    return [record.value for record in replays.read(broker, name)]


def written(broker, name):
    return sum(end - first for first, end in broker.offsets(name).values())


def wait_for_some(broker, name, running, count=20):
    running.wait_for(f"{count} messages", lambda: written(broker, name) >= count, 60)


def errors(result):
    return "\n".join(line for line in result.stderr.splitlines() if " ERROR " in line)


# Rights that are missing.


@pytest.fixture
def alice(secured, run, tmp_path):
    """alice(dlq, *options): runs as alice, who may do what ACLs let her; they are gone afterwards."""
    config = orders.config_file(tmp_path / "client.properties", sasl_properties(secured, ALICE, ALICE_PASSWORD))
    yield lambda dlq, *more, command="replay-dlq", start=run: start([command, "-F", config, "-t", dlq, "--summary", "json",
                                                                     *more])
    secured.acl_clear()


def grant_as_told(secured, result):
    """Does what the one error of a run says; [(operation, kind of resource, its name)]."""
    assert result.status == 5 and result.seconds < AT_ONCE_S, str(result)
    ((who, operation, prefixed, resources),) = GRANT.findall(errors(result))
    assert who == ALICE, str(result)
    granted = [(operation, kind, name) for kind, name in re.findall(r"--(\S+) (\S+)", resources)]
    for _, kind, name in granted:
        secured.acl_add(who, operation.upper(), kind.replace("-", "_").upper(), name,
                        "PREFIXED" if prefixed else "LITERAL")
    return granted


def follow(secured, topic, start):
    """Runs, and does as it is told, until nothing is missing any more; what was granted, what was sent until then, how
    it ended."""
    granted, delivered = [], 0
    before = len(sent(secured, topic))
    while (result := start()).status not in (0, 3):
        granted += grant_as_told(secured, result)
        delivered += result.summary["records"]["delivered"]
        assert len(sent(secured, topic)) == before + delivered, str(result)
        assert len(set(granted)) == len(granted), f"it was told before\n{result}"
    return set(granted), delivered, result


def rights(dlq, name):
    """What a replay needs in any case."""
    return {("Describe", "topic", dlq), ("Read", "topic", dlq), ("Read", "group", f"redrive.{dlq}"),
            ("Write", "transactional-id", f"redrive.{dlq}."), ("Write", "topic", name)}


def test_rights_one_by_one(secured, filled, alice):
    """Each is told with the command that grants it; when all are granted the same command goes on to the end."""
    name, dlq = filled(12, on=secured)
    ledger = f"{dlq}.resolved"
    # What may be described, and not be written, shows only when it is tried.
    secured.acl_add(ALICE, "DESCRIBE", "TOPIC", name)
    granted, before, result = follow(secured, name, lambda: alice(dlq))
    assert granted == rights(dlq, name) | {(operation, "topic", ledger) for operation in ("Describe", "Create", "Write")}
    assert before == 0
    replays.numbers(result, delivered=12)
    add(secured, dlq, [name], range(12, 24))
    granted, before, result = follow(secured, name, lambda: alice(dlq))
    assert granted == {("Read", "topic", ledger)} and before == 0
    replays.numbers(result, delivered=12)
    assert sorted(sent(secured, name)) == sorted(values(range(24)))


def test_rights_without_a_ledger(secured, filled, alice):
    """None on the ledger; to write into the DLQ only when something comes back: what the topics take isn't known."""
    name, dlq = filled(12, on=secured, config={"max.message.bytes": 5000})
    produce(secured, dlq, [letters.letter(topic=name, partition=0, key=b"large", value=LARGE)])
    secured.acl_add(ALICE, "DESCRIBE", "GROUP", f"redrive.{dlq}")
    granted, before, result = follow(secured, name, lambda: alice(dlq, "--no-ledger"))
    assert granted == rights(dlq, name) | {("Write", "topic", dlq)}
    assert result.status == 3, str(result)
    replays.numbers(result, delivered=12 - before, dead_lettered=1)
    assert sorted(sent(secured, name)) == sorted(values(range(12)))
    assert f"{dlq}.resolved" not in secured.topics()


def test_discarding_needs_no_right_on_destinations(secured, filled, alice):
    name, dlq = filled(12, on=secured)
    ledger = f"{dlq}.resolved"
    granted, _, result = follow(secured, name, lambda: alice(dlq, command="dlq-discard"))
    assert granted == rights(dlq, name) - {("Write", "topic", name)} | {
        (operation, "topic", ledger) for operation in ("Describe", "Create", "Write")}
    replays.numbers(result, discarded=12)
    assert sent(secured, name) == []


def test_rights_taken_away(secured, filled, alice, spawn):
    """In mid-run: the same command goes on when they are given back."""
    name, dlq = filled(400, on=secured)
    needed = rights(dlq, name) | {(operation, "topic", f"{dlq}.resolved") for operation in ("Read", "Create", "Write")}

    def give():
        for operation, kind, of in needed:
            secured.acl_add(ALICE, operation.upper(), kind.replace("-", "_").upper(), of,
                            "PREFIXED" if kind == "transactional-id" else "LITERAL")
    give()
    running = alice(dlq, *replays.SHORT, "--rate", "50", start=spawn)
    wait_for_some(secured, name, running)
    secured.acl_clear()
    result = running.wait(AT_ONCE_S)
    assert result.status == 5 and "kafka-acls --add" in errors(result), str(result)
    count = replays.numbers(result, delivered=len(sent(secured, name)))["delivered"]
    give()
    result = alice(dlq)
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=400 - count)
    assert sorted(sent(secured, name)) == sorted(values(range(400)))


# Topics that vanish.


@pytest.fixture
def halfway(broker, filled, spawn):
    """A replay of 500 letters that is at work, and will be for some seconds; its process, the topics, the DLQ."""
    def start(topics=1, count=500):
        *names, dlq = filled(count, topics=topics)
        running = spawn(replays.args(broker, dlq, *replays.SHORT, "--rate", "50"))
        wait_for_some(broker, names[0], running)
        return running, *names, dlq
    return start


def test_the_ledger_is_deleted(broker, halfway, run):
    """It sends nothing more. The group's offsets tell of all that came first, so the same command goes on."""
    running, name, dlq = halfway()
    ledger = f"{dlq}.resolved"
    broker.delete_topic(ledger)
    result = running.wait(60)
    assert result.status == 5 and f"the ledger {ledger}" in errors(result), str(result)
    count = replays.numbers(result, delivered=len(sent(broker, name)))["delivered"]
    assert 0 < count < 500
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=500 - count)
    assert sorted(sent(broker, name)) == sorted(values(range(500)))


def test_a_destination_is_deleted(broker, halfway, run):
    """What belongs there stays pending until it is there again; what belongs elsewhere goes on."""
    running, name, other, dlq = halfway(topics=2)
    others = [n for n in range(500) if n // 6 % 2]
    mine = [n for n in range(500) if n not in others]
    broker.delete_topic(other)
    result = running.wait(60)
    assert result.status == 3 and result.summary["errors"].keys() == {"UNKNOWN_TOPIC_OR_PART"}, str(result)
    assert f"there is no topic {other}" in result.stderr, str(result)
    left = result.summary["records"]["pending"]
    replays.numbers(result, delivered=500 - left, pending=left)
    assert sorted(sent(broker, name)) == sorted(values(mine))
    assert 0 < left < len(others)
    broker.create_topic(other)
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=left, already_resolved=result.summary["records"]["already_resolved"])
    assert set(sent(broker, other)) <= set(values(others)) and len(set(sent(broker, other))) == left


def test_the_dlq_is_deleted(broker, halfway, run):
    running, name, dlq = halfway()
    broker.delete_topic(dlq)
    result = running.wait(60)
    assert result.status == 5 and f"the topic {dlq} was deleted" in errors(result), str(result)
    count = replays.numbers(result, delivered=len(sent(broker, name)))["delivered"]
    assert 0 < count < 500
    result = run(replays.args(broker, dlq))
    assert result.status == 5 and f"there is no topic {dlq}" in errors(result), str(result)


# Brokers that go away.


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_broker_goes_away_for_a_while(own_broker, filled, spawn, how):
    """It says that it waits, goes on by itself, and each message is sent once."""
    name, dlq = filled(1000, on=own_broker)
    running = spawn(replays.args(own_broker, dlq, *replays.SHORT, "--rate", "200"))
    wait_for_some(own_broker, name, running)
    getattr(own_broker, how)()
    running.wait_for("a word", lambda: "The cluster has not answered for 5 s: waiting for it" in running.stderr
                     or "Retry 1/" in running.stderr, 30)
    own_broker.start()
    result = running.wait(60)
    assert result.status == 0, str(result)
    assert sorted(sent(own_broker, name)) == sorted(values(range(1000)))
    replays.numbers(result, delivered=1000)


# Workers that come and go.


def test_a_second_worker_joins(broker, filled, spawn):
    """Both end when all is done, and their summaries add up to the whole."""
    name, dlq = filled(900)
    given = replays.args(broker, dlq, *replays.SHORT, "--rate", "100")
    first = spawn(given)
    wait_for_some(broker, name, first)
    second = spawn(given)
    first.wait_for("two shares", lambda: replays.shares(broker, dlq) == [3, 3])
    results = [first.wait(60), second.wait(60)]
    delivered = [result.summary["records"]["delivered"] for result in results]
    for result, count in zip(results, delivered):
        assert result.status == 0 and count > 0, str(result)
        replays.numbers(result, delivered=count)
    assert sum(delivered) == 900, "\n".join(map(str, results))
    assert sorted(sent(broker, name)) == sorted(values(range(900)))


def test_one_of_two_is_told_to_stop(broker, filled, spawn):
    """The other one takes over at once, without waiting for a session's timeout."""
    name, dlq = filled(600)
    given = replays.args(broker, dlq, "-X", "session.timeout.ms=40000", "--rate", "50")
    stopped, steady = spawn(given), spawn(given)
    steady.wait_for("two shares", lambda: replays.shares(broker, dlq) == [3, 3])
    wait_for_some(broker, name, steady)
    stopped.signal(signal.SIGTERM)
    result = stopped.wait(15)
    steady.wait_for("all of it", lambda: replays.shares(broker, dlq) == [6], 20)
    assert result.status == 128 + signal.SIGTERM and "the same command goes on" in result.stderr, str(result)
    count = replays.numbers(result, delivered=result.summary["records"]["delivered"])["delivered"]
    result = steady.wait(60)
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=600 - count)
    assert sorted(sent(broker, name)) == sorted(values(range(600)))


# What stands in a DLQ besides messages.


def test_gaps(broker, filled, run):
    """Markers of transactions, what was aborted, and a beginning that was deleted: the end is reached, and committed."""
    name, dlq = filled(60)
    transactional = {"config": {"transactional.id": dlq}}
    add(broker, dlq, [name], range(1000, 1030), partitions=5, transaction="abort", **transactional)
    add(broker, dlq, [name], range(60, 90), partitions=5, transaction="commit", **transactional)
    add(broker, dlq, [name], range(1030, 1060), transaction="abort", **transactional)
    broker.delete_records(dlq, 0, 5)
    broker.delete_records(dlq, 5, broker.offsets(dlq)[5][1])
    expected = [n for n in range(60) if n % 6 != 5 and (n % 6 or n >= 30)] + list(range(60, 90))
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=len(expected))
    assert sorted(sent(broker, name)) == sorted(values(expected))
    ends = {(dlq, partition): end for partition, (_, end) in broker.offsets(dlq, "read_uncommitted").items()}
    offsets = broker.group_offsets(f"redrive.{dlq}")
    assert {place: offset for place, (offset, _) in offsets.items()} == ends
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    replays.numbers(result)


def test_the_prefix_ends_where_something_stays(broker, filled, run):
    """And no further, though all is read."""
    name, dlq = filled(12, partitions=1)
    result = run(replays.args(broker, dlq, "--where", "offset!=4"))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=11, skipped=1)
    assert broker.group_offsets(f"redrive.{dlq}")[dlq, 0][0] == 4
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=1, already_resolved=7)
    assert broker.group_offsets(f"redrive.{dlq}")[dlq, 0][0] == 12
    assert sorted(sent(broker, name)) == sorted(values(range(12)))


# What is told.


def test_metrics(broker, filled, run, tmp_path):
    """Of both commands: the numbers of the summary."""
    name, dlq = filled(10, partitions=1)
    produce(broker, dlq, [letters.letter(topic="no-such-topic", key=b"lost")])
    result = run(replays.args(broker, dlq, "--metrics-file", "replay.prom"))
    assert result.status == 3, str(result)
    told = samples(tmp_path / "replay.prom", "replay-dlq", dlq)
    assert told["records_read_total"] == 11 and told["exit_status"] == 3
    assert told['records_total{outcome="delivered"}'] == 10 and told['records_total{outcome="pending"}'] == 1
    assert told['errors_total{code="UNKNOWN_TOPIC_OR_PART"}'] == 1
    result = run(replays.args(broker, dlq, "--metrics-file", "discard.prom", command="dlq-discard"))
    assert result.status == 0, str(result)
    told = samples(tmp_path / "discard.prom", "dlq-discard", dlq)
    assert told["records_read_total"] == 1 and told["exit_status"] == 0
    assert told['records_total{outcome="discarded"}'] == 1 and told['records_total{outcome="delivered"}'] == 0


def samples(path, command, topic):
    """What a file for Prometheus says, by name and what other labels there are; all must have these two."""
    told = {}
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(r'redrive_(\w+){command="%s",topic="%s",?(.*)} (\S+)' % (command, topic),
                                           line).groups()
        told[f"{name}{{{labels}}}" if labels else name] = float(value)
    return told


def test_discarded_again(broker, filled, run):
    """The second time does nothing; nor does a replay."""
    name, dlq = filled(12)
    first = run(replays.args(broker, dlq, "--reason", "tests", command="dlq-discard"))
    assert first.status == 0, str(first)
    replays.numbers(first, discarded=12)
    for command in "dlq-discard", "replay-dlq":
        result = run(replays.args(broker, dlq, command=command))
        assert result.status == 0 and "Nothing to do" in result.stderr, str(result)
        replays.numbers(result)
    assert len(replays.read(broker, f"{dlq}.resolved")) == 12
    assert sent(broker, name) == []
