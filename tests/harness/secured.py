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


def secured_broker(extra: dict | None = None) -> Broker:
    """A broker, not started, with the listeners PLAIN (open), SASL, TLS, and SASL_TLS (both).

    Over SASL: `admin` (may do all) and `alice` (may do what acl_add lets her) by PLAIN, and by SCRAM
    the users that scram_user makes. Over TLS alone: anybody. The certificate is self-signed, for 127.0.0.1.
    """
    broker = Broker(
        {"PLAIN": "PLAINTEXT", "SASL": "SASL_PLAINTEXT", "TLS": "SSL", "SASL_TLS": "SASL_SSL"},
        {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:ANONYMOUS;User:{ADMIN}",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
            **_logins("sasl"),
            **_logins("sasl_tls"),
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": _KEY_STORE,
            "ssl.keystore.password": _KEY_STORE_PASSWORD,
            **(extra or {}),
        })
    _make_key_store(broker.directory / _KEY_STORE)
    return broker


def _logins(listener: str) -> dict[str, str]:
    users = " ".join(f'user_{name}="{password}"' for name, password in _PLAIN_USERS.items())
    return {
        f"listener.name.{listener}.plain.sasl.jaas.config": f"{_PLAIN} required {users};",
        f"listener.name.{listener}.scram-sha-256.sasl.jaas.config": f"{_SCRAM} required;",
        f"listener.name.{listener}.scram-sha-512.sasl.jaas.config": f"{_SCRAM} required;",
    }


def _make_key_store(path: Path) -> None:
    subprocess.run(["keytool", "-genkeypair", "-alias", "broker", "-keyalg", "EC", "-validity", "30",
                    "-dname", f"CN={HOST}", "-ext", f"san=ip:{HOST}", "-storetype", "PKCS12",
                    "-keystore", path, "-storepass", _KEY_STORE_PASSWORD],
                   check=True, capture_output=True, timeout=60)


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


def java_sasl_properties(broker: Broker, user: str, password: str, mechanism: str = "PLAIN") -> dict[str, str]:
    """The same over SASL for Java's clients."""
    module = _PLAIN if mechanism == "PLAIN" else _SCRAM
    return {
        "bootstrap.servers": broker.address("SASL"),
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": mechanism,
        "sasl.jaas.config": f'{module} required username="{user}" password="{password}";',
    }
