"""Records that can't be delivered: where they end, and what is told of them."""

import json
import re
import time
from datetime import datetime

import orders
import pytest

from harness.witness import consume, consume_lean

UTC_MS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def check_headers(record, topic, error_type, began):
    """The five headers that every dead letter has; returns all of them."""
    headers = dict(record.headers)
    assert len(headers) == len(record.headers), "a header stands twice"
    assert headers["original-topic"] == topic.encode()
    assert headers["error-type"] == error_type.encode()
    assert headers["error-message"].decode().strip()
    assert headers["retry-count"] == b"0"
    when = headers["error-timestamp"].decode()
    assert UTC_MS.fullmatch(when)
    assert int(began * 1000) / 1000 <= datetime.fromisoformat(when).timestamp() <= time.time()
    return headers


def test_topic_missing(broker, topic, run, tmp_path):
    name, dlq, count = "no-such-topic", topic(), 200
    path, began = orders.write(tmp_path / "orders.ndjson", count), time.time()
    result = run(orders.args(broker, name, path, dlq=dlq))
    assert result.status == 3 and result.seconds < 5, str(result)
    assert orders.ended(result) == (0, count, 0, 0)
    dead = consume(broker, dlq)
    orders.check_delivered([r[:2] + r[3:5] for r in dead], count)
    for record in dead:
        headers = check_headers(record, name, "UNKNOWN_TOPIC_OR_PART", began)
        assert headers["source-line"] == b"%d" % (orders.number(record.value) + 1)


@pytest.mark.parametrize("dlq_limit, status", [(4_000_000, 3), (1_048_588, 4)])
def test_two_megabytes(broker, topic, run, tmp_path, dlq_limit, status):
    name, dlq, count = topic(), topic(config={"max.message.bytes": dlq_limit}), 1000
    large = orders.order(500, b"x" * 2_000_000)
    path, began = orders.write(tmp_path / "orders.ndjson", count, {500: large}), time.time()
    result = run(orders.args(broker, name, path, dlq=dlq))
    assert result.status == status, str(result)
    assert orders.ended(result) == (count - 1, status == 3, status == 4, 0)
    orders.check_delivered(consume_lean(broker, name), count, missing=[500])
    dead = consume(broker, dlq)
    if status == 3:
        assert [(r.key, r.value) for r in dead] == [(orders.key(500), large)]
        check_headers(dead[0], name, "MSG_SIZE_TOO_LARGE", began)
        return
    assert dead == []
    (line,) = orders.fallback_lines(tmp_path / f"{name}.fallback.ndjson")
    assert line["topic"] == name
    assert (line["key"].encode(), line["value"].encode()) == (orders.key(500), large)
    assert line["error"]["type"] == "MSG_SIZE_TOO_LARGE"


BAD_JSON = {3: b'{"orderId":3,"customerId":"customer-3",}', 10: b"\xff\xfe not even text \x00",
            997: b'{"orderId":997'}


def test_bad_json(broker, topic, run, tmp_path):
    name, dlq, count = topic(), topic(), 1000
    path, began = orders.write(tmp_path / "orders.ndjson", count, BAD_JSON), time.time()
    result = run(orders.args(broker, name, path, dlq=dlq))
    assert result.status == 3, str(result)
    assert orders.ended(result) == (count - len(BAD_JSON), len(BAD_JSON), 0, 0)
    orders.check_delivered(consume_lean(broker, name), count, missing=BAD_JSON)
    found, lines = {}, path.read_bytes().split(b"\n")
    for record in consume(broker, dlq):
        code = "INVALID_UTF8" if b"\xff" in record.value else "INVALID_JSON"
        headers = check_headers(record, name, dict(record.headers)["error-type"].decode(), began)
        assert headers["error-type"].decode() in (code, "INVALID_JSON")
        line = int(headers["source-line"])
        assert int(headers["source-offset"]) == sum(len(before) + 1 for before in lines[:line - 1])
        assert headers["source-file"].decode().endswith("orders.ndjson")
        found[line - 1] = record.value
    assert found == BAD_JSON


def test_field_missing(broker, topic, run, tmp_path):
    name, dlq, count = topic(), topic(), 1000
    bad = {5: b'{"orderId":5,"customerId":"customer-5","note":"no total"}',
           6: b'{"orderId":6,"customerId":"customer-6","total":null}',
           700: b'{"orderId":700,"total":1}'}
    path, began = orders.write(tmp_path / "orders.ndjson", count, bad), time.time()
    required = ["--require", "/total", "--require", "customerId"]
    result = run(orders.args(broker, name, path, *required, dlq=dlq))
    assert result.status == 3, str(result)
    assert orders.ended(result) == (count - len(bad), len(bad), 0, 0)
    orders.check_delivered(consume_lean(broker, name), count, missing=bad)
    found = {}
    for record in consume(broker, dlq):
        headers = check_headers(record, name, "MISSING_FIELD", began)
        found[int(headers["source-line"]) - 1] = (record.key, record.value)
    assert found == {5: (b"customer-5", bad[5]), 6: (b"customer-6", bad[6]), 700: (None, bad[700])}


def test_bad_csv_row(broker, topic, run, tmp_path):
    name, dlq, count = topic(), topic(), 1000
    rows = [b'%d,"customer, %d",%d' % (n, n, n) for n in range(count)]
    bad = {300: b'300,"cust"omer",1', 301: b"301,x", 302: b"302,x,1,2", 303: b"303,x,many",
           999: b'999,"open,1'}
    for n, row in bad.items():
        rows[n] = row
    path, began = tmp_path / "orders.csv", time.time()
    path.write_bytes(b"orderId,customerId,quantity\n" + b"\n".join(rows) + b"\n")
    columns = ["--csv-columns", "quantity:integer", "--csv-header", "yes"]
    result = run(orders.args(broker, name, path, *columns, dlq=dlq))
    assert result.status == 3, str(result)
    assert orders.ended(result) == (count - len(bad), len(bad), 0, 0)
    found = {}
    for record in consume(broker, dlq):
        headers = check_headers(record, name, "INVALID_CSV", began)
        assert headers["source-file"].decode().endswith("orders.csv")
        found[int(headers["source-line"]) - 2] = record.value.rstrip(b"\n")
    assert found == bad
    good = sorted((json.loads(r.value)["quantity"], r.key, r.value) for r in consume(broker, name))
    assert good == [(n, b"customer, %d" % n,
                     b'{"orderId":"%d","customerId":"customer, %d","quantity":%d}' % (n, n, n))
                    for n in range(count) if n not in bad]


def test_dlq_unreachable(broker, topic, run, tmp_path):
    name, count = topic(), 1000
    bad = {n: b"{broken %d" % n for n in range(100, 125)}
    path = orders.write(tmp_path / "orders.ndjson", count, bad)
    with orders.nobody() as address:
        result = run(orders.args(broker, name, path, "--dlq-brokers", address, dlq="orders.dlq",
                                 *["--log-format", "json", "--alert-command", "cat >>alerts"]))
    assert result.status == 4, str(result)
    assert orders.ended(result) == (count - len(bad), 0, len(bad), 0)
    orders.check_delivered(consume_lean(broker, name), count, missing=bad)
    lines = orders.fallback_lines(tmp_path / f"{name}.fallback.ndjson")
    assert {line["source"]["line"] - 1: line["value"].encode() for line in lines} == bad
    assert len(lines) == len(bad)
    assert {line["error"]["type"] for line in lines} == {"INVALID_JSON"}
    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert [event["level"] for event in events].count("critical") == 1, str(result)
    (alert,) = map(json.loads, (tmp_path / "alerts").read_text().splitlines())
    assert alert["topic"] == name and alert["dlq"] == "orders.dlq"
