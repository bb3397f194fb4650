"""The broker goes away in mid-load and comes back, or was never there: nothing is lost or hangs."""

import threading
import time

import feed
import orders
import pytest

from harness.witness import consume

OUTAGE_S = 10


@pytest.fixture
def load(own_broker, topic, spawn, tmp_path):
    """Starts a load with a feed and waits until it is well under way."""
    def start(*options):
        name, dlq = topic(on=own_broker), topic(on=own_broker)
        running = feed.start(spawn, orders.args(own_broker, name, *options, dlq=dlq))
        feed.wait_for_more(running, own_broker, name)
        return running, name, dlq, tmp_path / f"{name}.fallback.ndjson"

    return start


def wait_until_over(began):
    """The outage itself: so long the broker is away."""
    threading.Event().wait(max(0, began + OUTAGE_S - time.monotonic()))


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_ten_seconds(own_broker, load, end):
    running, name, dlq, fallback = load()
    getattr(own_broker, end)()
    wait_until_over(time.monotonic())
    own_broker.start()
    feed.wait_for_more(running, own_broker, name)
    result = running.finish()
    ends = feed.Ends(own_broker, name, dlq, fallback)
    numbers = ends.check(result, running.count)
    assert result.status == 0, str(result)
    assert (numbers["delivered"], ends.doubled) == (running.count, 0), str(result)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_retried(own_broker, load, end):
    running, name, dlq, fallback = load("--delivery-timeout", "3s")
    began = time.monotonic()
    getattr(own_broker, end)()
    running.running.wait_for("a retry", lambda: "Retry 1/3 after 1000 ms" in running.running.stderr)
    wait_until_over(began)
    own_broker.start()
    feed.wait_for_more(running, own_broker, name)
    result = running.finish()
    numbers = feed.Ends(own_broker, name, dlq, fallback).check(result, running.count)
    assert numbers["retries"] >= 1 and result.status in (0, 3, 4), str(result)


def test_failed_for_good(own_broker, load):
    running, name, dlq, fallback = load("--delivery-timeout", "3s", "--retries", "1",
                                        "--breaker-cooldown", "2s")
    own_broker.stop()
    running.running.wait_for("records in the fallback file",
                             lambda: fallback.exists() and fallback.stat().st_size, 60)
    own_broker.start()
    feed.wait_for_more(running, own_broker, name)
    result = running.finish()
    ends = feed.Ends(own_broker, name, dlq, fallback)
    numbers = ends.check(result, running.count)
    assert result.status == 4 and numbers["fallback"] and numbers["retries"], str(result)
    # One that was sent again and taken back has its retry, too, but a cause of another class.
    retried = [line for line in ends.fallback.values()
               if line["error"]["retries"] and line["error"]["type"] != "CIRCUIT_OPEN"]
    assert {line["error"]["class"] for line in retried} == {"transient"}
    assert {line["error"]["retries"] for line in retried} == {1}
    assert "Circuit open" in result.stderr and "Circuit closed" in result.stderr, str(result)


def test_never_there(run, tmp_path):
    count = 5000
    path = orders.write(tmp_path / "orders.ndjson", count)
    with orders.nobody() as address:
        result = run(orders.args(orders.DeadBroker(address), "orders", path))
    assert result.status == 4 and result.seconds < 40, str(result)
    assert orders.ended(result) == (0, 0, count, 0)
    lines = orders.fallback_lines(tmp_path / "orders.fallback.ndjson")
    found = {line["source"]["line"] - 1: line for line in lines}
    assert len(lines) == len(found) == count
    for n, line in found.items():
        assert (line["key"].encode(), line["value"].encode()) == (orders.key(n), orders.order(n))
    for attempt, pause in ((1, 1000), (2, 2000), (3, 4000)):
        assert f"Retry {attempt}/3 after {pause} ms" in result.stderr, str(result)
    tried = [n for n, line in found.items() if line["error"]["type"] != "CIRCUIT_OPEN"]
    assert tried == list(range(10))
    errors = [found[n]["error"] for n in tried]
    assert {(error["retries"], error["class"]) for error in errors} == {(3, "transient")}
    assert "after 10 failures in a row" in result.stderr, str(result)


def test_loaded_again(broker, topic, run, tmp_path):
    name, count = topic(), 200
    path = orders.write(tmp_path / "orders.ndjson", count)
    with orders.nobody() as address:
        failed = run(orders.args(orders.DeadBroker(address), name, path, "--retries", "0",
                                 "-H", "h=v", "--header-from", "total=/total"))
    assert failed.status == 4, str(failed)
    again = run(["produce", "-b", broker.bootstrap, "-t", name, "--format", "envelope",
                 "--summary", "json", "--fallback", "second.ndjson", f"{name}.fallback.ndjson"])
    assert again.status == 0 and orders.ended(again) == (count, 0, 0, 0), str(again)
    found = consume(broker, name)
    orders.check_delivered([r[:2] + r[3:5] for r in found], count)
    for record in found:
        total = b"%d.50" % (orders.number(record.value) % 1000)
        assert record.headers == [("h", b"v"), ("total", total)]
