"""--keep-key-order: what follows a failed record of its key follows it to the DLQ."""

import random

import feed
import orders
import pytest

from harness.witness import consume, consume_lean

COUNT = 60_000
PER_KEY = COUNT // orders.CUSTOMERS
LARGE = b"x" * 200_000
LIMIT = {"max.message.bytes": "100000"}


def of_key(key, first=0):
    """Numbers of all orders of a customer, from `first` on."""
    return [n for n in range(first, COUNT) if orders.key(n) == key]


def check(result, broker, name, dlq, failed):
    """The failed orders are in the DLQ, in order within each key, and all others delivered."""
    assert result.status == 3, str(result)
    assert orders.ended(result) == (COUNT - len(failed), len(failed), 0, 0), str(result)
    orders.check_delivered(consume_lean(broker, name), COUNT, failed)
    letters, last = consume(broker, dlq), {}
    for letter in letters:
        line = int(dict(letter.headers)["source-line"])
        assert last.get(letter.key, -1) < line, f"line {line} after {last[letter.key]}"
        last[letter.key] = line
    assert sorted(int(dict(r.headers)["source-line"]) - 1 for r in letters) == sorted(failed)
    return {int(dict(r.headers)["source-line"]) - 1: dict(r.headers) for r in letters}


@pytest.mark.parametrize("known", [True, False])
def test_refused_record_in_the_middle(broker, topic, run, tmp_path, known):
    """One of a thousand of its key is too large, be the limit known beforehand or not."""
    culprit, key = 30_000, b"customer-0"
    special = {n: orders.order(n).replace(orders.key(n), key) for n in range(0, COUNT, 60)}
    ours = sorted(special)
    special[culprit] = orders.order(culprit, LARGE).replace(orders.key(culprit), key)
    path = orders.write(tmp_path / "orders.ndjson", COUNT, special)
    name, dlq = topic(config=LIMIT), topic(config={"max.message.bytes": "1000000"})
    hide = [] if known else ["-X", "compression.type=gzip", "--retry-backoff", "100ms"]
    if not known:
        special[culprit] = incompressible(culprit, key)
        orders.write(path, COUNT, special)
    result = run(orders.args(broker, name, path, "--keep-key-order", *hide, dlq=dlq), timeout=120)
    theirs = [n for n in of_key(key) if n not in special]
    expected = sorted(n for n in ours + theirs if n >= culprit)
    assert len([n for n in ours + theirs if n < culprit]) > 499 and len(expected) > 499
    assert result.status == 3, str(result)
    assert orders.ended(result) == (COUNT - len(expected), len(expected), 0, 0), str(result)
    letters = [(int(dict(r.headers)["source-line"]) - 1, r) for r in consume(broker, dlq)]
    assert [n for n, _ in letters] == expected
    assert [dict(r.headers)["error-type"] for _, r in letters] == (
        [b"MSG_SIZE_TOO_LARGE"] + [b"KEY_HELD"] * (len(expected) - 1))
    assert {r.key for _, r in letters} == {key}
    check_others(broker, name, key, special, set(expected))


def incompressible(number, key):
    """An order that no compression makes smaller than the topic's limit."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
    text = "".join(random.Random(7).choices(letters, k=300_000)).encode()
    return orders.order(number, text).replace(orders.key(number), key)


def check_others(broker, name, key, special, failed):
    """Every order that did not fail was delivered once, in order within its key."""
    last, seen = {}, set()
    for _, _, record_key, value in consume_lean(broker, name):
        n = orders.number(value)
        assert (record_key, value) == (key if n in special else orders.key(n),
                                       special.get(n, orders.order(n)))
        assert n not in seen and last.get(record_key, -1) < n
        last[record_key] = n
        seen.add(n)
    assert seen == set(range(COUNT)) - failed


def test_many_keys_fail(broker, topic, run, tmp_path):
    """Records that fail before they are sent: too large, and without a required field."""
    culprits = range(7, COUNT // 2, 997)
    special = {n: orders.order(n, LARGE) if n % 2 else orders.order(n).replace(b'"total"', b'"sum"')
               for n in culprits}
    path = orders.write(tmp_path / "orders.ndjson", COUNT, special)
    name, dlq = topic(config=LIMIT), topic(config={"max.message.bytes": "1000000"})
    result = run(orders.args(broker, name, path, "--keep-key-order", "--require", "/total", dlq=dlq),
                 timeout=120)
    first = {}
    for n in culprits:
        first.setdefault(orders.key(n), n)
    failed = {n for n in range(COUNT) if n >= first.get(orders.key(n), COUNT)}
    headers = check(result, broker, name, dlq, failed)
    for n in failed:
        expected = b"KEY_HELD"
        if n in special and n == first[orders.key(n)]:
            expected = b"MSG_SIZE_TOO_LARGE" if n % 2 else b"MISSING_FIELD"
        elif n in special and n % 2 == 0:
            expected = b"MISSING_FIELD"
        assert headers[n]["error-type"] == expected, n


def test_without_it_others_of_the_key_arrive(broker, topic, run, tmp_path):
    path = orders.write(tmp_path / "orders.ndjson", 10_000, {7: orders.order(7, LARGE)})
    name, dlq = topic(config=LIMIT), topic(config={"max.message.bytes": "1000000"})
    result = run(orders.args(broker, name, path, dlq=dlq))
    assert orders.ended(result) == (9_999, 1, 0, 0), str(result)


def test_through_an_outage(own_broker, topic, spawn, tmp_path):
    """Records that an outage fails hold theirs, too: nothing of their keys is delivered after them."""
    name, dlq = topic(on=own_broker), topic(on=own_broker)
    running = feed.start(spawn, orders.args(
        own_broker, name, "--keep-key-order", "--delivery-timeout", "2s", "--retries", "0",
        "--breaker-cooldown", "1s", dlq=dlq))
    feed.wait_for_more(running, own_broker, name)
    fallback = tmp_path / f"{name}.fallback.ndjson"
    own_broker.stop()
    running.running.wait_for("records in the fallback file",
                             lambda: fallback.exists() and fallback.stat().st_size, 60)
    own_broker.start()
    feed.wait_for_more(running, own_broker, dlq, 1000)
    result = running.finish()
    numbers = feed.Ends(own_broker, name, dlq, fallback).check(result, running.count)
    assert numbers["fallback"] and numbers["dead_lettered"] and result.status == 4, str(result)
    failed = {}
    for line in orders.fallback_lines(fallback):
        failed.setdefault(line["key"].encode(), []).append(line["source"]["line"])
    for letter in consume(own_broker, dlq):
        failed.setdefault(letter.key, []).append(int(dict(letter.headers)["source-line"]))
    assert all(lines == sorted(lines) for lines in failed.values())
    # What failed may have arrived all the same; what did not fail came before.
    for _, _, key, value in consume_lean(own_broker, name):
        line = orders.number(value) + 1
        assert line < min(failed.get(key, [line + 1])) or line in failed[key], line
