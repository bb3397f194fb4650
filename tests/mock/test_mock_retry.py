"""Transient errors: sent again after 1, 2, 4 s, in order, then dead-lettered."""

import signal

import pytest
from loads import DLQ, TOPIC, assert_complete, check, events, headers, orders, produce_args

# What one round costs: the first try and librdkafka's own three retries.
TRIES = 4
# All of a round goes out in one batch a partition.
ONE_BATCH = ("-X", "linger.ms=100")


@pytest.mark.parametrize("rounds", [1, 2])
def test_delivered_after_outer_retries(load, cluster, dlq_cluster, rounds):
    # One partition: several share the errors as their pauses happen to fall.
    cluster.topic(TOPIC, 1)
    cluster.errors("NOT_ENOUGH_REPLICAS", rounds * TRIES)
    result = load(orders(60), cluster, dlq_cluster, *ONE_BATCH)
    summary = check(result, 0, read=60, delivered=60)
    retries = events(result, "retry")
    assert [(r["attempt"], r["delay_ms"]) for r in retries] == [(1, 1000), (2, 2000)][:rounds], result
    assert all(r["code"] == "NOT_ENOUGH_REPLICAS" and r["class"] == "transient" for r in retries)
    assert [r["msg"].split(":")[0] for r in retries] == [
        "Retry 1/3 after 1000 ms", "Retry 2/3 after 2000 ms"][:rounds]
    assert summary["retries"] == rounds
    assert summary["possible_duplicates"] == 0
    assert result.seconds >= 2 ** rounds - 1
    assert_complete(cluster.read(TOPIC), 60)
    assert dlq_cluster.read(DLQ) == []


def test_inner_retries_are_unseen(load, cluster, dlq_cluster):
    cluster.topic(TOPIC)
    cluster.errors("NOT_ENOUGH_REPLICAS", TRIES - 1)
    result = load(orders(20), cluster, dlq_cluster, *ONE_BATCH)
    summary = check(result, 0, read=20, delivered=20)
    assert summary["retries"] == 0
    assert events(result, "retry") == []
    assert_complete(cluster.read(TOPIC), 20)


def test_dead_lettered_after_all_retries(load, cluster, dlq_cluster):
    cluster.topic(TOPIC)
    cluster.errors("NOT_ENOUGH_REPLICAS")
    result = load(orders(25), cluster, dlq_cluster, *ONE_BATCH)
    summary = check(result, 3, read=25, dead_lettered=25)
    assert summary["errors"] == {"NOT_ENOUGH_REPLICAS": 25}
    assert summary["retries"] == 3
    assert result.seconds >= 1 + 2 + 4
    retries = events(result, "retry")
    assert [(r["attempt"], r["delay_ms"]) for r in retries] == [(1, 1000), (2, 2000), (3, 4000)]
    opened = events(result, "breaker_open")
    assert [o["failures"] for o in opened] == [10], result
    dead = dlq_cluster.read(DLQ)
    assert_complete(dead, 25)
    for record in dead:
        said = headers(record)
        assert said["retry-count"] == "3"
        assert said["error-type"] == "NOT_ENOUGH_REPLICAS"
        assert said["error-class"] == "transient"
        assert said["original-topic"] == TOPIC
        assert said["persisted"] == "no"
    assert cluster.read(TOPIC) == []


# librdkafka's first try of the next batch falls into the outage, or comes when it is over.
@pytest.mark.parametrize("more", [2, 0])
@pytest.mark.parametrize("in_flight", [1, 5])
def test_later_batches_do_not_overtake(load, cluster, dlq_cluster, in_flight, more):
    cluster.topic(TOPIC)
    cluster.rtt(20)
    cluster.errors("NOT_ENOUGH_REPLICAS", in_flight - 1 + TRIES + more)
    result = load(orders(500), cluster, dlq_cluster, "-X", "batch.num.messages=10",
                  "-X", f"max.in.flight.requests.per.connection={in_flight}", "--retry-backoff", "100ms")
    check(result, 0, read=500, delivered=500)
    assert_complete(cluster.read(TOPIC), 500)


def test_no_retries(load, cluster, dlq_cluster):
    cluster.topic(TOPIC)
    cluster.errors("NOT_ENOUGH_REPLICAS")
    result = load(orders(3), cluster, dlq_cluster, "--retries", "0")
    summary = check(result, 3, read=3, dead_lettered=3)
    assert summary["retries"] == 0
    assert [headers(record)["retry-count"] for record in dlq_cluster.read(DLQ)] == ["0"] * 3


def test_text_log(run, cluster, dlq_cluster):
    """The words a person reads."""
    cluster.topic(TOPIC)
    cluster.errors("NOT_ENOUGH_REPLICAS", TRIES)
    result = run(["produce", "-b", cluster.bootstrap, "-t", TOPIC, "--dlq-brokers", dlq_cluster.bootstrap,
                  "-X", "retry.backoff.ms=100", "-k", "customerId", "-"], stdin=orders(10))
    assert result.status == 0, result
    assert "Retry 1/3 after 1000 ms" in result.stderr
    assert "All 10 messages sent successfully!" in result.stderr


def test_signal_in_a_pause(spawn, cluster, dlq_cluster):
    """No new tries: what failed goes to the DLQ, and the run ends."""
    cluster.topic(TOPIC)
    cluster.errors("NOT_ENOUGH_REPLICAS")
    running = spawn(produce_args(cluster, dlq_cluster, *ONE_BATCH, "--retry-backoff", "60s",
                                 "--retry-backoff-max", "60s"), stdin=orders(20))
    running.wait_for("a retry is announced", lambda: events(running, "retry"))
    running.signal(signal.SIGTERM)
    result = running.wait(10)
    check(result, 128 + signal.SIGTERM, read=20, dead_lettered=20)
    assert len(events(result, "stopped_by_signal")) == 1
    assert_complete(dlq_cluster.read(DLQ), 20)
