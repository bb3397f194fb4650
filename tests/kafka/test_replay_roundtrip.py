"""What comes back is what was: key, value, headers and timestamp, byte for byte, whoever has given it up."""

import json

import conventions
import pytest
import replays
from test_produce_roundtrip import CASES, check_restored

from harness.witness import consume, produce

OWN = [("trace", b"a"), ("null", None), ("trace", b"\0\xff"), ("empty", b""), ("ключ", "€".encode())]
AT = 1_600_000_000_123


def test_as_redrive_has_given_it_up(broker, topic, run, tmp_path):
    dlq = topic(suffix=".dlq")
    name = dlq.removesuffix(".dlq")
    path = tmp_path / "by-hand.ndjson"
    path.write_text("\n".join(json.dumps({"v": 1, "topic": "elsewhere", **line}) for *_, line in CASES))
    failed = run(["produce", "-b", broker.bootstrap, "-t", name, "--dlq", dlq, "--format", "envelope", path])
    assert failed.status == 3, str(failed)
    broker.create_topic(name)
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=len(CASES))
    check_restored(broker, name)
    broker.delete_topic(name)


def spring(name):
    return (conventions.spring_exception()
            + conventions.spring_original(topic=name, partition=2, timestamp=AT) + conventions.GROUP)


def connect(name):
    return conventions.connect(topic=name, partition=2)


def streams(name):
    return conventions.streams(topic=name, partition=2)


@pytest.mark.parametrize("give_up", [spring, connect, streams])
def test_as_others_have_given_it_up(broker, topic, run, give_up):
    """It goes to the partition where it was, whatever its key would say, and only what they added is gone."""
    name, dlq = topic(), topic(2)
    records = [{"partition": n % 2, "ts": AT, "key": key, "value": value, "headers": [*OWN, *give_up(name)]}
               for n, (key, value) in enumerate([(b"customer-A", b'{"n":0}'), (b"\0\xff", b"\xff\0"), (None, b""),
                                                 (b"", b"no key"), (b"tombstone", None)])]
    produce(broker, dlq, records)
    result = run(replays.args(broker, dlq))
    assert result.status == 0, str(result)
    replays.numbers(result, delivered=len(records))
    found = consume(broker, name)
    assert {r.partition for r in found} == {2}
    assert sorted((repr(r.key), repr(r.value), r.headers, r.ts) for r in found) == \
        sorted((repr(r["key"]), repr(r["value"]), OWN, AT) for r in records)


def test_to_another_topic(broker, topic, run):
    """There its key decides on the partition."""
    name, dlq, other = topic(), topic(1), topic()
    produce(broker, dlq, [{"ts": AT, "key": b"customer-A", "value": b"{}", "headers": [*OWN, *connect(name)]}])
    result = run(replays.args(broker, dlq, "--to", other))
    assert result.status == 0, str(result)
    (record,) = consume(broker, other)
    assert (record.key, record.value, record.headers, record.ts) == (b"customer-A", b"{}", OWN, AT)
    assert consume(broker, name) == []


def test_by_a_header_map(broker, topic, run, tmp_path):
    name, dlq = topic(), topic(1)
    (tmp_path / "map.json").write_text('{"x-came-from":"topic"}')
    produce(broker, dlq, [{"ts": AT, "value": b"{}", "headers": [*OWN, ("x-came-from", name.encode())]}])
    result = run(replays.args(broker, dlq))
    assert result.status == 3, str(result)
    replays.numbers(result, pending=1)
    assert result.summary["errors"] == {"NO_DESTINATION": 1} and f"{dlq} 0:0: NO_DESTINATION" in result.stderr
    result = run(replays.args(broker, dlq, "--header-map", "map.json"))
    assert result.status == 0, str(result)
    (record,) = consume(broker, name)
    assert record.headers == OWN
