"""Key, value, headers and timestamp survive a failure, wherever the record ends."""

import json

import pytest
from loads import DLQ, TOPIC, check, fallback_lines

FIRST_TIME = 1_700_000_000_000
OPTIONS = ("--timestamp-from", "at", "-H", "team=orders", "-H", "empty=", "--header-from", "id=orderId",
           "--retries", "1", "--retry-backoff", "100ms")
VALUES = [json.dumps({"orderId": n, "customerId": f"kündin-{n}", "at": FIRST_TIME + n}, ensure_ascii=False)
          for n in range(12)]
LINES = "".join(f"{value}\n" for value in VALUES)


def own_headers(n: int) -> list:
    """What order n is sent with."""
    return [("team", b"orders"), ("empty", b""), ("id", str(n).encode())]


def assert_unharmed(records) -> None:
    """Records that were read back are the orders, byte for byte; headers of the DLQ may follow."""
    assert [record.value.decode() for record in records] == VALUES
    for n, record in enumerate(records):
        assert record.key.decode() == f"kündin-{n}"
        assert record.headers[:3] == own_headers(n)
        assert record.ts == FIRST_TIME + n


@pytest.mark.parametrize("code, count", [
    ("NOT_ENOUGH_REPLICAS", 0), ("NOT_ENOUGH_REPLICAS", 4), ("INVALID_RECORD", 1)])
def test_delivered(load, cluster, dlq_cluster, code, count):
    cluster.topic(TOPIC)
    if count:
        cluster.errors(code, count)
    check(load(LINES, cluster, dlq_cluster, *OPTIONS), 0, read=12, delivered=12)
    assert_unharmed(cluster.read(TOPIC))


@pytest.mark.parametrize("code", ["NOT_ENOUGH_REPLICAS", "INVALID_RECORD"])
def test_dead_lettered(load, cluster, dlq_cluster, code):
    cluster.topic(TOPIC)
    cluster.errors(code)
    check(load(LINES, cluster, dlq_cluster, *OPTIONS), 3, read=12, dead_lettered=12)
    assert_unharmed(dlq_cluster.read(DLQ))


@pytest.mark.parametrize("dlq", [True, False])
def test_in_the_fallback_file(load, cluster, closed_port, tmp_path, dlq):
    cluster.topic(TOPIC)
    cluster.errors("NOT_ENOUGH_REPLICAS")
    result = load(LINES, cluster, closed_port if dlq else None, *OPTIONS, *([] if dlq else ["--no-dlq"]))
    check(result, 4, read=12, fallback=12)
    lines = fallback_lines(tmp_path / f"{TOPIC}.fallback.ndjson")
    assert [line["value"] for line in lines] == VALUES
    for n, line in enumerate(lines):
        assert line["key"] == f"kündin-{n}"
        assert [(name, value.encode()) for name, value in line["headers"]] == own_headers(n)
        assert line["timestamp"] == FIRST_TIME + n
        assert line["error"]["type"] == "NOT_ENOUGH_REPLICAS"
        assert line["error"]["retries"] == 1
