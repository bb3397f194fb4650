"""Dead letter queues to be replayed: fills them as loads do, and judges what comes of it."""

import orders

from harness import process
from harness.admin import AdminError
from harness.witness import consume

KILLED = 128 + 9
# Whoever is killed keeps others waiting for no longer than the broker lets it.
SHORT = ["-X", "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=500",
         "-X", "transaction.timeout.ms=5000", "-X", "message.timeout.ms=4000"]


def args(broker, dlq, *more, command="replay-dlq"):
    """Arguments that replay a DLQ."""
    return [command, "-b", broker.bootstrap, "-t", dlq, "--summary", "json", *map(str, more)]


def fill(broker, topic, run, path, count, partitions=6):
    """Loads orders into a topic that is not there, so that all become dead letters; its name and the DLQ's."""
    dlq = topic(partitions, suffix=".dlq")
    name = dlq.removesuffix(".dlq")
    orders.write(path, count)
    result = run(orders.args(broker, name, path, dlq=dlq), timeout=120)
    assert result.status == 3 and result.summary["records"]["dead_lettered"] == count, str(result)
    return name, dlq


def numbers(result, **expected):
    """The counts of a run, of which these must be so and all must add up; the others are 0 unless they are told."""
    records = result.summary["records"]
    ended = ("delivered", "dead_lettered", "fallback", "rejected", "pending", "parked", "discarded")
    assert records["read"] == sum(records[name] for name in ended), str(result)
    known = {name: records[name] for name in (*ended, "skipped", "already_resolved")}
    assert known == dict.fromkeys(known, 0) | expected, str(result)
    return records


def wait_until_settled(broker, name):
    """Returns when no transaction is open in a topic."""
    process.wait_until(f"no open transaction in {name}",
                       lambda: broker.offsets(name) == broker.offsets(name, "read_uncommitted"), 60, 0.1)


def read(broker, name):
    """What a reader of committed records sees once all transactions are over."""
    wait_until_settled(broker, name)
    return consume(broker, name)


def shares(broker, dlq):
    """How many partitions each worker on a DLQ has."""
    try:
        return sorted(len(member["partitions"]) for member in broker.group(f"redrive.{dlq}")["members"])
    except AdminError as why:
        if why.code == "GroupIdNotFoundException":
            return []
        raise
