"""-X dump, -X list, Java's files, and properties and addresses that can't be right. No cluster is asked."""

import pytest

from harness.run import run

JAVA = """\
bootstrap.servers=broker.example:9092
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
  username="alice" \\
  password="hunter2";
ssl.endpoint.identification.algorithm=
key.serializer=org.apache.kafka.common.serialization.StringSerializer
interceptor.classes=org.example.Audit
basic.auth.user.info=alice:hunter2
max.request.size=2000000
"""


@pytest.fixture
def config(tmp_path):
    """Writes a file for -F; its name."""
    def write(text, name="client.properties"):
        (tmp_path / name).write_text(text)
        return tmp_path / name
    return write


def dump(*args, **options):
    """{name: "value  # origin"} of -X dump, and what it says of the DLQ's own."""
    result = run(["produce", "-X", "dump", *args], **options)
    assert (result.status, result.err) == (0, b""), str(result)
    topic, _, dlq = result.stdout.partition("\n# for the DLQ\n")
    parts = [dict(line.split(" = ", 1) for line in part.splitlines()) for part in (topic, dlq)]
    assert list(parts[0]) == sorted(parts[0], key=lambda name: name.removeprefix("# "))
    return parts


def test_dump_without_anything():
    topic, dlq = dump()
    assert topic["acks"] == "all  # default" and topic["enable.idempotence"] == "true  # default"
    assert topic["message.timeout.ms"] == "30000  # --delivery-timeout"
    assert dlq == {} and "bootstrap.servers" not in topic


def test_dump_names_origins(config):
    path = config("linger.ms=3\nretries=7\nredrive.topic=orders\n")
    topic, dlq = dump("-F", path, "-X", "linger.ms=9", "-b", "a:1", "--dlq-brokers", "b:2", "no-such-file")
    assert topic["linger.ms"] == "9  # -X"
    assert topic["message.send.max.retries"] == f"7  # {path}:2"
    assert topic["bootstrap.servers"] == "a:1  # --brokers"
    assert dlq == {"bootstrap.servers": "b:2  # --dlq-brokers"}
    assert not any(name.startswith("redrive.") for name in topic)


def test_dump_of_java_s_file(config):
    path = config(JAVA)
    topic, dlq = dump("-F", path)
    assert topic["sasl.username"] == f"alice  # {path}:4" and topic["sasl.password"] == f"****  # {path}:4"
    assert topic["ssl.endpoint.identification.algorithm"] == f"none  # {path}:7"
    assert topic["message.max.bytes"] == f"2000000  # {path}:11"
    assert topic["# key.serializer"].endswith(", no effect")
    assert topic["# interceptor.classes"].startswith(f"org.example.Audit  # {path}:9, no effect: ")
    assert topic["# basic.auth.user.info"].startswith("****  # ")
    assert dlq == {}


def test_java_s_names_after_x():
    topic, _ = dump("-b", "a:1", "-X", "max.request.size=5000", "-X", "security.protocol=SASL_PLAINTEXT",
                    "-X", "sasl.mechanism=PLAIN",
                    "-X", "sasl.jaas.config=x.PlainLoginModule required username='alice' password='hunter2';")
    assert topic["message.max.bytes"] == "5000  # -X"
    assert (topic["sasl.username"], topic["sasl.password"]) == ("alice  # -X", "****  # -X")


def test_x_wins_over_java_s_login_in_the_file(config):
    topic, _ = dump("-F", config(JAVA), "-X", "sasl.username=bob")
    assert topic["sasl.username"] == "bob  # -X" and "client.properties:4" in topic["sasl.password"]


def test_the_dlq_s_file(config):
    java = config(JAVA.replace("alice", "carol"), "dlq.properties")
    topic, dlq = dump("-b", "a:1", "--dlq-config", java)
    assert "sasl.username" not in topic
    assert dlq["sasl.username"] == f"carol  # {java}:4" and dlq["sasl.password"] == f"****  # {java}:4"


def test_no_secret_is_dumped(config):
    result = run(["produce", "-F", config(JAVA), "-X", "ssl.key.password=hunter2", "-X", "dump"])
    assert result.status == 0 and "hunter2" not in result.stdout + result.stderr


def test_list():
    result = run(["produce", "-X", "list"])
    assert (result.status, result.err) == (0, b"")
    assert "bootstrap.servers" in result.stdout and "message.timeout.ms" in result.stdout


@pytest.fixture
def refused(tmp_path):
    """Runs produce; it must refuse to begin, and what it says comes back."""
    (tmp_path / "orders.ndjson").write_text("{}\n")

    def start(*args):
        result = run(["produce", "-b", "localhost:1", "-t", "orders", *args, "orders.ndjson"], cwd=tmp_path)
        assert (result.status, result.out) == (2, b"") and result.seconds < 10, str(result)
        assert "hunter2" not in result.stderr
        assert [path.name for path in tmp_path.glob("*fallback*")] == []
        return result.stderr
    return start


@pytest.mark.parametrize("args, said", [
    (["-X", "foo"], "-X: not of the form name=value"),
    (["-X", "foo=bar"], "-X: unknown property foo"),
    (["-X", "sasl.jaas.confg=hunter2"], "unknown property sasl.jaas.confg; did you mean sasl.jaas.config?"),
    (["-X", "redrive.retries=9"], "-X: redrive.retries is an option: give --retries 9"),
    (["-X", "redrive.alert-command=hunter2"], "redrive.alert-command is an option: give --alert-command COMMAND"),
    (["-X", "redrive.hunter2=9"], "-X: no property begins with redrive.; what does is an option"),
    (["-X", "acks=banana"], "-X: property acks=banana: "),
    (["-X", "enable.idempotence=true", "-X", "acks=1"], "(enable.idempotence=true, from -X; acks=1, from -X)"),
    (["-X", "acks=1"], "(acks=1, from -X; enable.idempotence=true, redrive's default; "
                       "with enable.idempotence=false too"),
    (["-X", "message.send.max.retries=0"], "(message.send.max.retries=0, from -X; enable.idempotence=true, "),
    (["-X", "max.in.flight=9"], "max.in.flight.requests.per.connection=9, from -X"),
    (["-X", "security.protocol=SASL_SSL"], "sasl.mechanism is GSSAPI unless it is set"),
    (["-X", "security.protocol=SASL_SSL", "-X", "sasl.mechanism=PLAINX", "-X", "sasl.password=hunter2"],
     "sasl.mechanism=PLAINX, from -X"),
    (["-X", "security.protocol=SSL", "-X", "ssl.ca.location=none.pem"], "ssl.ca.location=none.pem, from -X"),
])
def test_properties_that_can_t_be(refused, args, said):
    assert said in refused(*args)


def test_the_dlq_s_file_has_no_options(refused, config):
    path = config("linger.ms=1\nredrive.on-outage=wait\n")
    said = f"{path}:2: redrive.on-outage is an option: give --on-outage wait"
    assert said in refused("--dlq-config", path)


def test_a_login_that_is_no_module_is_not_told(refused):
    result = run(["produce", "-X", "sasl.jaas.config=hunter2pw required;", "-X", "dump"])
    assert result.status == 0 and "hunter2" not in result.stdout + result.stderr
    assert "it is not of the form MODULE required" in result.stdout


@pytest.mark.parametrize("option", ["-b", "--dlq-brokers"])
@pytest.mark.parametrize("brokers, said", [
    ("http://host:9092", "http://host:9092: it is no URL; write HOST:PORT,..., here host:9092"),
    ("host", "host: the port is missing; write HOST:PORT,..., here host:9092"),
    ("host:99999", "host:99999: a port is a number from 1 to 65535"),
    ("a:1,,b:2", "an entry is empty; write HOST:PORT,..."),
    ("a:1,", "an entry is empty"),
    ("sasl://alice:hunter2@host:1", "an entry has an @"),
])
def test_addresses_that_can_t_be(refused, option, brokers, said):
    said_in = refused(option, brokers)
    assert said in said_in and ("--brokers" if option == "-b" else option) in said_in


def test_addresses_in_a_file(refused, config):
    path = config("bootstrap.servers=broker.example\n")
    result = run(["produce", "-F", path, "-X", "dump"])
    assert result.status == 2 and f"{path}:1: broker.example: the port is missing" in result.stderr
