"""Different error messages of a few kinds, as fixtures/errors has them."""

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from harness import paths

_FIXTURE = paths.ROOT / "fixtures" / "errors" / "messages.tsv"
TRIES = 50

_CLUSTER_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Kind(NamedTuple):
    """A kind of error: its type, a message with what varies in braces, and what all of them are filed under."""

    type: str
    template: str
    folded: str


def kinds() -> list[Kind]:
    """All kinds of the fixture."""
    return [Kind(*line.split("\t")) for line in _FIXTURE.read_text().splitlines()]


def messages(count: int, seed: int = 1) -> Iterator[tuple[Kind, str]]:
    """So many messages, no two of them the same; the kinds in turn, as long as they have others."""
    chance, seen = random.Random(seed), set()
    left = kinds()
    while len(seen) < count:
        kind = left.pop(0)
        if message := _another(kind, seen, chance):
            seen.add(message)
            left.append(kind)
            yield kind, message


def _another(kind: Kind, seen: set[str], chance: random.Random) -> str | None:
    for _ in range(TRIES):
        message = re.sub(r"\{(\w+)\}", lambda hit: _MAKERS[hit[1]](chance), kind.template)
        if message not in seen:
            return message
    return None


def _text(chance: random.Random, letters: str, length: int) -> str:
    return "".join(chance.choice(letters) for _ in range(length))


def _time(chance):
    at = _EPOCH + timedelta(milliseconds=chance.randrange(10 ** 10))
    return chance.choice([at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z",
                          at.strftime("%Y-%m-%d %H:%M:%S,") + f"{at.microsecond // 1000:03}",
                          at.isoformat(timespec="seconds")])


def _ip(chance):
    address = f"{chance.choice(['192.0.2', '198.51.100', '203.0.113'])}.{chance.randrange(256)}"
    return address + chance.choice(["", f":{chance.randrange(1024, 65536)}"])


def _host(chance):
    name = chance.choice(["db-primary.acme.internal", "db-replica.acme.internal", "kafka.acme.example.com",
                          "kafka-{n}.acme.example.com", "ip-192-0-2-{n}.acme.internal", "redis-{n}.prod.svc.cluster.local"])
    return name.replace("{n}", str(chance.randrange(1, 90))) + f":{chance.choice([5432, 9092, 6379])}"


def _url(chance):
    return chance.choice(["https", "http"]) + f"://api.acme.example.com/v1/orders/{chance.randrange(10 ** 6)}" + \
        chance.choice(["", f"?trace={chance.getrandbits(64):x}"])


def _json(chance):
    return '"{\\"orderId\\":%d,\\"customer\\":{\\"name\\":\\"%s\\"},\\"total\\":%d.%02d}"' % (
        chance.randrange(10 ** 6), _name(chance), chance.randrange(1000), chance.randrange(100))


def _name(chance):
    return _text(chance, _LETTERS, chance.randrange(4, 11)).title()


_MAKERS = {
    "n": lambda chance: str(chance.randrange(10 ** chance.randrange(1, 6))),
    "big": lambda chance: str(chance.randrange(10 ** 6, 10 ** 10)),
    "amount": lambda chance: f"{chance.randrange(10 ** 7):,}.{chance.randrange(100):02}",
    "uuid": lambda chance: re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5",
                                  f"{chance.getrandbits(128):032x}"),
    "hex": lambda chance: f"{chance.getrandbits(160):040x}"[:chance.choice([12, 16, 32, 40])],
    "hex8": lambda chance: f"{chance.getrandbits(32):08x}",
    "id": lambda chance: f"{_text(chance, 'ABCDEFGH', 2)}{chance.randrange(10 ** 6)}{_text(chance, _LETTERS, 2)}",
    "order": lambda chance: f"ORD-{chance.randrange(10 ** 6):06}",
    "time": _time,
    "ip": _ip,
    "host": _host,
    "pod": lambda chance: f"orders-{_text(chance, _CLUSTER_LETTERS, 9)}-{_text(chance, _CLUSTER_LETTERS, 5)}",
    "mail": lambda chance: f"{_name(chance).lower()}.{chance.randrange(100)}@mail.example.com",
    "url": _url,
    "json": _json,
    "name": _name,
}
