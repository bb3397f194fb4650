"""How a run goes: at a rate, up to so many failures, without sending, through an outage."""

import threading
import time

import feed
import orders
import pytest

from harness.witness import consume, consume_lean

OUTAGE_S = 20


def test_rate(broker, topic, spawn, tmp_path):
    """1,000 a second within 2 % over 30 s, and evenly: by the brokers' own timestamps."""
    name, seconds, rate = topic(), 30, 1000
    path = orders.write(tmp_path / "orders.ndjson", rate * seconds)
    running = spawn(orders.args(broker, name, path, "--rate", str(rate)))
    result = running.wait(60)
    assert result.status == 0 and orders.ended(result) == (rate * seconds, 0, 0, 0), str(result)
    stamps = sorted(record.ts for record in consume(broker, name))
    took = (stamps[-1] - stamps[0]) / 1000
    assert abs(took / seconds - 1) < 0.02, took
    assert abs(result.summary["duration_s"] / seconds - 1) < 0.02, str(result)
    windows = [sum(1 for stamp in stamps if 0 <= stamp - stamps[0] - second * 1000 < 1000)
               for second in range(seconds - 1)]
    assert min(windows) > rate * 0.85 and max(windows) < rate * 1.15, windows


@pytest.mark.parametrize("limit", ["10", "0.5%"])
def test_max_failures(broker, topic, run, tmp_path, limit):
    """Stops soon after, says where to go on, and that is true."""
    name, dlq, count = topic(), topic(), 50_000
    bad = {n: b'{"broken":' for n in range(100, count, 100)}
    path = orders.write(tmp_path / "orders.ndjson", count, bad)
    result = run(orders.args(broker, name, path, "--max-failures", limit, dlq=dlq))
    delivered, dead, fallback, rejected = orders.ended(result)
    assert result.status == 5 and (fallback, rejected) == (0, 0), str(result)
    assert "--max-failures" in result.stderr, str(result)
    read = result.summary["records"]["read"]
    assert dead == (11 if limit == "10" else read // 100) and read < 2000, str(result)
    assert f"begin after {path}, line {read}:" in result.stderr, str(result)
    assert sorted(orders.number(r[3]) for r in consume_lean(broker, name)) == [
        n for n in range(read) if n not in bad]


def test_max_failures_of_a_missing_topic(broker, topic, run, tmp_path):
    """What is on its way when the limit is reached isn't sent again, nor into the DLQ."""
    dlq, count = topic(), 50_000
    path = orders.write(tmp_path / "orders.ndjson", count)
    result = run(orders.args(broker, "not-there", path, "--max-failures", "100", dlq=dlq))
    delivered, dead, fallback, rejected = orders.ended(result)
    assert result.status == 5 and delivered == 0, str(result)
    assert 100 < dead + fallback <= result.summary["records"]["read"], str(result)
    assert len(consume(broker, dlq)) == dead
    assert "To go on, begin" in result.stderr, str(result)


def test_enough_failures_allowed(broker, topic, run, tmp_path):
    name, dlq = topic(), topic()
    path = orders.write(tmp_path / "orders.ndjson", 1000, {n: b"{" for n in range(20, 30)})
    result = run(orders.args(broker, name, path, "--max-failures", "10", dlq=dlq))
    assert result.status == 3 and orders.ended(result) == (990, 10, 0, 0), str(result)


def test_dry_run(broker, topic, run, tmp_path):
    """Says what would become of each record, by the topics' limits, and sends nothing."""
    name, dlq = topic(config={"max.message.bytes": "100000"}), topic()
    special = {3: b"{", 5: orders.order(5, b"x" * 200_000), 7: orders.order(7, b"x" * 2_000_000)}
    path = orders.write(tmp_path / "orders.ndjson", 1000, special)
    metrics = tmp_path / "metrics.prom"
    result = run(orders.args(broker, name, path, "--dry-run", "--metrics-file", metrics, dlq=dlq))
    assert result.status == 4 and orders.ended(result) == (997, 2, 1, 0), str(result)
    assert result.summary["dry_run"] is True
    assert result.summary["errors"] == {"INVALID_JSON": 1, "MSG_SIZE_TOO_LARGE": 2}
    assert consume(broker, name) == consume(broker, dlq) == []
    assert [p.name for p in tmp_path.iterdir()] == ["orders.ndjson"]
    text = run(orders.args(broker, name, path, "--dry-run", dlq=dlq, summary="text"))
    assert "Dry run: nothing was sent" in text.stdout and "would be in the DLQ" in text.stderr


def test_dry_run_of_topics_that_are_not_there(broker, run, tmp_path):
    path = orders.write(tmp_path / "orders.ndjson", 10)
    result = run(orders.args(broker, "not-there", path, "--dry-run"))
    assert result.status == 4 and orders.ended(result) == (0, 0, 10, 0), str(result)
    assert "does not exist" in result.stderr, str(result)
    created = run(orders.args(broker, "not-there", path, "--dry-run", "--create-topics"))
    assert created.status == 0 and orders.ended(created) == (10, 0, 0, 0), str(created)
    assert not {"not-there", "not-there.dlq"} & broker.topics()


def test_dry_run_without_a_cluster(run, tmp_path):
    path = orders.write(tmp_path / "orders.ndjson", 100, {3: b"{"})
    result = run(["produce", "--dry-run", "-t", "orders", "-k", "customerId", "--summary", "json", path])
    assert result.status == 3 and orders.ended(result) == (99, 1, 0, 0), str(result)
    assert "All 99 messages would be sent" not in result.stderr, str(result)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_outage_is_waited_out(own_broker, topic, spawn, tmp_path, end):
    """20 s without a broker, --on-outage wait: all delivered once, in order within each key."""
    name, dlq = topic(on=own_broker), topic(on=own_broker)
    running = feed.start(spawn, orders.args(own_broker, name, "--on-outage", "wait", dlq=dlq))
    feed.wait_for_more(running, own_broker, name)
    began = time.monotonic()
    getattr(own_broker, end)()
    running.running.wait_for("words on it", lambda: "Nothing has been acknowledged" in
                             running.running.stderr)
    threading.Event().wait(max(0, began + OUTAGE_S - time.monotonic()))
    own_broker.start()
    feed.wait_for_more(running, own_broker, name, 5000)
    result = running.finish()
    assert result.status == 0 and "Acknowledged again" in result.stderr, str(result)
    assert orders.ended(result) == (running.count, 0, 0, 0), str(result)
    assert result.summary["possible_duplicates"] == 0, str(result)
    orders.check_delivered(consume_lean(own_broker, name), running.count)
    assert consume(own_broker, dlq) == []
    assert not (tmp_path / f"{name}.fallback.ndjson").exists()


def test_outage_is_waited_out_with_a_timeout(own_broker, topic, spawn, tmp_path):
    """With a --delivery-timeout shorter than the outage records may come twice, and are counted."""
    name, dlq = topic(on=own_broker), topic(on=own_broker)
    running = feed.start(spawn, orders.args(
        own_broker, name, "--on-outage", "wait", "--delivery-timeout", "2s", "--retries", "1",
        "--breaker-cooldown", "1s", dlq=dlq))
    feed.wait_for_more(running, own_broker, name)
    # Killed: a broker that is stopped may refuse records as their leader no more that it has taken.
    own_broker.kill()
    running.running.wait_for("waiting", lambda: "Circuit open: waiting" in running.running.stderr)
    own_broker.start()
    feed.wait_for_more(running, own_broker, name, 5000)
    result = running.finish()
    assert result.status == 0, str(result)
    assert orders.ended(result) == (running.count, 0, 0, 0), str(result)
    ends = feed.Ends(own_broker, name, dlq, tmp_path / f"{name}.fallback.ndjson")
    ends.check(result, running.count)
    assert consume(own_broker, dlq) == []
