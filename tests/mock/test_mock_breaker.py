"""The circuit breaker: opens after ten failures, half-open after its cool-down, closed by a probe."""

import re

import pytest
from loads import DLQ, TOPIC, assert_complete, check, events, headers, numbers, orders

FAST = ("--retries", "1", "--retry-backoff", "100ms", "-X", "linger.ms=100")
COOLDOWN = ("--breaker-cooldown", "2s")


@pytest.fixture
def broken(cluster):
    """A cluster that refuses every batch."""
    cluster.topic(TOPIC)
    cluster.errors("NOT_ENOUGH_REPLICAS")
    return cluster


def types(records) -> list[str]:
    """Why each went to the DLQ."""
    return [headers(record)["error-type"] for record in records]


def test_opens_probes_and_closes(feed, broken, dlq_cluster):
    feeder = feed(broken, dlq_cluster, *FAST, *COOLDOWN)
    feeder.feed(12)
    assert feeder.wait_for("breaker_open")[0]["failures"] == 10
    assert feeder.feed(5) == 17
    assert len(feeder.wait_for("record_failed", count=5, code="CIRCUIT_OPEN")) == 5
    broken.clear()
    probed = feeder.feed_until("half-open", lambda: events(feeder.running, "breaker_half_open"))
    assert len(probed) == 1
    feeder.wait_for("breaker_closed")
    total = feeder.feed(20)
    result = feeder.end()
    dead = dlq_cluster.read(DLQ)
    # The probe and what follows it; everything before is dead.
    check(result, 3, read=total, delivered=total - len(dead), dead_lettered=len(dead))
    assert types(dead) == ["NOT_ENOUGH_REPLICAS"] * 12 + ["CIRCUIT_OPEN"] * (len(dead) - 12)
    assert_complete(dead, len(dead))
    assert_complete(broken.read(TOPIC), 21, first=len(dead))
    assert total == len(dead) + 21
    for record in dead[12:]:
        said = headers(record)
        assert said["retry-count"] == "0"
        assert said["error-class"] == "permanent"
        assert "replicas" in said["error-message"]
    assert len(events(result, "breaker_open")) == 1


def test_failed_probe_opens_it_again(feed, broken, dlq_cluster):
    feeder = feed(broken, dlq_cluster, *FAST, "--breaker-cooldown", "500ms")
    feeder.feed(12)
    feeder.wait_for("breaker_open")
    feeder.feed_until("open again", lambda: len(events(feeder.running, "breaker_open")) == 2)
    total = feeder.feed(0)
    result = feeder.end()
    summary = check(result, 3, read=total, dead_lettered=total)
    assert len(events(result, "breaker_half_open")) == 1
    # One record is risked, once.
    assert summary["errors"]["NOT_ENOUGH_REPLICAS"] == 13
    assert summary["retries"] == 1
    probes = [r for r in dlq_cluster.read(DLQ)[12:] if headers(r)["error-type"] == "NOT_ENOUGH_REPLICAS"]
    assert [headers(probe)["retry-count"] for probe in probes] == ["0"]


def test_threshold_zero_never_opens(load, broken, dlq_cluster):
    result = load(orders(30), broken, dlq_cluster, *FAST, "--breaker-threshold", "0")
    summary = check(result, 3, read=30, dead_lettered=30)
    assert summary["errors"] == {"NOT_ENOUGH_REPLICAS": 30}
    assert events(result, "breaker_open") == []
    assert_complete(dlq_cluster.read(DLQ), 30)


@pytest.mark.parametrize("options, event, count", [
    # librdkafka goes on trying by itself, unless it is told how often.
    ((), "stalled", 1),
    (("-X", "message.send.max.retries=3", "--breaker-cooldown", "500ms"), "outage_wait", 2)])
def test_wait_for_the_end_of_an_outage(feed, broken, dlq_cluster, options, event, count):
    feeder = feed(broken, dlq_cluster, *FAST, "--on-outage", "wait", *options)
    feeder.feed(200)
    feeder.wait_for(event, count=count)
    broken.clear()
    feeder.wait_until_ended()
    feeder.feed(50)
    result = feeder.end()
    check(result, 0, read=250, delivered=250)
    assert_complete(broken.read(TOPIC), 250)
    assert dlq_cluster.read(DLQ) == []


def test_stop_at_an_outage(load, broken, dlq_cluster):
    result = load(orders(2000), broken, dlq_cluster, *FAST, "--on-outage", "stop",
                  "-X", "batch.num.messages=10")
    dead = dlq_cluster.read(DLQ)
    assert 10 <= len(dead) < 2000, result
    check(result, 5, read=len(dead), dead_lettered=len(dead))
    assert numbers(dead) == list(range(len(dead)))
    unsent = [event["msg"] for event in events(result, "unsent")]
    assert len(unsent) == 1, result
    assert int(re.search(r"line (\d+)", unsent[0])[1]) == len(dead) + 1
    assert re.search("too many failures in a row.*replicas", events(result, "stopped")[0]["msg"])
    assert broken.read(TOPIC) == []
