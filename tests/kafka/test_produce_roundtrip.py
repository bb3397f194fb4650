"""Envelopes bring a record back byte for byte, straight away and by way of a fallback file."""

import base64
import json

import orders
import pytest

from harness.witness import consume

BINARY = bytes(range(256))
HEADERS = [["trace", "a"], ["trace", "b"], ["null", None], ["empty", ""],
           ["binary", {"base64": base64.b64encode(BINARY).decode()}], ["trace", "a"],
            ["ключ", "€\u0000"]]
EXPECTED_HEADERS = [("trace", b"a"), ("trace", b"b"), ("null", None), ("empty", b""),
                    ("binary", BINARY), ("trace", b"a"), ("ключ", "€\0".encode())]
AT = 1_600_000_000_123


def base64_text(data):
    return base64.b64encode(data).decode()


# The record that must arrive, and the line that somebody wrote for it.
CASES = [
    (b"customer-A", b'{"orderId":1}', EXPECTED_HEADERS, AT,
     {"key": "customer-A", "value": '{"orderId":1}', "headers": HEADERS, "timestamp": AT}),
    (BINARY, BINARY[::-1], [], 1,
     {"key_base64": base64_text(BINARY), "value_base64": base64_text(BINARY[::-1]),
      "timestamp": 1}),
    (b"", b"", [("h", b"")], AT + 1,
     {"key": "", "value": "", "headers": [["h", ""]], "timestamp": AT + 1}),
    (None, b"no key", [], AT + 2,
     {"key": None, "value": "no key", "headers": [], "timestamp": AT + 2}),
    (b"tombstone", None, [], AT + 3, {"key": "tombstone", "value": None, "timestamp": AT + 3}),
    ("ключ-😀".encode(), "a\r\n\u0000\u007f \"\\/ €".encode(), [], AT + 4,
     {"key": "ключ-😀", "value": "a\r\n\u0000\u007f \"\\/ €", "timestamp": AT + 4}),
]


@pytest.fixture
def envelopes(tmp_path):
    """A file that was written by hand, so without checksums."""
    path = tmp_path / "by-hand.ndjson"
    lines = [json.dumps({"v": 1, "topic": "elsewhere", **line}, ensure_ascii=n % 2 == 0)
             for n, (*_, line) in enumerate(CASES)]
    path.write_text("\n".join(lines))
    return path


def arguments(address, topic, path, *more):
    return ["produce", "-b", address, "-t", topic, "--format", "envelope", "--summary", "json",
            path, *more]


def check_restored(broker, name):
    found = {r.ts: (r.key, r.value, r.headers, r.ts) for r in consume(broker, name)}
    assert found == {case[3]: case[:4] for case in CASES}


def test_by_hand(broker, topic, run, envelopes):
    name = topic()
    result = run(arguments(broker.bootstrap, name, envelopes))
    assert result.status == 0 and orders.ended(result) == (len(CASES), 0, 0, 0), str(result)
    check_restored(broker, name)


def test_by_way_of_fallback(broker, topic, run, envelopes, tmp_path):
    name = topic()
    with orders.nobody() as address:
        failed = run(arguments(address, name, envelopes, "--retries", "0"))
    assert failed.status == 4 and orders.ended(failed) == (0, 0, len(CASES), 0), str(failed)
    fallback = tmp_path / f"{name}.fallback.ndjson"
    assert len(orders.fallback_lines(fallback)) == len(CASES)
    again = run(arguments(broker.bootstrap, name, fallback, "--fallback", "second.ndjson"))
    assert again.status == 0 and orders.ended(again) == (len(CASES), 0, 0, 0), str(again)
    check_restored(broker, name)


def test_by_way_of_dlq(broker, topic, run, envelopes):
    """The dead letter has the original's bytes; what happened stands behind its headers."""
    dlq = topic()
    result = run(arguments(broker.bootstrap, "no-such-topic", envelopes, "--dlq", dlq))
    assert result.status == 3 and orders.ended(result) == (0, len(CASES), 0, 0), str(result)
    found = {r.ts: r for r in consume(broker, dlq)}
    assert found.keys() == {case[3] for case in CASES}
    for key, value, headers, at, _ in CASES:
        record = found[at]
        assert (record.key, record.value, record.headers[:len(headers)]) == (key, value, headers)
        assert ("original-topic", b"no-such-topic") in record.headers[len(headers):]


def test_damaged_lines(broker, topic, run, tmp_path):
    """A line whose checksum is wrong is refused, with its bytes; the others are loaded."""
    name, dlq, path = topic(), topic(), tmp_path / "damaged.ndjson"
    lines = [b'{"v":1,"topic":"t","key":"k","value":"good"}',
             b'{"v":1,"topic":"t","key":"k","value":"bad","crc32":"00000000"}',
             b'{"v":1,"topic":"t","key":"k","value":"also good"}',
             b'{"v":1,"topic":"t","key":"k","val']
    path.write_bytes(b"\n".join(lines))
    result = run(arguments(broker.bootstrap, name, path, "--dlq", dlq))
    assert result.status == 3 and orders.ended(result) == (2, 2, 0, 0), str(result)
    assert [r.value for r in consume(broker, name)] == [b"good", b"also good"]
    dead = consume(broker, dlq)
    found = {int(dict(r.headers)["source-line"]): r.value for r in dead}
    assert found == {2: lines[1], 4: lines[3]}
    assert {dict(r.headers)["error-type"] for r in dead} == {b"INVALID_ENVELOPE"}
