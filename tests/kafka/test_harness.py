"""The harness itself: if one of these fails, no other result in this directory means anything."""

import socket
import subprocess
import sys

import pytest

from harness import paths, process
from harness import run as runner
from harness.admin import AdminError
from harness.broker import Broker
from harness.secured import (ADMIN, ADMIN_PASSWORD, ALICE, ALICE_PASSWORD, certificate, java_sasl_properties,
                             sasl_properties)
from harness.witness import (Record, console_consumer, consume, consume_kcat, consume_lean, java_partition,
                             java_partitions, produce)

ODD_HEADERS = [("trace", b"a"), ("trace", b"b"), ("null", None), ("empty", b""), ("binary", b"\x00\xff\r\n"),
               ("trace", b"a"), ("ключ", "€".encode())]


def kcat_produce(address, topic, lines, *options):
    """One record a line "key:value" by kcat."""
    return subprocess.run(["kcat", "-P", "-b", address, "-t", topic, "-K", ":", *options],
                          input="".join(f"{line}\n" for line in lines).encode(), capture_output=True, timeout=60)


def kcat_options(properties):
    return [part for key, value in properties.items() for part in ("-X", f"{key}={value}")]


def values(records):
    return [record.value for record in records]


def test_kcat_to_all_witnesses(broker, topic):
    name = topic()
    done = kcat_produce(broker.bootstrap, name, ["ü:1", "ü:2", "v:3"],
                        "-H", "h=1", "-H", "null", "-H", "empty=", "-H", "h=2",
                        "-X", "topic.partitioner=murmur2_random")
    assert done.returncode == 0, done.stderr
    found = consume(broker, name)
    assert consume_kcat(broker, name) == found
    assert sorted(consume_lean(broker, name)) == [(r.partition, r.offset, r.key, r.value) for r in found]
    assert sorted(console_consumer(broker, name)) == [b"1", b"2", b"3"]
    assert {tuple(r.headers) for r in found} == {(("h", b"1"), ("null", None), ("empty", b""), ("h", b"2"))}
    assert {(r.key.decode(), r.partition) for r in found} == {(k, java_partition(k.encode(), 6)) for k in "üv"}


def test_bytes_survive(broker, topic):
    name = topic(partitions=2)
    sent = [Record(0, 0, 1_600_000_000_000, b"\x00\xff", b"\n\x00", ODD_HEADERS),
            Record(0, 1, 1_600_000_000_001, b"", b"", []),
            Record(1, 0, 1_600_000_000_002, None, None, [("h", None)])]
    assert produce(broker, name, sent) == [(0, 0), (0, 1), (1, 0)]
    assert consume(broker, name) == sent
    assert sorted(consume_lean(broker, name)) == [(r.partition, r.offset, r.key, r.value) for r in sent]


def test_isolation(broker, topic):
    name = topic(partitions=1)
    config = {"transactional.id": name}
    produce(broker, name, [{"value": b"no"}], config, transaction="abort")
    produce(broker, name, [{"value": b"yes"}], config, transaction="commit")
    assert values(consume(broker, name)) == [b"yes"]
    assert values(consume_lean(broker, name)) == [b"yes"]
    assert values(consume(broker, name, "read_uncommitted")) == [b"no", b"yes"]
    assert values(consume_lean(broker, name, "read_uncommitted")) == [b"no", b"yes"]
    assert broker.offsets(name) == {0: (0, 4)}


def test_java_partitions():
    # Worked out without Kafka's code: murmur2 of the key, without its sign, modulo the partitions.
    keys = [b"customer-A", b"customer-B", "ключ".encode(), b"", b"\x00\xff"]
    assert java_partitions(keys, 6) == [1, 2, 2, 3, 1]


def test_config_is_in_force(broker, topic):
    name = topic(partitions=1)
    big = {"value": b"x" * 20_000}
    produce(broker, name, [big])
    broker.set_topic_config(name, {"max.message.bytes": 10_000})
    with pytest.raises(AdminError, match="RecordTooLarge"):
        produce(broker, name, [big])
    broker.set_topic_config(name, {"max.message.bytes": None})
    produce(broker, name, [big])


def test_group_offsets(broker, topic):
    name = topic()
    broker.set_group_offset(f"g-{name}", name, 3, 17, '{"line":17}')
    assert broker.group_offsets(f"g-{name}") == {(name, 3): (17, '{"line":17}')}
    assert broker.group_offsets("nobody") == {}
    broker.delete_group(f"g-{name}")
    assert broker.group_offsets(f"g-{name}") == {}


def test_deleted_topic(broker, topic):
    name = topic()
    broker.delete_topic(name)
    assert name not in broker.topics()
    with pytest.raises(AdminError, match="UnknownTopicOrPartition"):
        consume(broker, name)


def test_stop_kill_freeze(own_broker):
    name = own_broker.create_topic("survivor", partitions=1)
    address = own_broker.bootstrap
    expected = []
    for interrupt in (own_broker.stop, own_broker.kill):
        expected.append(interrupt.__name__.encode())
        produce(own_broker, name, [{"value": expected[-1]}])
        interrupt()
        assert not own_broker.running
        own_broker.start()
        assert own_broker.bootstrap == address
        assert values(consume(own_broker, name)) == expected
    own_broker.freeze()
    own_broker.thaw()
    assert values(consume(own_broker, name)) == expected


def test_failed_start_shows_the_log():
    broken = Broker()
    try:
        with socket.create_server(("127.0.0.1", int(broken.bootstrap.split(":")[1]))):
            with pytest.raises(RuntimeError, match="ended with status 1") as failure:
                broken.start()
        assert "Address already in use" in failure.value.__notes__[0]
    finally:
        broken.close()


def test_acls(secured, topic):
    name = topic(on=secured)
    properties = sasl_properties(secured, ALICE, ALICE_PASSWORD)
    address, options = secured.address("SASL"), kcat_options(properties)
    refused = kcat_produce(address, name, ["k:v"], *options)
    assert refused.returncode != 0 and b"authorization failed" in refused.stderr.lower()
    secured.acl_add(ALICE, "WRITE", "TOPIC", name)
    allowed = kcat_produce(address, name, ["k:v"], *options)
    assert allowed.returncode == 0, allowed.stderr
    assert values(consume(secured, name)) == [b"v"]
    assert secured.acl_clear() == 1


def test_scram(secured, topic):
    name = topic(on=secured)
    secured.scram_user(ADMIN, "scram-password")
    produce(secured, name, [{"value": b"v"}],
            java_sasl_properties(secured, ADMIN, "scram-password", "SCRAM-SHA-256"))
    assert values(consume(secured, name)) == [b"v"]


@pytest.mark.parametrize("listener", ["TLS", "SASL_TLS"])
def test_tls(secured, topic, tmp_path, listener):
    name = topic(on=secured)
    properties = {"security.protocol": "SSL"} if listener == "TLS" else \
        sasl_properties(secured, ADMIN, ADMIN_PASSWORD, listener=listener)
    address, options = secured.address(listener), kcat_options(properties)
    unknown = kcat_produce(address, name, ["k:v"], *options)
    assert unknown.returncode != 0 and b"certificate verify failed" in unknown.stderr
    (tmp_path / "ca.pem").write_text(certificate(secured))
    known = kcat_produce(address, name, ["k:v"], *options, "-X", f"ssl.ca.location={tmp_path / 'ca.pem'}")
    assert known.returncode == 0, known.stderr
    assert values(consume(secured, name)) == [b"v"]


@pytest.fixture
def fake_binary(tmp_path, monkeypatch):
    """Makes a Python program stand in for redrive."""
    def make(program):
        path = tmp_path / "fake"
        path.write_text(f"#!{sys.executable}\n{program}")
        path.chmod(0o755)
        monkeypatch.setenv("REDRIVE_BIN", str(path))
    return make


def test_run(fake_binary):
    fake_binary("import os, sys\n"
                "print('noise\\n{\"exit\": 3, \"in\": %d}' % len(sys.stdin.buffer.read()))\n"
                "print(os.environ.get('REDRIVE_TOPIC'), file=sys.stderr)\n"
                "sys.exit(3)")
    result = runner.run(["produce"], stdin=b"\x00\xff", env={"REDRIVE_TOPIC": "orders"})
    assert (result.status, result.summary, result.stderr) == (3, {"exit": 3, "in": 2}, "orders\n")
    assert runner.run(["produce"]).stderr == "None\n"


def test_run_fails_on_a_sanitizer_report(fake_binary):
    fake_binary("import sys; print('lib/x.c:1:2: runtime error: overflow', file=sys.stderr)")
    with pytest.raises(AssertionError, match="overflow"):
        runner.run([])


def test_spawn(fake_binary):
    fake_binary("import sys, time; print('ready', flush=True); time.sleep(600)")
    running = runner.spawn([])
    running.wait_for("ready", lambda: "ready" in running.stdout)
    assert running.kill().status == 137
    with pytest.raises(TimeoutError):
        runner.run([], timeout=0.1)


def test_processes_end_with_the_tests():
    program = """if True:
        import os, sys
        sys.path.insert(0, sys.argv[1])
        from harness import process
        sleeper = "import time; print('up', flush=True); time.sleep(600)"
        child = process.start([sys.executable, "-c", sleeper], stdout=-1)
        child.stdout.readline()
        print(child.pid, flush=True)
        os.kill(os.getpid(), 9)
    """
    done = subprocess.run([sys.executable, "-c", program, paths.ROOT / "tests"], capture_output=True, timeout=60)
    pid = int(done.stdout)
    process.wait_until("the child's end", lambda: not alive(pid), 10)


def alive(pid):
    """Whether a process runs: neither gone nor a zombie nobody has waited for yet."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
