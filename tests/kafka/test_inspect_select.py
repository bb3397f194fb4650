"""dlq-inspect takes the messages that are meant, and no others."""

import csv
import io
import json

import letters
import pytest

from harness.witness import produce

COUNT = 60
HOUR = 3_600_000


def one(n):
    """Message number n: two partitions, three kinds, an hour apart."""
    return letters.letter(
        kind=["MISSING_FIELD", "INVALID_JSON", "_MSG_TIMED_OUT"][n % 3], message=f"message {n}",
        at=letters.START_MS + n * HOUR, topic=["orders.created", "orders.paid"][n % 5 == 0], partition=n % 2,
        key=None if n == 7 else b"customer-%d" % (n % 10),
        value=b"not JSON" if n == 8 else b'{"n":%d,"total":%d.50,"customer":{"a/b":"x%d"},"tags":["t%d"]}' % (n, n, n % 4, n),
        more=[("tenant", b"acme")] * (n % 4) + [("tenant", b"other")] * (n % 2) + [("null", None)])


@pytest.fixture(scope="module")
def dlq(broker):
    name = "inspect-select-dlq"
    broker.create_topic(name, 2)
    produce(broker, name, [one(n) for n in range(COUNT)])
    yield name
    broker.delete_topic(name)


@pytest.fixture
def selected(broker, dlq, run):
    """Numbers of the messages that options select, in the order they are told."""
    def select(*options):
        result = run(letters.args(broker, dlq, *options, form="ndjson"))
        assert result.status == 0 and not result.err, str(result)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        return [int(line["dlq"]["message"].removeprefix("message ")) for line in lines]
    return select


def numbers(condition):
    return {n for n in range(COUNT) if condition(n)}


@pytest.mark.parametrize("expression, condition", [
    ("error-type=MISSING_FIELD", lambda n: n % 3 == 0),
    ("type!=MISSING_FIELD", lambda n: n % 3),
    ("error-type~^_", lambda n: n % 3 == 2),
    ("original-topic=orders.paid", lambda n: n % 5 == 0),
    ("topic!~paid", lambda n: n % 5),
    ("message~ [0-9]$", lambda n: n < 10),
    ("key=customer-3", lambda n: n % 10 == 3),
    ("key!=customer-3", lambda n: n % 10 != 3),
    ("key~.", lambda n: n != 7),
    ("partition=1", lambda n: n % 2),
    ("offset>=25", lambda n: n >= 50),
    ("offset<2", lambda n: n < 4),
    ("/total>50", lambda n: n >= 50),
    ("/total<=9.50", lambda n: n < 10 and n != 8),
    ("/customer/a~1b=x1", lambda n: n % 4 == 1),
    ("/tags/0=t12", lambda n: n == 12),
    ("/nothing=1", lambda n: False),
    ("/nothing!=1", lambda n: True),
    ("value=not JSON", lambda n: n == 8),
    ("header:tenant=other", lambda n: n % 2),
    ("header:tenant!=other", lambda n: n % 2 == 0),
    ("header:tenant~acm", lambda n: n % 4),
    ("header:null=", lambda n: False),
    ("system=redrive", lambda n: True),
    ("status=pending", lambda n: True),
    ("when>=2026-01-02T00:00:00Z", lambda n: n >= 24),
    ("error-timestamp=2026-01-01T05:00:00+02:00", lambda n: n == 3),
    ("timestamp<2026-01-01", lambda n: False),
    ("attempts=0", lambda n: True),
    ("class=permanent", lambda n: True),
])
def test_where(selected, expression, condition):
    assert set(selected("--where", expression)) == numbers(condition)


def test_all_conditions_must_hold(selected):
    found = selected("--where", "error-type=MISSING_FIELD", "--where", "partition=0", "--where", "/n>10")
    assert set(found) == numbers(lambda n: n % 6 == 0 and n > 10)


@pytest.mark.parametrize("expression, complaint", [
    ("error-typ=A", "did you mean error-type?"),
    ("error-type", "is no condition"),
    ("=A", "is no condition"),
    ("message~(", "not a regular expression"),
    ("when>yesterday", "'yesterday' is no time"),
])
def test_conditions_that_can_t_be_read(broker, dlq, run, expression, complaint):
    result = run(letters.args(broker, dlq, "--where", expression))
    assert result.status == 2 and "--where" in result.stderr and complaint in result.stderr, str(result)


def test_times(selected, broker, dlq, run):
    assert set(selected("--since", "2026-01-02")) == numbers(lambda n: n >= 24)
    assert set(selected("--until", "2026-01-02T00:00:00Z")) == numbers(lambda n: n < 24)
    assert set(selected("--since", "2026-01-01T10:00:00Z", "--until", "2026-01-01T12:00:00Z")) == {10, 11}
    assert selected("--since", "-1s") == []
    for options in ["--since", "soon"], ["--until", "-2x"], ["--since", "2026-02-01", "--until", "2026-01-01"]:
        result = run(letters.args(broker, dlq, *options))
        assert result.status == 2 and options[0] in result.stderr, str(result)


def test_offsets(selected, broker, dlq, run):
    assert set(selected("--offsets", "1")) == numbers(lambda n: n % 2)
    assert set(selected("--offsets", "0:28")) == {56, 58}
    assert set(selected("--offsets", "0:0:2", "--offsets", "1:1:2")) == {0, 2, 3}
    assert selected("--offsets", "0:5:5") == selected("--offsets", "0:500") == []
    for wrong in "2", "x", "0:9:1", "0:1:2:3", "-1", "":
        result = run(letters.args(broker, dlq, "--offsets", wrong))
        assert result.status == 2 and "--offsets" in result.stderr, str(result)
    result = run(letters.args(broker, dlq, "--offsets", "0", "--offsets", "0:3"))
    assert result.status == 2 and "twice" in result.stderr, str(result)


def test_limit_takes_the_first_ones_each_time(selected):
    assert selected("--limit", "5") == [0, 2, 4, 6, 8]
    assert selected("--limit", "32")[-2:] == [1, 3]
    assert selected("--limit", "3", "--where", "error-type=INVALID_JSON") == [4, 10, 16]
    assert len(selected("--limit", "1000")) == COUNT


def test_tail_takes_the_last_ones_in_order(selected):
    assert selected("--tail", "5") == [55, 56, 57, 58, 59]
    assert selected("--tail", "3", "--where", "error-type=INVALID_JSON") == [52, 55, 58]
    assert selected("--tail", "1000") == list(range(COUNT))


def test_tail_of_many(broker, topic, run):
    """Those that are looked for stand far from the end."""
    name = topic(3)
    produce(broker, name, [letters.letter(kind="RARE" if n % 1000 == 5 else "A", message=f"message {n}", partition=n % 3,
                                          at=letters.START_MS + n) for n in range(20_000)])
    for options, expected in ((["--tail", "4"], list(range(19_996, 20_000))),
                              (["--tail", "4", "--where", "type=RARE"], [16_005, 17_005, 18_005, 19_005])):
        result = run(letters.args(broker, name, *options, form="ndjson"))
        found = [json.loads(line)["dlq"]["message"] for line in result.stdout.splitlines()]
        assert found == [f"message {n}" for n in expected], str(result)


def test_status(selected):
    assert len(selected("--status", "pending")) == len(selected("--status", "all")) == COUNT
    for status in "replayed", "discarded", "parked":
        assert selected("--status", status) == []


def test_what_is_not_selected_is_counted(broker, dlq, run):
    report = run(letters.args(broker, dlq, "--where", "partition=0", "--where", "offset<10")).summary
    assert (report["read"], report["messages"]) == (COUNT, 10)
    text = run(letters.args(broker, dlq, "--where", "key=nobody", form="table")).stdout
    assert f"0 messages selected of {COUNT}" in text and "None of its messages is selected." in text


def test_csv_has_a_row_for_each(broker, dlq, run):
    result = run(letters.args(broker, dlq, "--show-values", form="csv"))
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["error-message"] for row in rows} == {f"message {n}" for n in range(COUNT)}
    assert {(row["partition"], row["offset"], row["key"], row["system"], row["error-timestamp"])
            for row in rows} == {(str(n % 2), str(n // 2), "" if n == 7 else f"customer-{n % 10}", "redrive",
                                  letters.iso(letters.START_MS + n * HOUR)) for n in range(COUNT)}
    assert "value" in rows[0] and rows[0]["value"].startswith('{"n":')
    assert "value" not in next(csv.DictReader(io.StringIO(run(letters.args(broker, dlq, form="csv")).stdout)))
