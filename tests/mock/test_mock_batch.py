"""A broker refuses a whole batch for one record in it: the innocent ones are delivered."""

import pytest
from loads import DLQ, TOPIC, assert_complete, check, events, headers, orders


ONE_AT_A_TIME = ("-X", "max.in.flight.requests.per.connection=1")
SMALL_BATCHES = ("-X", "batch.num.messages=10")


@pytest.mark.parametrize("code", ["INVALID_RECORD", "MSG_SIZE_TOO_LARGE"])
@pytest.mark.parametrize("options", [(), (*SMALL_BATCHES, *ONE_AT_A_TIME)])
def test_refused_once(load, cluster, dlq_cluster, code, options):
    cluster.topic(TOPIC)
    cluster.errors(code, 1)
    result = load(orders(300), cluster, dlq_cluster, *options)
    summary = check(result, 0, read=300, delivered=300)
    assert len(events(result, "batch_refused")) == 1, result
    assert summary["retries"] == 0
    assert_complete(cluster.read(TOPIC), 300)
    assert dlq_cluster.read(DLQ) == []


@pytest.mark.parametrize("code", ["INVALID_RECORD", "MSG_SIZE_TOO_LARGE"])
def test_refused_for_ever(load, cluster, dlq_cluster, code):
    cluster.topic(TOPIC)
    cluster.errors(code)
    result = load(orders(20), cluster, dlq_cluster)
    summary = check(result, 3, read=20, dead_lettered=20)
    assert summary["errors"] == {code: 20}
    assert events(result, "breaker_open") == []
    dead = dlq_cluster.read(DLQ)
    assert_complete(dead, 20)
    assert {headers(record)["error-class"] for record in dead} == {"permanent"}
    assert {headers(record)["retry-count"] for record in dead} == {"0"}
