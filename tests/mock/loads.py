"""What the tests of this tier load, and what they ask of every run."""

import collections
import json
import time
import zlib
from pathlib import Path

TOPIC = "orders.created"
DLQ = "orders.dlq"
CUSTOMERS = 7
# librdkafka's own three retries, unseen before each one of redrive's; by default 1 s apart.
INNER_RETRY = ("-X", "retry.backoff.ms=100")
SINKS = ("delivered", "dead_lettered", "fallback", "rejected")


def produce_args(brokers, dlq_brokers, *options) -> list[str]:
    """The arguments of a load of orders from standard input; each of the two is a cluster or an address."""
    addresses = [getattr(one, "bootstrap", one) for one in (brokers, dlq_brokers)]
    elsewhere = ["--dlq-brokers", addresses[1]] if dlq_brokers else []
    dlq = [] if "--no-dlq" in options else ["--dlq", DLQ]
    return ["produce", "-b", addresses[0], "-t", TOPIC, *dlq, *elsewhere, "-k", "customerId",
            "--summary", "json", "--log-format", "json", *INNER_RETRY, *options, "-"]


def order(number: int) -> str:
    """One order, as a line."""
    return json.dumps({"orderId": number, "customerId": f"customer-{number % CUSTOMERS}"}) + "\n"


def orders(count: int, first: int = 0) -> str:
    """Lines of orders with numbers from `first` on."""
    return "".join(order(number) for number in range(first, first + count))


def numbers(records) -> list[int]:
    """The numbers of the orders that were read back, in that order."""
    return [json.loads(record.value)["orderId"] for record in records]


def by_partition(records) -> list[list[int]]:
    """Their numbers, partition by partition."""
    partitions = collections.defaultdict(list)
    for record in records:
        partitions[record.partition].append(record)
    return [numbers(part) for part in partitions.values()]


def assert_complete(records, count: int, first: int = 0) -> None:
    """Every order once, and in order within its partition."""
    assert sorted(numbers(records)) == list(range(first, first + count))
    assert all(part == sorted(part) for part in by_partition(records))


def headers(record) -> dict[str, str]:
    """Headers by name; none of them stands there twice."""
    names = [name for name, _ in record.headers]
    assert len(names) == len(set(names)), names
    return {name: value.decode() for name, value in record.headers}


def events(run, name: str, **fields) -> list[dict]:
    """The events of a run, ended or at work, that have this name and these fields."""
    lines = [json.loads(line) for line in run.stderr.splitlines() if line.startswith("{") and line.endswith("}")]
    return [line for line in lines
            if line["event"] == name and all(line.get(k) == v for k, v in fields.items())]


def check(result, status: int, read: int, **sinks: int) -> dict:
    """The summary of a run that ended so, every record in exactly one sink; those not named took none."""
    assert result.status == status, result
    summary = result.summary
    records = summary["records"]
    assert summary["exit"] == status, result
    assert records["read"] == sum(records[sink] for sink in SINKS), result
    assert "unsettled" not in records, result
    assert {name: records[name] for name in ("read", *SINKS)} == {
        "read": read, **dict.fromkeys(SINKS, 0), **sinks}, result
    assert sum(summary["errors"].values()) == read - records["delivered"], result
    _check_log(result, records)
    return summary


def _check_log(result, records: dict) -> None:
    """The log's last words tell the same as the summary."""
    for event, sink in (("dead_lettered", "dead_lettered"), ("in_fallback", "fallback"), ("rejected", "rejected")):
        told = [said["records"] for said in events(result, event)]
        assert told == ([records[sink]] if records[sink] else []), result
    done = [said["messages"] for said in events(result, "done")]
    assert done == ([records["read"]] if result.status == 0 else []), result


def fallback_lines(path: Path) -> list[dict]:
    """The envelopes of a fallback file, each with its crc32 checked."""
    data = path.read_bytes()
    assert data.endswith(b"\n")
    return [_envelope(line) for line in data.splitlines()]


def _envelope(line: bytes) -> dict:
    envelope = json.loads(line)
    covered = line[:line.rindex(b',"crc32":')]
    assert envelope["crc32"] == f"{zlib.crc32(covered):08x}"
    return envelope


class Feeder:
    """Feeds the standard input of a load at work, in pieces."""

    def __init__(self, running):
        self.running = running
        self._next = 0

    def feed(self, count: int = 1) -> int:
        """Writes the next `count` orders; returns how many were written in all."""
        self.running.process.stdin.write(orders(count, self._next).encode())
        self.running.process.stdin.flush()
        self._next += count
        return self._next

    def feed_until(self, what: str, condition, timeout_s: float = 20):
        """One order after the other, each when the one before has ended, until condition() is true."""
        deadline = time.monotonic() + timeout_s
        while not (value := condition()):
            assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}\n{self.running.stderr}"
            self.feed()
            self.wait_until_ended()
        return value

    def wait_until_ended(self) -> None:
        """Until all orders written have ended somewhere; the log must be at level debug."""
        self.running.wait_for(f"{self._next} records have ended", lambda: self.ended() >= self._next)

    def wait_until(self, what: str, condition) -> None:
        """Until condition() is true."""
        self.running.wait_for(what, condition)

    def wait_for(self, event: str, count: int = 1, **fields) -> list[dict]:
        """The first `count` of such events."""
        def met():
            found = events(self.running, event, **fields)
            return found if len(found) >= count else None
        return self.running.wait_for(f"{count} times {event} {fields}", met)

    def end(self, timeout: float = 60):
        """Closes the input; how the load ended."""
        self.running.process.stdin.close()
        return self.running.wait(timeout)

    def ended(self) -> int:
        """How many orders have ended somewhere; the log must be at level debug."""
        return len(events(self.running, "delivered")) + len(events(self.running, "record_failed"))
