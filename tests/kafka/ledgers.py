"""Ledgers of DLQs, as lib/resolved/entry.h has them, written by Java's producer."""

import json

from harness.witness import consume, produce

SUFFIX = ".resolved"


def create(broker, dlq, partitions=1):
    """The ledger's topic; who deletes the DLQ deletes it, too."""
    return broker.create_topic(dlq + SUFFIX, partitions, {"cleanup.policy": "compact"})


def entry(partition, offset, status="replayed", to="orders.created"):
    """A record that says what has become of a dead letter; status None takes that back."""
    value = {"status": status, "to": to, "at": "2026-01-02T03:04:05.678Z", "by": "host:4711"}
    return {"partition": partition, "key": b"%d:%d" % (partition, offset),
            "value": None if status is None else json.dumps(value, separators=(",", ":")).encode()}


def resolve(broker, dlq, places, status="replayed", **how):
    """Says of [(partition, offset)] what has become of them."""
    produce(broker, dlq + SUFFIX, [entry(partition, offset, status) for partition, offset in places], **how)


def entries(broker, dlq):
    """{(partition, offset): status}: what the ledger says, whatever stands in it and is taken back."""
    said = {}
    for record in consume(broker, dlq + SUFFIX):
        partition, offset = map(int, record.key.split(b":"))
        assert partition == record.partition
        said[partition, offset] = record.value and json.loads(record.value)["status"]
    return {place: status for place, status in said.items() if status}
