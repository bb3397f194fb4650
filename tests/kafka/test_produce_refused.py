"""A cluster that refuses: the run stops in seconds, nothing is sent or spoilt, and the words say what to fix."""

import libraries
import orders
import pytest

from harness.secured import (ADMIN, ADMIN_PASSWORD, ALICE, ALICE_PASSWORD, certificate, java_sasl_properties,
                             sasl_properties)

SECRET = "hunter2-hunter2"
SCRAM_PASSWORD = "scram-password"
COUNT = 100
SECONDS_MAX = 10


@pytest.fixture(scope="session")
def ca(secured, tmp_path_factory):
    """The broker's certificate as a file."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    path.write_text(certificate(secured))
    return path


@pytest.fixture(params=libraries.CHOICES)
def library(request):
    """Which librdkafka."""
    libraries.environment(request.param)
    return request.param


@pytest.fixture
def acls(secured):
    """The broker whose ACLs a test may set; they are gone afterwards."""
    yield secured
    secured.acl_clear()


@pytest.fixture
def load(secured, topic, run, tmp_path, library):
    """Loads orders with such properties; the topics are there unless the test names others."""
    def start(properties, *options, name=None, dlq=None, special=None):
        name, dlq = name or topic(on=secured), dlq or topic(on=secured)
        path = orders.write(tmp_path / "orders.ndjson", COUNT, special)
        config = orders.config_file(tmp_path / "client.properties", properties)
        result = run(["produce", "-F", config, "-t", name, "-k", "customerId", "--dlq", dlq, "--summary", "json",
                      *options, path], env=libraries.environment(library))
        for secret in (SECRET, ADMIN_PASSWORD, ALICE_PASSWORD, SCRAM_PASSWORD):
            assert secret not in result.stderr + result.stdout, str(result)
        return result, name, dlq
    return start


def held(broker, *topics):
    """How many records are in topics."""
    return sum(end for topic in topics if topic in broker.topics() for _, end in broker.offsets(topic).values())


def check_refused(broker, loaded, tmp_path, *words):
    result, name, dlq = loaded
    assert result.status == 5 and result.seconds < SECONDS_MAX, str(result)
    assert result.summary["records"]["read"] == 0 and orders.ended(result) == (0, 0, 0, 0), str(result)
    assert not list(tmp_path.glob("*fallback*")), str(result)
    assert held(broker, name, dlq) == 0
    (said,) = [line for line in result.stderr.splitlines() if " ERROR " in line]
    for word in words:
        assert word in said, str(result)


@pytest.mark.parametrize("user, mechanism", [
    (ADMIN, "PLAIN"), ("nobody", "PLAIN"), (ADMIN, "SCRAM-SHA-256"), (ADMIN, "SCRAM-SHA-512"),
    ("nobody", "SCRAM-SHA-256"), ("nobody", "SCRAM-SHA-512")])
def test_wrong_user_or_password(secured, load, tmp_path, library, user, mechanism):
    if mechanism != "PLAIN":
        secured.scram_user(ADMIN, SCRAM_PASSWORD, mechanism.replace("-", "_"))
    loaded = load(sasl_properties(secured, user, SECRET, mechanism), "-v", "-X", "debug=all")
    old = mechanism != "PLAIN" and libraries.version(library) < (2, 6, 1)
    check_refused(secured, loaded, tmp_path, "sasl.username", "sasl.password", mechanism,
                  *(["2.6.1", "librdkafka#4895"] if old else []))


def test_wrong_password_in_java_s_file(secured, load, tmp_path):
    loaded = load(java_sasl_properties(secured, ADMIN, SECRET), "-v")
    check_refused(secured, loaded, tmp_path, "sasl.password")


def test_mechanism_that_the_broker_does_not_have(secured, load, tmp_path):
    loaded = load({"bootstrap.servers": secured.address("SASL"), "security.protocol": "SASL_PLAINTEXT",
                   "sasl.mechanism": "OAUTHBEARER", "enable.sasl.oauthbearer.unsecure.jwt": "true",
                   "sasl.oauthbearer.config": "principal=admin"})
    check_refused(secured, loaded, tmp_path, "sasl.mechanism, now OAUTHBEARER", "SCRAM-SHA-256")


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_scram(secured, load, tmp_path, library, mechanism):
    secured.scram_user(ADMIN, SCRAM_PASSWORD, mechanism.replace("-", "_"))
    loaded = load(sasl_properties(secured, ADMIN, SCRAM_PASSWORD, mechanism))
    if libraries.version(library) < (2, 6, 1):
        version = ".".join(map(str, libraries.version(library)))
        check_refused(secured, loaded, tmp_path, f"librdkafka {version}", "2.6.1", "sasl.mechanism=PLAIN")
    else:
        assert loaded[0].status == 0 and orders.ended(loaded[0]) == (COUNT, 0, 0, 0), str(loaded[0])


WANTS_TLS, NO_TLS = "this listener seems to want SSL or SASL_SSL", "this listener seems to have no TLS"
WANTS_SASL, NO_SASL = "this listener seems to want SASL_PLAINTEXT or SASL_SSL", "this listener has no SASL"


@pytest.mark.parametrize("protocol, listener, words", [
    ("PLAINTEXT", "TLS", WANTS_TLS),
    ("PLAINTEXT", "SASL", WANTS_SASL),
    ("PLAINTEXT", "SASL_TLS", WANTS_TLS),
    ("SSL", "PLAIN", NO_TLS),
    ("SSL", "SASL", NO_TLS),
    ("SSL", "SASL_TLS", WANTS_SASL),
    ("SASL_PLAINTEXT", "PLAIN", NO_SASL),
    ("SASL_PLAINTEXT", "TLS", WANTS_TLS),
    ("SASL_PLAINTEXT", "SASL_TLS", WANTS_TLS),
    ("SASL_SSL", "PLAIN", NO_TLS),
    ("SASL_SSL", "TLS", NO_SASL),
    ("SASL_SSL", "SASL", NO_TLS),
])
def test_protocol_of_another_listener(secured, load, tmp_path, ca, protocol, listener, words):
    loaded = load({**sasl_properties(secured, ADMIN, ADMIN_PASSWORD), "bootstrap.servers": secured.address(listener),
                   "security.protocol": protocol, "ssl.ca.location": ca})
    check_refused(secured, loaded, tmp_path, f"security.protocol, now {protocol}", words)


def test_unknown_certificate(secured, load, tmp_path):
    loaded = load({"bootstrap.servers": secured.address("TLS"), "security.protocol": "SSL"})
    check_refused(secured, loaded, tmp_path, "certificate verify failed", "ssl.ca.location")


def test_certificate_of_another_host(secured, load, tmp_path, ca):
    properties = {"bootstrap.servers": secured.address("TLS").replace("127.0.0.1", "localhost"),
                  "security.protocol": "SSL", "ssl.ca.location": ca}
    loaded = load(properties)
    check_refused(secured, loaded, tmp_path, "for another host name", "ssl.endpoint.identification.algorithm=none")
    unchecked = load({**properties, "ssl.endpoint.identification.algorithm": ""})[0]
    assert unchecked.status == 0, str(unchecked)


def test_client_without_a_certificate(secured, load, tmp_path, ca):
    loaded = load({"bootstrap.servers": secured.address("MTLS"), "security.protocol": "SSL", "ssl.ca.location": ca})
    check_refused(secured, loaded, tmp_path, "ssl.keystore.location")


def grant(operation, name):
    return f"kafka-acls --add --allow-principal User:{ALICE} --operation {operation} --topic {name}"


@pytest.fixture
def alice(secured):
    """Alice's properties."""
    return sasl_properties(secured, ALICE, ALICE_PASSWORD)


def test_no_permission_at_all(acls, load, alice, tmp_path):
    loaded = load(alice)
    check_refused(acls, loaded, tmp_path, grant("Write", loaded[1]))


def test_describe_alone(acls, load, alice, topic, tmp_path):
    name = topic(on=acls)
    acls.acl_add(ALICE, "DESCRIBE", "TOPIC", name)
    loaded = load(alice, name=name)
    check_refused(acls, loaded, tmp_path, grant("Write", name), "IdempotentWrite")


@pytest.mark.parametrize("how", ["cluster", "another topic", "not idempotent"])
def test_permission_to_write_elsewhere(acls, load, alice, topic, tmp_path, how):
    name = topic(on=acls)
    acls.acl_add(ALICE, "DESCRIBE", "TOPIC", name)
    if how == "cluster":
        acls.acl_add(ALICE, "IDEMPOTENT_WRITE", "CLUSTER")
    elif how == "another topic":
        acls.acl_add(ALICE, "WRITE", "TOPIC", topic(on=acls))
    loaded = load(alice, *(["-X", "enable.idempotence=false"] if how == "not idempotent" else []), name=name)
    check_refused(acls, loaded, tmp_path, "TOPIC_AUTHORIZATION_FAILED", f"topic {name}",
                  grant("Write", name))


def test_idempotent_write_is_not_needed_by_who_may_write(acls, load, alice, topic):
    name, dlq = topic(on=acls), topic(on=acls)
    acls.acl_add(ALICE, "WRITE", "TOPIC", name)
    acls.acl_add(ALICE, "WRITE", "TOPIC", dlq)
    result = load(alice, name=name, dlq=dlq, special={7: b"{"})[0]
    assert result.status == 3 and orders.ended(result) == (COUNT - 1, 1, 0, 0), str(result)
    # Nor is DescribeConfigs.
    assert f"The configuration of {name} can't be read" in result.stderr
    assert "kafka-acls" not in result.stderr, str(result)


def test_no_permission_on_the_dlq(acls, load, alice, topic, tmp_path):
    name, dlq = topic(on=acls), topic(on=acls)
    acls.acl_add(ALICE, "WRITE", "TOPIC", name)
    result = load(alice, name=name, dlq=dlq, special={7: b"{"})[0]
    assert result.status == 4 and orders.ended(result) == (COUNT - 1, 0, 1, 0), str(result)
    assert len(orders.fallback_lines(tmp_path / f"{name}.fallback.ndjson")) == 1
    assert f"DLQ topic {dlq} can't be used" in result.stderr and grant("Write", dlq) in result.stderr, str(result)
    assert held(acls, dlq) == 0


def test_no_permission_to_create(acls, load, alice, topic, tmp_path):
    acls.acl_add(ALICE, "DESCRIBE", "TOPIC", "new-", pattern="PREFIXED")
    acls.acl_add(ALICE, "WRITE", "TOPIC", topic(on=acls))
    loaded = load(alice, "--create-topics", name="new-orders", dlq="new-orders.dlq")
    check_refused(acls, loaded, tmp_path, "can't create the topic new-orders", grant("Create", "new-orders"))
    assert not {"new-orders", "new-orders.dlq"} & acls.topics()


def test_no_permission_to_create_the_dlq(acls, load, alice, topic, tmp_path):
    name = topic(on=acls)
    acls.acl_add(ALICE, "WRITE", "TOPIC", name)
    acls.acl_add(ALICE, "DESCRIBE", "TOPIC", "new-", pattern="PREFIXED")
    result = load(alice, "--create-topics", name=name, dlq="new-orders.dlq")[0]
    assert result.status == 0 and orders.ended(result) == (COUNT, 0, 0, 0), str(result)
    assert grant("Create", "new-orders.dlq") in result.stderr, str(result)


def test_a_broker_that_is_down_is_an_outage(run, tmp_path, library):
    path = orders.write(tmp_path / "orders.ndjson", COUNT)
    with orders.nobody() as address:
        config = orders.config_file(tmp_path / "client.properties", {
            "bootstrap.servers": address, "security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN",
            "sasl.username": ADMIN, "sasl.password": SECRET})
        result = run(["produce", "-F", config, "-t", "orders", "--retries", "0", "--summary", "json", path],
                     env=libraries.environment(library))
    assert result.status == 4 and orders.ended(result) == (0, 0, COUNT, 0), str(result)
    assert "No broker answers" in result.stderr and SECRET not in result.stderr, str(result)
