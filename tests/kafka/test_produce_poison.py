"""A record that its topic refuses harms only itself."""

import orders
import pytest

from harness.secured import ALICE, ALICE_PASSWORD, sasl_properties
from harness.witness import consume, consume_lean

COUNT = 100_000
LARGE = {n: orders.order(n, b"x" * 20_000) for n in (7, 51_234, 99_998)}
LIMIT = {"max.message.bytes": 10_000}


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    return orders.write(tmp_path_factory.mktemp("poison") / "orders.ndjson", COUNT, LARGE)


def check_poison(broker, name, dlq, result):
    assert result.status == 3, str(result)
    assert orders.ended(result) == (COUNT - len(LARGE), len(LARGE), 0, 0)
    orders.check_delivered(consume_lean(broker, name), COUNT, missing=LARGE)
    dead = consume(broker, dlq)
    assert {r.key: r.value for r in dead} == {orders.key(n): value for n, value in LARGE.items()}
    assert len(dead) == len(LARGE)
    for record in dead:
        headers = dict(record.headers)
        assert headers["error-type"] == b"MSG_SIZE_TOO_LARGE"
        assert headers["source-line"] == b"%d" % (orders.number(record.value) + 1)


def test_limit_known(broker, topic, run, poisoned):
    name, dlq = topic(config=LIMIT), topic(partitions=2)
    check_poison(broker, name, dlq, run(orders.args(broker, name, poisoned, dlq=dlq)))


@pytest.fixture
def alice(secured, tmp_path):
    """Allows what a load needs and no more; makes a file for --config."""
    def allow(*topics):
        for name in topics:
            for operation in ("WRITE", "DESCRIBE"):
                secured.acl_add(ALICE, operation, "TOPIC", name)
        secured.acl_add(ALICE, "IDEMPOTENT_WRITE", "CLUSTER")
        properties = sasl_properties(secured, ALICE, ALICE_PASSWORD)
        del properties["bootstrap.servers"]
        return orders.config_file(tmp_path / "alice.properties", properties)

    yield allow
    secured.acl_clear()


def test_limit_not_to_be_read(secured, topic, run, poisoned, alice):
    name, dlq = topic(config=LIMIT, on=secured), topic(partitions=2, on=secured)
    config = alice(name, dlq)
    result = run(["produce", "-b", secured.address("SASL"), "-F", config, "-t", name, "--dlq", dlq,
                  "-k", "customerId", "--summary", "json", poisoned])
    check_poison(secured, name, dlq, result)
