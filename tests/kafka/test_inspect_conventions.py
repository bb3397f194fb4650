"""What dlq-inspect tells of dead letters is what the systems that wrote them meant, and each goes on as it was."""

import base64
import json
import re
import time
import uuid
from datetime import datetime, timezone

import orders
import pytest
from conventions import (BORN, CASES, CONNECT_SAYS, FAILED, FAILED_ISO, REDRIVE_AS_SAYS, REWRITTEN, STRANGE, WRITTEN,
                         Case, big, connect, i32, i64, serialised, ticks, without)

from harness import paths, run as runner
from harness.witness import Headers, consume, produce

BINARY = bytes(range(256))
# What else a record may be, whatever its headers say; by its timestamp, which librdkafka can't send when it is 0.
PLAIN = {
    2: (BINARY, BINARY[::-1], [("binary", BINARY), ("binary", b"\xc3"), ("ключ", "€\0".encode())]),
    1: (b"", b"", [("empty", b""), ("null", None), ("", None), ("empty", b"again")]),
    999_999_999_999: (None, None, []),
    BORN: (b"tombstone", None, [("null", None)] * 3),
    WRITTEN: (None, b"x" * 200_000, [("large", b"\xff" * 20_000)]),
    1_600_000_000_123: ("ключ-😀".encode(), "a\r\n\0\x7f \"\\/ €".encode(), [("\"\\\n", b"\n\"\\\0")]),
}

# Names of nobody's, each with the field and the encoding that a map gives it, a value, and what that says.
MAP = [
    ("x-my-topic", "topic", b"orders", {"topic": "orders"}),
    ("x-my-address", "original-topic:uri", b"kafka://topic/orders", {"topic": "orders"}),
    ("x-my-partition", "partition", b"4", {"partition": 4}),
    ("x-my-partition-32", "original-partition:int32", i32(4), {"partition": 4}),
    ("x-my-offset", "offset:decimal", b"70000000123", {"offset": 70_000_000_123}),
    ("x-my-offset-64", "offset:int64", i64(70_000_000_123), {"offset": 70_000_000_123}),
    ("x-my-birth", "timestamp:int64-ms", i64(BORN), {"timestamp": BORN}),
    ("x-my-birth-big", "original-timestamp:bigint-ms", big(BORN), {"timestamp": BORN}),
    ("x-my-birth-small", "timestamp:bigint-ms", big(128), {"timestamp": 128}),
    ("x-my-birth-unknown", "timestamp:int64-ms", i64(-1), {}),
    ("x-my-kind", "timestamp_type", b"CreateTime", {"timestamp_type": "CreateTime"}),
    ("x-my-time", "when:ms", str(FAILED).encode(), {"when": FAILED_ISO}),
    ("x-my-time-ns", "when:ns", str(FAILED * 1_000_000 + 999_999).encode(), {"when": FAILED_ISO}),
    ("x-my-time-ticks", "error-timestamp:ticks", str(ticks(FAILED)).encode(), {"when": FAILED_ISO}),
    ("x-my-time-iso", "when:iso", b"2023-11-14T23:15:23.456+01:00", {"when": FAILED_ISO}),
    ("x-my-time-any", "when:time", str(FAILED).encode(), {"when": FAILED_ISO}),
    ("x-my-time-any-iso", "when:time", FAILED_ISO.encode(), {"when": FAILED_ISO}),
    ("x-my-time-default", "when", FAILED_ISO.encode(), {"when": FAILED_ISO}),
    ("x-my-error", "type", b"OutOfStock", {"type": "OutOfStock"}),
    ("x-my-error-line", "type:class", b"com.acme.Out: of stock", {"type": "com.acme.Out"}),
    ("x-my-root", "root", b"com.acme.Root", {"root": "com.acme.Root"}),
    ("x-my-class", "error-class:text", b"transient", {"class": "transient"}),
    ("x-my-reason", "message:base64", base64.b64encode("für 17".encode()), {"message": "für 17"}),
    ("x-my-count", "attempts:int32", i32(3), {"attempts": 3}),
    ("x-my-group", "group", b"billing", {"group": "billing"}),
    ("x-my-stack", "stack", b"at A.b\n\tat C.d", {"stack": "at A.b\n\tat C.d"}),
    ("x-my-stage", "stage", b"price", {"stage": "price"}),
    ("x-my-part", "component", b"pricing", {"component": "pricing"}),
    ("ключ", "component", b"pricing", {"component": "pricing"}),
]
MAPPED = [
    *[Case(f"{name} is {meaning}", [(name, value)], {"system": "custom", **REWRITTEN, **says})
      for name, meaning, value, says in MAP],
    Case("a null that a map knows", [("x-my-topic", None), ("x-my-group", b"billing")],
         {"system": "custom", "group": "billing", **REWRITTEN}),
    Case("the last of several that a map knows", [("x-my-topic", b"first"), ("x-my-topic", b"last")],
         {"system": "custom", "topic": "last", **REWRITTEN}),
    Case("the first in the map of two for one field", [("x-my-address", b"second"), ("x-my-topic", b"first")],
         {"system": "custom", "topic": "first", **REWRITTEN}),
    Case("a map's name in other letters", [("X-My-Topic", b"orders")], None),
]
# A map comes before all others, which fill in what it leaves; the record's timestamp means what it means to them.
BESIDE = Case("Connect's, and a name of the map", [("x-my-topic", b"elsewhere"), *connect()],
              {**CONNECT_SAYS, "system": "custom", "topic": "elsewhere", "older": [CONNECT_SAYS]})

LETTERS = [*CASES, *STRANGE, *MAPPED, BESIDE]


def letter(case) -> dict:
    return {"key": case.name.encode(), "value": b"{}", "ts": WRITTEN, "headers": case.headers}


@pytest.fixture(scope="module")
def dlq(broker):
    """A topic with all dead letters there are."""
    name = broker.create_topic(f"t-{uuid.uuid4().hex[:12]}", 1)
    plain = [{"key": key, "value": value, "headers": found, "ts": ts} for ts, (key, value, found) in PLAIN.items()]
    produce(broker, name, [letter(case) for case in LETTERS] + plain)
    yield name
    broker.delete_topic(name)


def inspect(broker, name, *options):
    result = runner.run(["dlq-inspect", "-b", broker.bootstrap, "-t", name, "--format", "ndjson", *options])
    assert result.status == 0, str(result)
    return result


def told_of(result) -> list[dict]:
    return [json.loads(line) for line in result.out.splitlines()]


def by_key(result) -> dict[str, dict]:
    return {line["key"]: line for line in told_of(result) if line.get("key")}


@pytest.fixture(scope="module")
def told(broker, dlq):
    """Each dead letter's line, by the name of its case."""
    return by_key(inspect(broker, dlq))


@pytest.fixture(scope="module")
def map_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("map") / "names.json"
    path.write_text(json.dumps({name: meaning for name, meaning, *_ in MAP}))
    return path


@pytest.fixture(scope="module")
def told_with_map(broker, dlq, map_file):
    """The same with a map of home-made names."""
    return by_key(inspect(broker, dlq, "--header-map", map_file))


def raw_headers(line: dict) -> Headers:
    """The headers of an envelope, as bytes."""
    def raw(value):
        if isinstance(value, dict):
            return base64.b64decode(value["base64"])
        return None if value is None else value.encode()
    return [(name, raw(value)) for name, value in line["headers"]]


def each(cases):
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def test_encoders():
    """What the expectations are made of: values that the systems' documents and other tools give."""
    assert (i64(BORN).hex(), big(BORN).hex()) == ("0000018bcfe56800", "018bcfe56800")
    assert (i32(-1), i64(-1), big(-1)) == (b"\xff" * 4, b"\xff" * 8, b"\xff")
    assert (big(127), big(128)) == (b"\x7f", b"\0\x80")
    assert ticks(0) == 621_355_968_000_000_567
    assert serialised("A").hex() == "aced00057372000141" + "0000000000000001" + "020000" + "7870"


def test_every_system_is_here():
    """All that the manual names; a system that is added there gets cases here."""
    manual = (paths.ROOT / "man" / "redrive-dlq-inspect.1.scd").read_text()
    table = manual[manual.index("[[ *system*"):manual.index("A record may carry")]
    named = {name for line in table.splitlines() if line.startswith("|") for name in re.findall("_([a-z-]+)_", line)}
    assert named == {case.dlq["system"] for case in CASES + MAPPED if case.dlq} and len(named) > 25


@each(CASES)
def test_convention(told, case):
    line = told[case.name]
    assert line["dlq"] == case.dlq
    assert raw_headers(line) == case.headers
    assert (line["partition"], line["status"], line["timestamp"]) == (0, "pending", WRITTEN)


@each(STRANGE)
def test_what_is_not_what_its_name_promises(told, case):
    """It is shown in hex, and the rest is told all the same."""
    said = dict(told[case.name]["dlq"])
    [warning] = said.pop("warnings")
    assert warning.startswith(f"{case.header} is not ")
    assert warning.endswith(f": {dict(case.headers)[case.header].hex() or 'no bytes'}")
    assert said == case.dlq
    assert raw_headers(told[case.name]) == case.headers


def test_how_many_are_strange(broker, dlq):
    report = json.loads(inspect(broker, dlq, "--format", "json").out)
    assert report["read"] == len(LETTERS) + len(PLAIN)
    assert report["with_warnings"] == len(STRANGE)


def test_the_broker_s_timestamp(broker, topic):
    """Where the broker sets it, no timestamp is the original's: it tells when the dead letter came."""
    name = topic(1, {"message.timestamp.type": "LogAppendTime"})
    produce(broker, name, [letter(CASES[0])])
    [line], [record] = told_of(inspect(broker, name)), consume(broker, name)
    assert line["dlq"] == {**without(CASES[0].dlq, "timestamp"), "when": iso(record.ts)}


def iso(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms // 1000, timezone.utc):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"


@pytest.mark.parametrize("style", ["redrive", *REDRIVE_AS_SAYS])
def test_redrive_s_own_dead_letters(broker, topic, run, tmp_path, style):
    name, dead, path = topic(1), topic(1), tmp_path / "orders.ndjson"
    good, bad = b'{"total":1,"at":%d}\n' % BORN, b'{"at":%d}\n' % BORN
    path.write_bytes(good + bad)
    began = iso(time.time_ns() // 1_000_000)
    result = run(["produce", "-b", broker.bootstrap, "-t", name, "--require", "/total", "--timestamp-from", "/at",
                  "--dlq", dead, "--dlq-headers", style, path])
    assert result.status == 3, str(result)
    [line] = told_of(inspect(broker, dead))
    if style == "redrive":
        assert began <= line["dlq"].pop("when") <= iso(time.time_ns() // 1_000_000)
    assert "/total" in line["dlq"].pop("message")
    assert line["timestamp"] == BORN
    assert line["dlq"] == {
        "system": style, "topic": name, "timestamp": BORN, "attempts": 0, "type": "MISSING_FIELD",
        "class": "permanent", "persisted": "no", "file": str(path), "line": 2, "byte": len(good), "format": "ndjson",
        **REDRIVE_AS_SAYS.get(style, {})}


@each(MAPPED)
def test_header_map(told, told_with_map, case):
    assert told[case.name]["dlq"] is None
    assert told_with_map[case.name]["dlq"] == case.dlq


def test_header_map_beside_a_system(told, told_with_map):
    assert told[BESIDE.name]["dlq"] == CONNECT_SAYS
    assert told_with_map[BESIDE.name]["dlq"] == BESIDE.dlq


def test_header_map_leaves_the_rest_alone(told, told_with_map):
    others = [case.name for case in CASES + STRANGE]
    assert [told_with_map[name] for name in others] == [told[name] for name in others]


def test_header_map_of_a_configuration_file(broker, dlq, map_file, told_with_map, tmp_path):
    config = orders.config_file(tmp_path / "redrive.properties", {"redrive.header-map": str(map_file)})
    assert by_key(inspect(broker, dlq, "-F", config)) == told_with_map


@pytest.mark.parametrize("text, said", [
    ('{"x-a":"group","x-b":"topik"}', ["x-b", "no field topik", "did you mean topic?"]),
    ('{"x-a":"orignal-topic"}', ["x-a", "no field orignal-topic", "did you mean original-topic?"]),
    ('{"x-a":"whem:ms"}', ["x-a", "no field whem;", "did you mean when?"]),
    ('{"x-a":"frobnicate"}', ["x-a", "no field frobnicate"]),
    ('{"x-a":""}', ["x-a", "no field"]),
    ('{"x-a":"when:millis"}', ["x-a", "no encoding millis", "int64-ms", "ticks"]),
    ('{"x-a":"when:"}', ["x-a", "no encoding"]),
    ('{"x-a":"offset:iso"}', ["x-a", "original-offset is a number", "ISO 8601"]),
    ('{"x-a":"when:int64"}', ["x-a", "error-timestamp is a time"]),
    ('{"x-a":"topic:int32"}', ["x-a", "original-topic is text"]),
    ('{"x-a":4}', ["x-a", "string"]),
    ('{"x-a":"topic",\n"x-a":"group"}', [":2: ", "x-a"]),
    ('["x-a"]', ["not a JSON object"]),
    ('{"x-a":\n"topic"', [":2: "]),
    ("", [":1: "]),
    (None, ["No such file or directory"]),
])
def test_header_maps_that_make_no_sense(run, tmp_path, text, said):
    path = tmp_path / "names.json"
    if text is not None:
        path.write_text(text)
    with orders.nobody() as address:
        result = run(["dlq-inspect", "-b", address, "-t", "orders.dlq", "--header-map", path])
    assert result.status == 2 and result.stdout == "", str(result)
    assert [part for part in [path.name, *said] if part not in result.stderr] == [], str(result)


def test_round_trip(broker, topic, dlq, run, tmp_path):
    """What is inspected is loaded again byte for byte."""
    path, name = tmp_path / "letters.ndjson", topic(1)
    assert inspect(broker, dlq, "-o", path).out == b""
    result = run(["produce", "-b", broker.bootstrap, "-t", name, "--format", "envelope", "--summary", "json", path])
    assert result.status == 0 and orders.ended(result) == (len(LETTERS) + len(PLAIN), 0, 0, 0), str(result)
    were, are = consume(broker, dlq), consume(broker, name)
    assert [record[2:] for record in are] == [record[2:] for record in were]
    assert {r.ts: r[3:] for r in are[-len(PLAIN):]} == PLAIN
