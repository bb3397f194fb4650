"""Options that change what arrives, and the metrics."""

import json
import re
import uuid
from datetime import datetime, timezone

import orders

from harness.witness import consume

LABEL = r'[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf"([a-z_]+)(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?\d+(?:\.\d+)?)")


def test_create_topics(broker, run, tmp_path):
    name = f"created-{uuid.uuid4().hex[:8]}"
    path = orders.write(tmp_path / "orders.ndjson", 100, {50: orders.order(50, b"x" * 3_000_000)})
    result = run(orders.args(broker, name, path, "--create-topics"))
    try:
        assert {name, f"{name}.dlq"} <= broker.topics()
        assert result.status == 3 and orders.ended(result) == (99, 1, 0, 0), str(result)
        limits = [int(broker.topic_config(t)["max.message.bytes"]) for t in (name, f"{name}.dlq")]
        assert limits[0] < 2_000_000 and limits[1] >= 16 << 20
        assert [len(r.value) > 3_000_000 for r in consume(broker, f"{name}.dlq")] == [True]
    finally:
        for created in broker.topics() & {name, f"{name}.dlq"}:
            broker.delete_topic(created)


def test_headers_and_timestamp(broker, topic, run, tmp_path):
    name, path = topic(), tmp_path / "orders.ndjson"
    rows = [{"customerId": "a", "at": 1_600_000_000_123, "meta": {"source": "shop €"}},
            {"customerId": "b", "at": "2024-02-29T12:00:00.250Z", "meta": {"source": "app"}},
            {"customerId": "c", "at": "2024-02-29T12:00:00+02:00", "meta": {"source": 7}}]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    result = run(orders.args(broker, name, path, "-H", "origin=nightly load", "-H", "origin=again",
                             "-H", "empty=", "--header-from", "source=/meta/source",
                             "--timestamp-from", "/at"))
    assert result.status == 0 and orders.ended(result) == (3, 0, 0, 0), str(result)
    found = {r.key: r for r in consume(broker, name)}
    fixed = [("origin", b"nightly load"), ("origin", b"again"), ("empty", b"")]
    assert {k: r.headers for k, r in found.items()} == {
        b"a": [*fixed, ("source", "shop €".encode())], b"b": [*fixed, ("source", b"app")],
        b"c": [*fixed, ("source", b"7")]}
    noon = int(datetime(2024, 2, 29, 12, tzinfo=timezone.utc).timestamp() * 1000)
    assert {k: r.ts for k, r in found.items()} == {
        b"a": 1_600_000_000_123, b"b": noon + 250, b"c": noon - 2 * 3600 * 1000}


def samples(text):
    """{name: {labels: value}} of Prometheus' text format, every line of which is well-formed."""
    typed, helped, found = {}, set(), {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.add(line.split(" ", 3)[2])
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in typed and kind in ("counter", "gauge"), line
            typed[name] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            name, labels, value = match.groups()
            labels = tuple(sorted(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', labels or "")))
            assert name in typed and name in helped, line
            assert labels not in found.setdefault(name, {}), line
            assert (typed[name] == "counter") == name.endswith("_total"), line
            found[name][labels] = float(value)
    return found


def by_label(family, label):
    return {dict(labels)[label]: value for labels, value in family.items()}


def test_metrics_file(broker, topic, run, tmp_path):
    name, dlq, path = topic(), topic(), tmp_path / "orders.ndjson"
    orders.write(path, 1000, {3: b"{", 4: b"}", 5: b'{"orderId":5}'})
    result = run(orders.args(broker, name, path, "--require", "/total",
                             "--metrics-file", "redrive.prom", dlq=dlq))
    assert result.status == 3 and orders.ended(result) == (997, 3, 0, 0), str(result)
    found = samples((tmp_path / "redrive.prom").read_text())
    numbers = orders.check_numbers(result)
    outcomes = by_label(found["redrive_records_total"], "outcome")
    assert outcomes == {sink: numbers[sink] for sink in orders.SINKS}
    errors = by_label(found["redrive_errors_total"], "code")
    assert errors == numbers["errors"] == {"INVALID_JSON": 2, "MISSING_FIELD": 1}
    for metric, value in (("records_read_total", 1000), ("retries_total", 0),
                          ("possible_duplicates_total", 0), ("bytes_total", path.stat().st_size),
                          ("exit_status", 3), ("duration_seconds", result.summary["duration_s"])):
        (sample,) = found[f"redrive_{metric}"].items()
        assert sample == ((("command", "produce"), ("topic", name)), value)
