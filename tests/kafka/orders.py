"""Orders to load, and what must hold of wherever they end."""

import json
import os
import re
import socket
import stat
import subprocess
import zlib
from collections.abc import Collection, Iterable
from contextlib import contextmanager
from pathlib import Path

from harness.run import Result
from harness.witness import Lean, java_partitions

CUSTOMERS = 5000
PARTITIONS = 6
SINKS = ("delivered", "dead_lettered", "fallback", "rejected")

_FILLER = b"please leave it with the neighbours, thank you"
_LABELS = {"Messages read": "read", "Messages produced": "delivered", "Messages failed": "failed",
           "Messages sent to DLQ": "dead_lettered", "Messages in fallback": "fallback",
           "Messages rejected": "rejected", "Blank lines skipped": "skipped", "Retries": "retries",
           "Possible duplicates": "possible_duplicates"}


def key(number: int) -> bytes:
    """Customer of an order: neighbours in a file differ, and each comes again and again."""
    return b"customer-%d" % (number * 7919 % CUSTOMERS)


def order(number: int, filler: bytes = _FILLER) -> bytes:
    """The order of that number as a line of NDJSON, without its line feed."""
    return b'{"orderId":%d,"customerId":"%s","total":%d.50,"note":"%s"}' % (
        number, key(number), number % 1000, filler)


def number(value: bytes) -> int:
    """The number of an order."""
    return int(value[11:value.index(b",")])


def write(path: Path, count: int, special: dict[int, bytes] | None = None) -> Path:
    """A file of `count` orders; special: lines to stand in the place of some."""
    special = special or {}
    with path.open("wb", 1 << 20) as file:
        file.writelines(special.get(n, order(n)) + b"\n" for n in range(count))
    return path


def args(broker, topic: str, *more, dlq: str | None = None, summary: str = "json") -> list:
    """Arguments that load orders by customer; more: files and further options."""
    return ["produce", "-b", broker.bootstrap, "-t", topic, "-k", "customerId",
            "--summary", summary, *(["--dlq", dlq] if dlq else []), *more]


def compressed(path: Path, command: str) -> Path:
    """The file as gzip or zstd packs it, beside it."""
    packed = path.with_name(f"{path.name}.{ {'gzip': 'gz', 'zstd': 'zst'}[command] }")
    with path.open("rb") as source, packed.open("wb") as target:
        subprocess.run([command, "-1", "-c"], stdin=source, stdout=target, check=True, timeout=60)
    return packed


def check_delivered(records: Iterable[Lean], count: int, missing: Collection[int] = ()) -> None:
    """Orders 0 to count - 1 but the missing ones are there, each once and as it was.

    They are in order within each key, and each key is where Java's producer puts it.
    """
    last, seen, homes = {}, bytearray(count), {}
    for partition, _, record_key, value in records:
        n = number(value)
        assert (record_key, value) == (key(n), order(n))
        assert not seen[n], f"order {n} twice"
        assert last.get(record_key, -1) < n, f"order {n} after {last[record_key]}"
        assert homes.setdefault(record_key, partition) == partition
        seen[n] = 1
        last[record_key] = n
    assert {n for n, was in enumerate(seen) if not was} == set(missing)
    assert list(homes.values()) == java_partitions(homes, PARTITIONS)


def check_numbers(result: Result) -> dict:
    """The numbers of a summary, text or JSON, after the checks that every run must pass."""
    found = _from_text(result.stdout) if result.stdout.startswith("===") else _from_json(result)
    failed = found["dead_lettered"] + found["fallback"] + found["rejected"]
    assert found["read"] == found["delivered"] + failed, str(result)
    assert found.pop("failed", failed) == failed == sum(found["errors"].values()), str(result)
    rate = found["delivered"] / found["read"] if found["read"] else 1
    assert abs(found["success_rate"] - rate) < 0.00001, str(result)
    return found


def ended(result: Result) -> tuple:
    """(delivered, dead-lettered, fallback, rejected) of a run, checked."""
    found = check_numbers(result)
    return tuple(found[sink] for sink in SINKS)


def _from_json(result: Result) -> dict:
    summary = result.summary
    assert summary["exit"] == result.status, str(result)
    assert "unsettled" not in summary["records"], str(result)
    return {**summary["records"], **{k: summary[k] for k in
                                     ("errors", "retries", "possible_duplicates", "success_rate")}}


def _from_text(text: str) -> dict:
    assert "NOT SAFE" not in text, text
    found = {**dict.fromkeys(_LABELS.values(), 0), "errors": {}, "success_rate": 1}
    for name, value in re.findall(r"^(.+?): +([\d,.]+)(?: .*)?$", text, re.M):
        count = value.replace(",", "")
        if name in _LABELS:
            found[_LABELS[name]] = int(count)
        elif name == "Success rate":
            found["success_rate"] = float(count) / 100
    for code, value in re.findall(r"^(\w+): ([\d,]+) errors?$", text, re.M):
        found["errors"][code] = int(value.replace(",", ""))
    return found


def fallback_lines(path: Path) -> list[dict]:
    """What stands in a fallback file; its mode and every line's checksum are right."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    data = path.read_bytes()
    assert data.endswith(b"\n")
    lines = []
    for line in data.splitlines():
        lines.append(json.loads(line))
        covered = line[:line.rindex(b',"crc32"')]
        assert lines[-1]["crc32"] == f"{zlib.crc32(covered):08x}"
    return lines


@contextmanager
def nobody():
    """host:port where nobody listens, and nobody will meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


class DeadBroker:
    """Stands in for a broker that was never there."""

    def __init__(self, address: str):
        self.bootstrap = address


def config_file(path: Path, properties: dict[str, str]) -> Path:
    """A file for --config."""
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
    os.chmod(path, 0o600)
    return path
