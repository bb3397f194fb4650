"""With the right properties a load works, in librdkafka's names and in Java's."""

import base64
import subprocess

import libraries
import orders
import pytest

from harness.secured import (ADMIN, ADMIN_PASSWORD, CLIENT, CLIENT_PASSWORD, certificate, client_store,
                             java_sasl_properties, sasl_properties)
from harness.witness import consume_lean

COUNT = 1000
# librdkafka never frees what it has read out of a PKCS12 file.
NO_LEAK_CHECK = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0"}


@pytest.fixture(params=libraries.CHOICES)
def load(secured, topic, run, tmp_path, request):
    """Loads orders with such properties; the result, and what stands in the topic is checked."""
    environment = libraries.environment(request.param)

    def start(properties, *options, env=None):
        name = topic(on=secured)
        secured.acl_add(CLIENT, "WRITE", "TOPIC", name)
        path = orders.write(tmp_path / "orders.ndjson", COUNT)
        config = orders.config_file(tmp_path / "client.properties", properties)
        result = run(["produce", "-F", config, "-t", name, "-k", "customerId", "--summary", "json", *options, path],
                     env={**environment, **(env or {})})
        assert result.status == 0 and orders.ended(result) == (COUNT, 0, 0, 0), str(result)
        orders.check_delivered(consume_lean(secured, name), COUNT)
        return result

    yield start
    secured.acl_clear()


@pytest.fixture
def ca(secured, tmp_path):
    """The broker's certificate as a file."""
    path = tmp_path / "ca.pem"
    path.write_text(certificate(secured))
    return path


def one_line(pem):
    """PEM as people write it into a properties file."""
    return pem.strip().replace("\n", "\\n")


def test_plain(secured, load):
    load(sasl_properties(secured, ADMIN, ADMIN_PASSWORD))


def test_tls(secured, load, ca):
    load({"bootstrap.servers": secured.address("TLS"), "security.protocol": "SSL", "ssl.ca.location": ca})


def test_sasl_over_tls(secured, load, ca):
    load({**sasl_properties(secured, ADMIN, ADMIN_PASSWORD, listener="SASL_TLS"), "ssl.ca.location": ca})


def test_java_s_file(secured, load):
    result = load({**java_sasl_properties(secured, ADMIN, ADMIN_PASSWORD),
                   "key.serializer": "org.apache.kafka.common.serialization.StringSerializer",
                   "value.serializer": "org.apache.kafka.common.serialization.StringSerializer",
                   "acks": "all", "retries": "2147483647", "buffer.memory": "33554432", "max.block.ms": "60000",
                   "max.request.size": "1048576", "interceptor.classes": "org.example.Audit"})
    warnings = [line for line in result.stderr.splitlines() if "has no effect" in line]
    assert len(warnings) == 1 and "client.properties:12: interceptor.classes" in warnings[0], str(result)


def test_java_s_pem_trust_store(secured, load, ca):
    load({**java_sasl_properties(secured, ADMIN, ADMIN_PASSWORD, listener="SASL_TLS"),
          "ssl.truststore.type": "PEM", "ssl.truststore.location": ca})


@pytest.mark.parametrize("written", [one_line, lambda pem: " \\\n  ".join(pem.strip().splitlines())])
def test_java_s_certificates_in_the_file(secured, load, written):
    load({**java_sasl_properties(secured, ADMIN, ADMIN_PASSWORD, listener="SASL_TLS"),
          "ssl.truststore.type": "PEM", "ssl.truststore.certificates": written(certificate(secured))})


def test_java_s_trust_store_that_is_no_pem(secured, load, ca, tmp_path):
    store = tmp_path / "trust.jks"
    subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", ca, "-keystore", store,
                    "-storetype", "JKS", "-storepass", "changeit"], check=True, capture_output=True, timeout=60)
    result = load({**java_sasl_properties(secured, ADMIN, ADMIN_PASSWORD, listener="SASL_TLS"),
                   "ssl.truststore.location": store, "ssl.truststore.password": "changeit"},
                  "-X", f"ssl.ca.location={ca}")
    assert "ssl.truststore.location has no effect" in result.stderr and f"-keystore {store} > ca.pem" in result.stderr


def test_key_store(secured, load, ca):
    load({"bootstrap.servers": secured.address("MTLS"), "security.protocol": "SSL", "ssl.truststore.location": ca,
          "ssl.keystore.type": "PKCS12", "ssl.keystore.location": client_store(secured),
          "ssl.keystore.password": CLIENT_PASSWORD, "ssl.key.password": CLIENT_PASSWORD}, env=NO_LEAK_CHECK)


def pem_of(secured, *options):
    return subprocess.run(["openssl", "pkcs12", "-in", client_store(secured), "-passin", f"pass:{CLIENT_PASSWORD}",
                           *options], check=True, capture_output=True, text=True, timeout=60).stdout


def test_key_store_in_the_file(secured, load, ca):
    key, chain = pem_of(secured, "-nodes", "-nocerts"), pem_of(secured, "-nokeys")
    assert base64.b64decode(key.split("-----")[2])
    result = load({"bootstrap.servers": secured.address("MTLS"), "security.protocol": "SSL",
                   "ssl.truststore.location": ca, "ssl.keystore.type": "PEM",
                   "ssl.keystore.key": one_line(key[key.index("-----BEGIN"):]),
                   "ssl.keystore.certificate.chain": one_line(chain[chain.index("-----BEGIN"):])}, "-v")
    assert key.split("-----")[2].split()[0] not in result.stderr


def test_pem_key_store(secured, load, ca, tmp_path):
    (tmp_path / "client.pem").write_text(pem_of(secured, "-nodes"))
    load({"bootstrap.servers": secured.address("MTLS"), "security.protocol": "SSL", "ssl.truststore.location": ca,
          "ssl.keystore.location": tmp_path / "client.pem"})
