"""A broker with users, ACLs and TLS: open to the tests themselves, closed to everyone else."""

import ssl
import subprocess
from pathlib import Path

from .broker import HOST, Broker

ADMIN, ADMIN_PASSWORD = "admin", "admin-password"
ALICE, ALICE_PASSWORD = "alice", "alice-password"

_PLAIN_USERS = {ADMIN: ADMIN_PASSWORD, ALICE: ALICE_PASSWORD}
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"

_KEY_STORE, _KEY_STORE_PASSWORD = "tls.p12", "key-store-password"
CLIENT, CLIENT_PASSWORD = "CN=carol", "client-store-password"
_CLIENT_STORE, _CLIENT_CERTIFICATE = "client.p12", "client.pem"


def secured_broker(extra: dict | None = None) -> Broker:
    """A broker, not started, with the listeners PLAIN (open), SASL, TLS, SASL_TLS (both), and MTLS.

    Over SASL: `admin` (may do all) and `alice` (may do what acl_add lets her) by PLAIN, and by SCRAM
    the users that scram_user makes. Over TLS alone: anybody; over MTLS who has client_store's key, as
    CLIENT. The certificates are self-signed, the broker's for 127.0.0.1.
    """
    broker = Broker(
        {"PLAIN": "PLAINTEXT", "SASL": "SASL_PLAINTEXT", "TLS": "SSL", "SASL_TLS": "SASL_SSL", "MTLS": "SSL"},
        {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:ANONYMOUS;User:{ADMIN}",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
            **_logins("sasl"),
            **_logins("sasl_tls"),
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": _KEY_STORE,
            "ssl.keystore.password": _KEY_STORE_PASSWORD,
            "listener.name.mtls.ssl.client.auth": "required",
            "listener.name.mtls.ssl.truststore.type": "PEM",
            "listener.name.mtls.ssl.truststore.location": _CLIENT_CERTIFICATE,
            **(extra or {}),
        })
    _make_key_store(broker.directory / _KEY_STORE, f"CN={HOST}", _KEY_STORE_PASSWORD)
    _make_key_store(client_store(broker), CLIENT, CLIENT_PASSWORD)
    _keytool("-exportcert", "-rfc", "-alias", "key", "-keystore", client_store(broker), "-storepass", CLIENT_PASSWORD,
             "-file", broker.directory / _CLIENT_CERTIFICATE)
    return broker


def client_store(broker: Broker) -> Path:
    """CLIENT's key store, PKCS12 with CLIENT_PASSWORD."""
    return broker.directory / _CLIENT_STORE


def _logins(listener: str) -> dict[str, str]:
    users = " ".join(f'user_{name}="{password}"' for name, password in _PLAIN_USERS.items())
    return {
        f"listener.name.{listener}.plain.sasl.jaas.config": f"{_PLAIN} required {users};",
        f"listener.name.{listener}.scram-sha-256.sasl.jaas.config": f"{_SCRAM} required;",
        f"listener.name.{listener}.scram-sha-512.sasl.jaas.config": f"{_SCRAM} required;",
    }


def _make_key_store(path: Path, name: str, password: str) -> None:
    _keytool("-genkeypair", "-alias", "key", "-keyalg", "EC", "-validity", "30", "-dname", name,
             "-ext", f"san=ip:{HOST}", "-storetype", "PKCS12", "-keystore", path, "-storepass", password)


def _keytool(*args) -> None:
    subprocess.run(["keytool", *args], check=True, capture_output=True, timeout=60)


def certificate(broker: Broker, listener: str = "TLS") -> str:
    """PEM of the certificate a running broker shows: what a client needs as its CA."""
    host, port = broker.address(listener).split(":")
    return ssl.get_server_certificate((host, int(port)), timeout=10)


def sasl_properties(broker: Broker, user: str, password: str, mechanism: str = "PLAIN",
                    listener: str = "SASL") -> dict[str, str]:
    """Client properties, librdkafka's names, to log in; over SASL_TLS add ssl.ca.location."""
    return {
        "bootstrap.servers": broker.address(listener),
        "security.protocol": "SASL_SSL" if listener == "SASL_TLS" else "SASL_PLAINTEXT",
        "sasl.mechanism": mechanism,
        "sasl.username": user,
        "sasl.password": password,
    }


def java_sasl_properties(broker: Broker, user: str, password: str, mechanism: str = "PLAIN",
                         listener: str = "SASL") -> dict[str, str]:
    """The same for Java's clients; over SASL_TLS add ssl.truststore.location."""
    module = _PLAIN if mechanism == "PLAIN" else _SCRAM
    return {
        "bootstrap.servers": broker.address(listener),
        "security.protocol": "SASL_SSL" if listener == "SASL_TLS" else "SASL_PLAINTEXT",
        "sasl.mechanism": mechanism,
        "sasl.jaas.config": f'{module} required username="{user}" password="{password}";',
    }
