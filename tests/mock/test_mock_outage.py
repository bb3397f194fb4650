"""Topics and brokers that aren't there: never, not yet, or not any more."""

import json
import re
import stat

import pytest
from loads import (DLQ, TOPIC, assert_complete, by_partition, check, events, fallback_lines, headers,
                   numbers, orders)

FALLBACK = f"{TOPIC}.fallback.ndjson"
ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.mark.parametrize("elsewhere", [True, False])
def test_topic_that_does_not_exist(load, cluster, dlq_cluster, elsewhere):
    cluster.topic(TOPIC)
    cluster.topic_error(TOPIC, "UNKNOWN_TOPIC_OR_PART")
    result = load(orders(1000), cluster, dlq_cluster if elsewhere else None)
    summary = check(result, 3, read=1000, dead_lettered=1000)
    assert result.seconds < 5
    assert summary["retries"] == 0
    dead = (dlq_cluster if elsewhere else cluster).read(DLQ)
    assert_complete(dead, 1000)
    for record in dead:
        said = headers(record)
        assert said["original-topic"] == TOPIC
        assert ISO_8601.fullmatch(said["error-timestamp"])
        assert said["error-type"] in ("UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC")
        assert said["error-message"]
        assert said["retry-count"] == "0"
        assert said["error-class"] == "permanent"
        assert json.loads(record.value)["customerId"] == record.key.decode()
        assert int(said["source-line"]) == json.loads(record.value)["orderId"] + 1
    assert len(events(result, "topic_missing")) == 1


def test_no_permission_stops_the_run(load, cluster, dlq_cluster):
    cluster.topic(TOPIC)
    cluster.errors("TOPIC_AUTHORIZATION_FAILED")
    result = load(orders(50), cluster, dlq_cluster)
    check(result, 5, read=0)
    assert "TOPIC_AUTHORIZATION_FAILED" in events(result, "stopped")[0]["msg"]
    assert "line 1" in events(result, "unsent")[0]["msg"]
    assert dlq_cluster.read(DLQ) == []


def lost_nothing(records, count: int) -> None:
    """Every order at least once; the first of each in order within its partition."""
    assert set(numbers(records)) == set(range(count))
    for part in by_partition(records):
        firsts = list(dict.fromkeys(part))
        assert firsts == sorted(firsts)


def test_brokers_that_go_and_come_back(feed, cluster3, dlq_cluster):
    cluster3.topic(TOPIC, 6)
    feeder = feed(cluster3, dlq_cluster)
    feeder.feed(500)
    feeder.wait_until_ended()
    cluster3.down()
    feeder.feed(500)
    feeder.wait_for("client_error", client="topic")
    feeder.feed(500)
    cluster3.up()
    feeder.wait_until_ended()
    feeder.feed(100)
    check(feeder.end(), 0, read=1600, delivered=1600)
    lost_nothing(cluster3.read(TOPIC), 1600)
    assert dlq_cluster.read(DLQ) == []


def test_brokers_away_for_longer_than_a_message_lives(feed, cluster3, dlq_cluster):
    cluster3.topic(TOPIC, 6)
    feeder = feed(cluster3, dlq_cluster, "--delivery-timeout", "1500ms", "--retry-backoff", "500ms")
    feeder.feed(500)
    feeder.wait_until_ended()
    cluster3.down()
    feeder.feed(500)
    assert feeder.wait_for("retry", code="_MSG_TIMED_OUT")[0]["attempt"] == 1
    cluster3.up()
    feeder.wait_until_ended()
    feeder.feed(100)
    summary = check(feeder.end(), 0, read=1100, delivered=1100)
    assert summary["retries"] >= 1
    lost_nothing(cluster3.read(TOPIC), 1100)
    assert dlq_cluster.read(DLQ) == []


def test_one_broker_of_three_goes_and_comes_back(feed, cluster3, dlq_cluster):
    cluster3.topic(TOPIC, 6)
    feeder = feed(cluster3, dlq_cluster)
    feeder.feed(200)
    feeder.wait_until_ended()
    cluster3.down(2)
    feeder.feed(400)
    # A newer librdkafka is silent on it, and its mock cluster may let another broker lead.
    feeder.wait_until("an error, silence or the end", lambda: feeder.ended() == 600 or any(
        events(feeder.running, name) for name in ("client_error", "stalled")))
    cluster3.up(2)
    check(feeder.end(), 0, read=600, delivered=600)
    lost_nothing(cluster3.read(TOPIC), 600)


def test_broken_connections_in_mid_load(load, cluster, dlq_cluster):
    """The broker hangs up instead of answering."""
    cluster.topic(TOPIC, 3)
    cluster.errors("_TRANSPORT", 2)
    check(load(orders(2000), cluster, dlq_cluster), 0, read=2000, delivered=2000)
    lost_nothing(cluster.read(TOPIC), 2000)


def test_broker_that_was_never_there(load, closed_port, tmp_path):
    alerts = tmp_path / "alerts.ndjson"
    result = load(orders(1000), closed_port, None, "--alert-command", f"cat >> {alerts}")
    assert result.seconds < 30, result
    check(result, 4, read=1000, fallback=1000)
    fallback = tmp_path / FALLBACK
    assert stat.S_IMODE(fallback.stat().st_mode) == 0o600
    lines = fallback_lines(fallback)
    assert sorted(json.loads(line["value"])["orderId"] for line in lines) == list(range(1000))
    for line in lines:
        assert line["topic"] == TOPIC
        assert line["key"] == json.loads(line["value"])["customerId"]
        assert line["source"]["line"] == json.loads(line["value"])["orderId"] + 1
        assert line["error"]["type"] in ("_TRANSPORT", "_ALL_BROKERS_DOWN", "CIRCUIT_OPEN")
    critical = events(result, "fallback", level="critical")
    assert len(critical) == 1, result
    told = [json.loads(line) for line in alerts.read_text().splitlines()]
    assert len(told) == 1
    assert told[0]["event"] == "fallback"
    assert told[0]["cause"] == critical[0]["code"]
    assert told[0]["topic"] == TOPIC
    assert told[0]["dlq"] == DLQ
    assert told[0]["fallback"] == FALLBACK
    assert ISO_8601.fullmatch(told[0]["at"])


def test_dlq_that_cannot_be_reached(load, cluster, closed_port, tmp_path):
    cluster.topic(TOPIC)
    good = orders(20).splitlines(keepends=True)
    lines = [*good[:5], "{not json\n", *good[5:12], '{"orderId": 1,}\n', *good[12:], "[1, 2\n"]
    result = load("".join(lines), cluster, closed_port)
    summary = check(result, 4, read=23, delivered=20, fallback=3)
    assert summary["errors"] == {"INVALID_JSON": 3}
    assert result.seconds < 30
    assert_complete(cluster.read(TOPIC), 20)
    envelopes = fallback_lines(tmp_path / FALLBACK)
    assert [line["value"] for line in envelopes] == ["{not json", '{"orderId": 1,}', "[1, 2"]
    assert [line["source"]["line"] for line in envelopes] == [6, 14, 23]
    assert {line["error"]["type"] for line in envelopes} == {"INVALID_JSON"}
    assert len(events(result, "fallback", level="critical")) == 1, result


def test_dlq_that_refuses(load, cluster, dlq_cluster, tmp_path):
    cluster.topic(TOPIC)
    dlq_cluster.errors("NOT_ENOUGH_REPLICAS")
    result = load(orders(5) + "{\n", cluster, dlq_cluster)
    check(result, 4, read=6, delivered=5, fallback=1)
    assert [line["value"] for line in fallback_lines(tmp_path / FALLBACK)] == ["{"]
    assert events(result, "fallback", level="critical", code="NOT_ENOUGH_REPLICAS")
