"""Whether a record that failed may be in its topic all the same: persisted, and possible duplicates."""

import pytest
from loads import DLQ, TOPIC, check, events, fallback_lines, headers, numbers, orders
from stopping import Stopping

# One try, and no other while the test looks on.
ONE_TRY = ("--delivery-timeout", "1500ms", "--retries", "0")


@pytest.fixture
def stopping(cluster):
    """What stands before `cluster`."""
    one = Stopping(cluster)
    yield one
    one.close()


def persisted(records) -> set[str]:
    """What dead letters say of it."""
    return {headers(record)["persisted"] for record in records}


def test_written_and_refused_by_a_broker_that_stops(feed, cluster, stopping, dlq_cluster):
    cluster.topic(TOPIC, 1)
    feeder = feed(stopping, dlq_cluster, "--delivery-timeout", "1500ms")
    feeder.feed(100)
    feeder.wait_until_ended()
    stopping.stop()
    feeder.feed(100)
    feeder.wait_for("retry")
    stopping.start()
    summary = check(feeder.end(), 0, read=200, delivered=200)
    found = numbers(cluster.read(TOPIC))
    assert set(found) == set(range(200))
    assert 0 < len(found) - 200 <= summary["possible_duplicates"]


def test_dead_letters_say_that_the_topic_may_have_them(feed, cluster, stopping, dlq_cluster):
    cluster.topic(TOPIC, 1)
    feeder = feed(stopping, dlq_cluster, *ONE_TRY)
    feeder.feed(100)
    feeder.wait_until_ended()
    stopping.stop()
    feeder.feed(100)
    feeder.wait_until_ended()
    result = feeder.end()
    dead = dlq_cluster.read(DLQ)
    summary = check(result, 3, read=200, delivered=100, dead_lettered=len(dead))
    both = set(numbers(cluster.read(TOPIC))) & set(numbers(dead))
    assert both
    assert {headers(r)["persisted"] for r in dead if numbers([r])[0] in both} == {"possibly"}, result
    assert len(both) <= summary["possible_duplicates"]


@pytest.mark.parametrize("code", ["NOT_LEADER_FOR_PARTITION", "LEADER_NOT_AVAILABLE"])
def test_refused_without_a_definite_no(load, cluster, dlq_cluster, code):
    """Those that another's failure takes back are sent once more, and count for that, too."""
    cluster.topic(TOPIC)
    cluster.errors(code)
    result = load(orders(10), cluster, dlq_cluster, *ONE_TRY)
    summary = check(result, 3, read=10, dead_lettered=10)
    assert 10 <= summary["possible_duplicates"] < 20, result
    assert persisted(dlq_cluster.read(DLQ)) == {"possibly"}


def test_refused_for_sure(load, cluster, dlq_cluster):
    cluster.topic(TOPIC)
    cluster.errors("NOT_ENOUGH_REPLICAS")
    summary = check(load(orders(10), cluster, dlq_cluster, "--retries", "0"), 3, read=10, dead_lettered=10)
    assert summary["possible_duplicates"] == 0
    assert persisted(dlq_cluster.read(DLQ)) == {"no"}


def test_never_sent_to_anybody(load, closed_port, tmp_path):
    summary = check(load(orders(50), closed_port, None, "--retries", "1"), 4, read=50, fallback=50)
    assert summary["possible_duplicates"] == 0
    lines = fallback_lines(tmp_path / f"{TOPIC}.fallback.ndjson")
    assert {line["error"]["persisted"] for line in lines} == {"no"}


@pytest.mark.parametrize("retries", [0, 1])
def test_never_sent_in_an_outage(feed, cluster, dlq_cluster, retries):
    """Not doubted: what came while no request could go out any more, and what was tried again then."""
    cluster.topic(TOPIC, 6)
    feeder = feed(cluster, dlq_cluster, "--delivery-timeout", "1500ms", "--retries", str(retries))
    feeder.feed(100)
    feeder.wait_until_ended()
    cluster.down()
    feeder.wait_for("client_error", client="topic")
    feeder.feed(100)
    feeder.wait_until_ended()
    summary = check(feeder.end(), 3, read=200, delivered=100, dead_lettered=100)
    assert summary["retries"] == retries
    assert summary["possible_duplicates"] == 0
    assert persisted(dlq_cluster.read(DLQ)) == {"no"}
    assert set(summary["errors"]) <= {"_MSG_TIMED_OUT", "_TRANSPORT", "_ALL_BROKERS_DOWN", "CIRCUIT_OPEN"}


def test_written_once_for_all_its_tries(load, cluster, dlq_cluster):
    """Each further try that a broker may have obeyed counts; the header says it once."""
    cluster.topic(TOPIC)
    cluster.errors("NOT_LEADER_FOR_PARTITION")
    result = load(orders(5), cluster, dlq_cluster, "--delivery-timeout", "1s", "--retries", "1")
    summary = check(result, 3, read=5, dead_lettered=5)
    assert len(events(result, "retry")) == 1
    assert summary["possible_duplicates"] >= 10
    assert persisted(dlq_cluster.read(DLQ)) == {"possibly"}
