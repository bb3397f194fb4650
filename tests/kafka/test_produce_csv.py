"""Rows become the JSON that a careful person would write."""

import json

import orders
import pytest

from harness import paths
from harness.witness import consume, consume_lean

CAREFUL = paths.ROOT / "fixtures" / "csv-careful"
COUNT = 100_000


def test_careful(broker, topic, run):
    name, dlq = topic(), topic()
    types = "quantity:integer,total:number,paid:boolean"
    result = run(["produce", "-b", broker.bootstrap, "-t", name, "--dlq", dlq, "-k", "/customer/id",
                  "--csv-columns", types, "--csv-header", "yes", "--summary", "json",
                  CAREFUL / "input.csv"])
    assert result.status == 0, str(result)
    expected = (CAREFUL / "expect.ndjson").read_bytes().splitlines()
    assert orders.ended(result) == (len(expected), 0, 0, 0)
    found = sorted(consume(broker, name), key=lambda r: json.loads(r.value)["orderId"].lstrip("0"))
    assert [r.value for r in found] == expected
    customers = [json.loads(line)["customer"]["id"] for line in expected]
    assert [r.key.decode() for r in found] == customers


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_many_rows(broker, topic, run, tmp_path, delimiter):
    name, path = topic(), tmp_path / "orders.csv"
    cut = delimiter.encode()
    rows = [cut.join([b"%d", b'"%s"', b"%d.50", b'"a%s ""b"""']) % (n, orders.key(n), n % 1000, cut)
            for n in range(COUNT)]
    path.write_bytes(b"".join(row + b"\r\n" for row in rows))
    result = run(orders.args(broker, name, path, "--csv-delimiter", delimiter,
                             "--csv-columns", "orderId:integer,customerId,total:number,note"))
    assert result.status == 0, str(result)
    assert orders.ended(result) == (COUNT, 0, 0, 0)
    note = b'a%s \\"b\\"' % cut
    found = {(r.key, r.value) for r in consume_lean(broker, name)}
    assert found == {(orders.key(n), orders.order(n, note)) for n in range(COUNT)}
    assert sum(end for _, end in broker.offsets(name).values()) == COUNT
