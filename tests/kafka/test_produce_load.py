"""Orders that nothing is wrong with: all arrive, once, in order, where Java would put them."""

import orders
import pytest

from harness.witness import consume_lean

COUNT = 1_000_000


@pytest.fixture(scope="module")
def million(tmp_path_factory):
    path = orders.write(tmp_path_factory.mktemp("million") / "orders.ndjson", COUNT)
    yield path
    path.unlink()


def check_load(broker, name, result):
    assert result.status == 0, str(result)
    assert orders.ended(result) == (COUNT, 0, 0, 0)
    last = result.stderr.splitlines()[-1]
    assert last.endswith(f"All {COUNT} messages sent successfully!"), str(result)
    orders.check_delivered(consume_lean(broker, name), COUNT)


def test_ndjson(broker, topic, run, million):
    name = topic()
    check_load(broker, name, run(orders.args(broker, name, million)))


@pytest.mark.parametrize("command", ["gzip", "zstd"])
def test_compressed(broker, topic, run, million, command):
    name, packed = topic(), orders.compressed(million, command)
    result = run(orders.args(broker, name, packed))
    packed.unlink()
    check_load(broker, name, result)


def test_stdin(broker, topic, run, million):
    name = topic()
    check_load(broker, name, run(orders.args(broker, name, "-"), stdin=million))
